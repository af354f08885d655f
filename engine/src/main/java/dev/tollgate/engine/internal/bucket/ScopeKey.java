package dev.tollgate.engine.internal.bucket;

import dev.tollgate.engine.scope.ScopeRecord;
import dev.tollgate.planmodel.Scope;

/**
 * A project or API key of an account.
 *
 * @param scope {@code PROJECT} or {@code API_KEY}
 * @param key its id; empty for calls that name none
 */
public record ScopeKey(Scope scope, String key) implements Comparable<ScopeKey> {
    @Override
    public int compareTo(ScopeKey other) {
        return scope != other.scope ? scope.compareTo(other.scope) : ScopeRecord.KEY_ORDER.compare(key, other.key);
    }
}
