package dev.tollgate.streams.store;

import dev.tollgate.planmodel.Scope;

/**
 * A project or API key of an account.
 *
 * @param scope {@code PROJECT} or {@code API_KEY}
 * @param key its id; empty for calls that name none
 */
public record ScopeId(Scope scope, String key) {}
