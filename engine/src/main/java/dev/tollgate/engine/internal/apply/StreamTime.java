package dev.tollgate.engine.internal.apply;

import dev.tollgate.engine.internal.account.Account;
import dev.tollgate.engine.internal.account.Terms;
import dev.tollgate.engine.internal.account.TermsResolver;
import dev.tollgate.engine.internal.bucket.Alert;
import dev.tollgate.engine.internal.bucket.Bucket;
import dev.tollgate.engine.internal.bucket.BucketGroup;
import dev.tollgate.engine.internal.bucket.FixedBucket;
import dev.tollgate.engine.internal.bucket.RollingBucket;
import dev.tollgate.engine.internal.bucket.ScopeKey;
import dev.tollgate.engine.internal.timeline.TimelineEntry;
import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.planmodel.PlanCatalog;
import dev.tollgate.planmodel.PlanVersion;
import java.util.List;
import java.util.Set;

/**
 * Moves an account's stream time forward and does what falls due on the way, in the order of the moments it falls due.
 */
public final class StreamTime {
    private static final long HOUR_MILLIS = 3_600_000L;

    private final InputLimits limits;
    private final TermsResolver resolver;
    private final ThresholdEvaluator evaluator;
    private final AccountChanges changes;

    public StreamTime(
            InputLimits limits, TermsResolver resolver, ThresholdEvaluator evaluator, AccountChanges changes) {
        this.limits = limits;
        this.resolver = resolver;
        this.evaluator = evaluator;
        this.changes = changes;
    }

    /** Stream time becomes {@code timeMillis}, which is later than it is. */
    void advanceTo(Transition transition, long timeMillis) {
        Account state = transition.state;
        long before = state.streamTimeMillis();
        if (timeMillis >= state.nextDueMillis() || !resolver.isFrontGoodAt(state, transition.plans, timeMillis)) {
            doWhatFallsDue(transition, timeMillis);
        }
        state.advanceTo(timeMillis);
        if (Math.floorDiv(before, HOUR_MILLIS) != Math.floorDiv(timeMillis, HOUR_MILLIS)) {
            tidy(transition);
        }
        changes.notePlanInForce(transition);
    }

    /**
     * Earliest stream time at which something falls due; {@link Long#MAX_VALUE} if nothing will.
     *
     * @param limitMillis after this, an earlier time than that may be returned
     */
    private static long nextDue(Account state, long limitMillis) {
        long due = state.scopes().nextDue(limitMillis);
        for (int i = 0; i < state.groups().size(); i++) {
            for (Bucket bucket = state.groups().get(i).newestOfAccount(); bucket != null; bucket = bucket.next()) {
                due = Math.min(due, bucket.deadline());
            }
        }
        for (TimelineEntry entry : state.timeline().entries) {
            due = Math.min(due, entry.isApplied() ? entry.suspendedUntilMillis() : entry.effectiveAtMillis);
        }
        return due;
    }

    /**
     * The same, or when the next version of the account's plan comes into force: the catalog may learn of it at any
     * time.
     */
    private long nextDue(Transition transition, long limitMillis) {
        Account state = transition.state;
        long due = nextDue(state, limitMillis);
        if (state.planInForce() == null) {
            // Before the first event there is nothing that another version would change.
            return due;
        }
        long now = state.judgementTime();
        PlanVersion next = transition.plans.nextAfter(resolver.planIdAt(state, now), now);
        return next == null ? due : Math.min(due, next.effectiveFromMillis());
    }

    private void doWhatFallsDue(Transition transition, long timeMillis) {
        Account state = transition.state;
        for (long due = nextDue(transition, timeMillis); due <= timeMillis; due = nextDue(transition, timeMillis)) {
            doWhatFallsDueAt(transition, due);
        }
        state.dueAt(nextDue(state, timeMillis));
    }

    private void doWhatFallsDueAt(Transition transition, long due) {
        Account state = transition.state;
        // Outputs are emitted as of the moment at which they fall due, however late the event is that tells of it.
        state.advanceTo(Math.max(state.streamTimeMillis(), due));
        List<BucketGroup> groups = List.copyOf(state.groups());
        Set<ScopeKey> keys = state.scopes().due(due);
        for (BucketGroup group : groups) {
            group.forEachOf(keys, bucket -> endAlerts(transition, bucket, due));
        }
        changes.endSuspensions(transition, due);
        changes.applyUpTo(transition, due);
        changes.notePlanInForce(transition);
        for (BucketGroup group : groups) {
            group.forEachOf(keys, bucket -> {
                if (bucket.closesAt() <= due) {
                    close(transition, bucket);
                }
            });
        }
    }

    private void endAlerts(Transition transition, Bucket bucket, long due) {
        for (Alert alert : bucket.alerts()) {
            if (!alert.awaitsItsEnd(bucket.rearmsByTime()) || bucket.overAt(alert) > due) {
                continue;
            }
            if (alert.isRaised()) {
                Origin origin =
                        Origin.time(ThresholdEvaluator.overCause(transition.state, bucket), bucket.overAt(alert));
                evaluator.emitCleared(transition, bucket, alert, origin, due);
            }
            if (bucket.rearmsByTime()) {
                alert.rearm();
                bucket.forgetQuiet();
            }
        }
    }

    private void close(Transition transition, Bucket bucket) {
        switch (bucket) {
            case FixedBucket fixed -> transition.out.total(total(transition.state, transition.plans, fixed, true));
            case RollingBucket _ -> {}
        }
        bucket.group.remove(bucket);
    }

    /** What is to be emitted about a window's total. */
    public UsageTotal total(Account state, PlanCatalog plans, FixedBucket bucket, boolean closed) {
        Terms terms = lastTermsOf(state, plans, bucket);
        return new UsageTotal(
                state.accountId(),
                bucket.group.limitId,
                bucket.group.meterId,
                bucket.group.scope,
                bucket.scopeKey,
                bucket.windowStart(),
                bucket.windowEnd(),
                bucket.group.windowLength(),
                bucket.counted(),
                BucketViews.amountOf(terms.ruleOf(bucket.group)),
                closed,
                terms.plan.source.planId(),
                terms.plan.source.version(),
                state.streamTimeMillis(),
                closed ? state.nextVersion() : state.version());
    }

    /** The latest terms within a window that have its limit; those at its end if none has. */
    private Terms lastTermsOf(Account state, PlanCatalog plans, FixedBucket bucket) {
        Terms last = evaluator.termsFor(state, plans, bucket);
        Terms terms = last;
        while (terms.ruleOf(bucket.group) == null) {
            if (terms.fromMillis <= bucket.windowStart()) {
                return last;
            }
            terms = resolver.at(state, plans, terms.fromMillis - 1);
        }
        return terms;
    }

    private void tidy(Transition transition) {
        long oldest = transition.state.streamTimeMillis() - limits.dedupeHorizonMillis();
        transition.index.expireBefore(oldest);
        transition.state.timeline().prune(oldest, transition.plans.snapshot().longestWindowMillis());
        changes.announceNextVersion(transition, transition.state.judgementTime());
    }
}
