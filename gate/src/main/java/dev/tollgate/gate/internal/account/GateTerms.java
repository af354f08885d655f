package dev.tollgate.gate.internal.account;

import dev.tollgate.gate.Decision;
import dev.tollgate.gate.internal.counter.Counter;
import dev.tollgate.gate.internal.counter.CounterRule;
import dev.tollgate.schemas.avro.Scope;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What applies to one account: plan, rules, exemption, suspension. Immutable but for what it remembers of callers. */
public final class GateTerms {
    /** A suspension that lasts until somebody ends it. */
    public static final long FOREVER = Long.MAX_VALUE;

    /** Callers of one account that are remembered; then all are forgotten. */
    private static final int MAX_CALLERS = 4_096;

    public final GatePlan plan;
    public final CounterRule[] rules;
    public final boolean exempt;
    public final long suspendedUntilMillis;
    public final String suspensionReason;

    /** When the next version of the plan takes effect; {@link #FOREVER} if none is known. */
    final long validUntilMillis;

    private final boolean scoped;
    private final Caller account;
    private final Map<String, Map<String, Caller>> byProjectAndKey = new ConcurrentHashMap<>();

    interface CounterSource {
        Counter counterOf(CounterRule rule, String scopeKey);
    }

    /** Makes the answer that all allowed calls of a caller get. */
    public interface AllowedAnswer {
        Decision of(GateTerms terms, Caller caller);
    }

    private final CounterSource counters;
    private final AllowedAnswer allowed;

    GateTerms(
            GatePlan plan,
            CounterRule[] rules,
            boolean exempt,
            long suspendedUntilMillis,
            String suspensionReason,
            long validUntilMillis,
            CounterSource counters,
            AllowedAnswer allowed) {
        this.plan = plan;
        this.rules = rules;
        this.exempt = exempt;
        this.suspendedUntilMillis = suspendedUntilMillis;
        this.suspensionReason = suspensionReason;
        this.validUntilMillis = validUntilMillis;
        this.counters = counters;
        this.allowed = allowed;
        this.scoped = Arrays.stream(rules).anyMatch(rule -> rule.scope() != Scope.ACCOUNT);
        this.account = make("", "");
    }

    boolean isLike(GateTerms other) {
        return plan == other.plan
                && Arrays.equals(rules, other.rules)
                && exempt == other.exempt
                && suspendedUntilMillis == other.suspendedUntilMillis
                && suspensionReason.equals(other.suspensionReason)
                && validUntilMillis == other.validUntilMillis;
    }

    public Caller callerOf(@Nullable String projectId, @Nullable String apiKeyId) {
        if (!scoped) {
            return account;
        }
        String project = projectId == null ? "" : projectId;
        String key = apiKeyId == null ? "" : apiKeyId;
        Map<String, Caller> byKey = byProjectAndKey.get(project);
        Caller known = byKey == null ? null : byKey.get(key);
        return known != null ? known : remember(project, key);
    }

    private Caller remember(String project, String key) {
        Caller made = make(project, key);
        if (byProjectAndKey.size() >= MAX_CALLERS) {
            byProjectAndKey.clear();
        }
        Map<String, Caller> byKey = byProjectAndKey.computeIfAbsent(project, ignored -> new ConcurrentHashMap<>());
        if (byKey.size() >= MAX_CALLERS) {
            byKey.clear();
        }
        byKey.put(key, made);
        return made;
    }

    /** Buckets may have come to be counted under another key. */
    void forgetCallers() {
        byProjectAndKey.clear();
    }

    /** The same for the calls of one project or API key. */
    void forgetCallers(Scope scope, String scopeKey) {
        if (scope == Scope.PROJECT) {
            byProjectAndKey.remove(scopeKey);
        } else {
            byProjectAndKey.values().forEach(byKey -> byKey.remove(scopeKey));
        }
    }

    private Caller make(String project, String key) {
        Counter[] behind = new Counter[rules.length];
        for (int i = 0; i < behind.length; i++) {
            String scopeKey = switch (rules[i].scope()) {
                case PROJECT -> project;
                case API_KEY -> key;
                case ACCOUNT, UNKNOWN -> "";
            };
            behind[i] = counters.counterOf(rules[i], scopeKey);
        }
        return new Caller(behind, caller -> allowed.of(this, caller));
    }
}
