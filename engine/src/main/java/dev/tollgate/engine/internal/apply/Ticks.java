package dev.tollgate.engine.internal.apply;

import dev.tollgate.engine.input.Tick;
import dev.tollgate.engine.internal.account.Account;
import dev.tollgate.engine.internal.account.TermsResolver;
import dev.tollgate.engine.internal.bucket.Alert;
import dev.tollgate.engine.internal.bucket.Bucket;
import dev.tollgate.engine.internal.bucket.BucketGroup;
import dev.tollgate.engine.internal.bucket.ScopeKey;
import dev.tollgate.engine.internal.timeline.TimelineEntry;
import dev.tollgate.planmodel.PlanCatalog;
import java.util.List;
import java.util.Set;

/**
 * Says what wall-clock time has already decided for accounts that no event comes for. Nothing here moves stream time,
 * closes a window or changes a total, so verdicts and totals do not depend on ticks.
 */
public final class Ticks {
    private final TermsResolver resolver;
    private final ThresholdEvaluator evaluator;
    private final AccountChanges changes;

    public Ticks(TermsResolver resolver, ThresholdEvaluator evaluator, AccountChanges changes) {
        this.resolver = resolver;
        this.evaluator = evaluator;
        this.changes = changes;
    }

    public void apply(Transition transition, Tick tick) {
        Account state = transition.state;
        long now = tick.nowMillis();
        if (now >= deadline(state)) {
            sayWhatIsOver(transition, now);
        }
        changes.announceNextVersion(transition, Math.max(now, state.judgementTime()));
    }

    private void sayWhatIsOver(Transition transition, long now) {
        Account state = transition.state;
        Set<ScopeKey> keys = state.scopes().ticked(now);
        for (BucketGroup group : List.copyOf(state.groups())) {
            group.forEachOf(keys, bucket -> emitCleared(transition, bucket, now));
        }
        boolean isAnnounced = false;
        for (TimelineEntry entry : List.copyOf(state.timeline().entries)) {
            if (!entry.isAnnounced() && entry.effectiveAtMillis <= now) {
                changes.announce(transition, entry, resolver.at(state, transition.plans, entry.effectiveAtMillis));
                isAnnounced = true;
            }
        }
        if (isAnnounced) {
            state.forEachBucket(bucket -> evaluator.endAhead(transition, bucket, now));
        }
        changes.endSuspensions(transition, now);
        state.invalidateDue();
    }

    private void emitCleared(Transition transition, Bucket bucket, long now) {
        for (Alert alert : bucket.alerts()) {
            if (alert.isRaised() && bucket.overAt(alert) <= now) {
                Origin origin =
                        Origin.time(ThresholdEvaluator.overCause(transition.state, bucket), bucket.overAt(alert));
                evaluator.emitCleared(transition, bucket, alert, origin, now);
            }
        }
    }

    /** Whether a tick would tell the account of a new version of its plan. */
    public boolean hasNotice(Account state, PlanCatalog plans, long nowMillis) {
        return changes.dueNotice(state, plans, Math.max(nowMillis, state.judgementTime())) != null;
    }

    public String planIdAt(Account state, long nowMillis) {
        return resolver.planIdAt(state, Math.max(nowMillis, state.judgementTime()));
    }

    /** Earliest wall-clock time at which a tick has something to emit; {@link Long#MAX_VALUE} if there is none. */
    public static long deadline(Account state) {
        long deadline = state.scopes().firstTickMillis();
        for (int i = 0; i < state.groups().size(); i++) {
            for (Bucket bucket = state.groups().get(i).newestOfAccount(); bucket != null; bucket = bucket.next()) {
                deadline = Math.min(deadline, bucket.tickAt());
            }
        }
        for (TimelineEntry entry : state.timeline().entries) {
            deadline = Math.min(deadline, entry.isAnnounced() ? entry.suspendedUntilMillis() : entry.effectiveAtMillis);
        }
        return deadline;
    }
}
