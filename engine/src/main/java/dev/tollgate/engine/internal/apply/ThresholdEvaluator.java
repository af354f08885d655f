package dev.tollgate.engine.internal.apply;

import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.internal.account.Account;
import dev.tollgate.engine.internal.account.Terms;
import dev.tollgate.engine.internal.account.TermsResolver;
import dev.tollgate.engine.internal.bucket.Alert;
import dev.tollgate.engine.internal.bucket.Bucket;
import dev.tollgate.engine.internal.bucket.FixedBucket;
import dev.tollgate.engine.internal.bucket.LeakyBucket;
import dev.tollgate.engine.internal.bucket.RollingBucket;
import dev.tollgate.engine.internal.rule.Levels;
import dev.tollgate.engine.internal.rule.Rule;
import dev.tollgate.engine.internal.timeline.TimelineEntry;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.LimitEvent.Cause;
import dev.tollgate.engine.output.Provenance;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.PlanCatalog;
import dev.tollgate.planmodel.Threshold;
import org.jspecify.annotations.Nullable;

/**
 * Compares usage with what is allowed, and emits what follows.
 *
 * <p>A running window is judged by the terms that hold now; a window that is over by those that held at its end. An
 * alert is raised once per window, threshold and scope key, unless a correction or a change of terms undid it in
 * between.
 */
public final class ThresholdEvaluator {
    private final TermsResolver resolver;

    public ThresholdEvaluator(TermsResolver resolver) {
        this.resolver = resolver;
    }

    /** The terms by which a bucket is judged. */
    Terms termsFor(Account state, PlanCatalog plans, Bucket bucket) {
        if (bucket instanceof FixedBucket) {
            TimelineEntry cut = state.timeline().cutAt(bucket.windowEnd(), bucket.group.followsCalendar());
            if (cut != null && cut.isApplied()) {
                // The change that ended this window does not judge it, even if it was known late.
                return resolver.at(state, plans, cut.effectiveAtMillis - 1);
            }
        }
        return bucket.isRunning(state.judgementTime())
                ? resolver.front(state, plans)
                : resolver.at(state, plans, bucket.windowEnd() - 1);
    }

    /**
     * Before a call of the past is added, which may have opened the bucket by older terms: makes it follow those by
     * which it is judged, and count on no idle time before these.
     *
     * @param then the rule that held when the call happened
     */
    void adoptFor(Transition transition, Bucket bucket, long timeMillis, Rule then) {
        Rule rule = termsFor(transition.state, transition.plans, bucket).ruleOf(bucket.group);
        if (rule != null) {
            adopt(transition, bucket, rule);
        }
        if (bucket instanceof LeakyBucket leaky) {
            leaky.takeAsBusyUntil(sameRateSince(transition, leaky, timeMillis, then.amount));
        }
    }

    /** Since when the rate has been what it is now, as far as that is after a moment. */
    private long sameRateSince(Transition transition, LeakyBucket bucket, long timeMillis, Amount rateThen) {
        Account state = transition.state;
        long now = state.judgementTime();
        Amount rate = rateThen;
        long since = Long.MIN_VALUE;
        for (long end = resolver.endOf(state, transition.plans, timeMillis);
                end <= now;
                end = resolver.endOf(state, transition.plans, end)) {
            if (!rate.equals(bucket.amount())) {
                since = end;
            }
            Rule next = resolver.at(state, transition.plans, end).ruleOf(bucket.group);
            if (next != null) {
                rate = next.amount;
            }
        }
        return rate.equals(bucket.amount()) ? since : now;
    }

    /** Makes a bucket follow the rule by which it is judged; a leaky one by way of the rates that held in between. */
    void adopt(Transition transition, Bucket bucket, Rule rule) {
        Account state = transition.state;
        long now = state.judgementTime();
        if (bucket instanceof LeakyBucket leaky && !leaky.amount().equals(rule.amount)) {
            long next = resolver.endOf(state, transition.plans, leaky.asOfMillis());
            while (next < now) {
                Rule between = resolver.at(state, transition.plans, next).ruleOf(bucket.group);
                if (between != null) {
                    leaky.changeRate(between.amount, next);
                }
                next = resolver.endOf(state, transition.plans, next);
            }
        }
        bucket.adopt(rule, state.streamTimeMillis(), now);
    }

    /** What is to be raised. */
    enum Reach {
        /** Thresholds, lowest first. */
        THRESHOLDS,
        /** The full amount. */
        AMOUNT
    }

    /** After usage has grown: raises what has been reached. */
    private void raiseReached(Transition transition, Bucket bucket, Terms terms, Rule rule, Origin origin) {
        raiseReached(transition, bucket, terms, rule, origin, Reach.THRESHOLDS);
        raiseReached(transition, bucket, terms, rule, origin, Reach.AMOUNT);
    }

    /** The same for thresholds or the full amount alone. */
    void raiseReached(Transition transition, Bucket bucket, Terms terms, Rule rule, Origin origin, Reach reach) {
        if (terms.exempt) {
            return;
        }
        long level = bucket.level(transition.state.streamTimeMillis());
        int thresholds = rule.targets() - 1;
        int end = reach == Reach.THRESHOLDS ? thresholds : rule.targets();
        for (int target = reach == Reach.THRESHOLDS ? 0 : thresholds; target < end; target++) {
            Threshold threshold = Bucket.thresholdOf(rule, target);
            Alert alert = bucket.alertOf(threshold);
            boolean isReached = alert == null || alert.isRearmed()
                    ? level >= rule.levelOf(target)
                    : outlastsItsEnd(transition, bucket, alert);
            if (isReached) {
                raise(transition, bucket, terms, rule, threshold, origin);
            }
        }
    }

    /**
     * Whether the end of an alert would not have been emitted, had all been known that is known now. That is so where
     * calls of before the end are read after it.
     */
    private boolean outlastsItsEnd(Transition transition, Bucket bucket, Alert alert) {
        if (!bucket.outlastsItsEnd(alert)) {
            return false;
        }
        long then = alert.overAsOfMillis();
        Terms terms = resolver.at(transition.state, transition.plans, then);
        return stillHolds(bucket, terms, terms.ruleOf(bucket.group), alert, then);
    }

    /** After a correction or a change of terms: clears what is not warranted any more and raises what is. */
    void reevaluate(Transition transition, Bucket bucket, Origin origin) {
        Terms terms = termsFor(transition.state, transition.plans, bucket);
        Rule rule = terms.ruleOf(bucket.group);
        long now = transition.state.streamTimeMillis();
        if (rule != null) {
            adopt(transition, bucket, rule);
        }
        for (Alert alert : bucket.alerts()) {
            if (!alert.isRearmed() && !stillHolds(bucket, terms, rule, alert, now)) {
                if (alert.isRaised()) {
                    emitClearedEvent(transition, bucket, terms, rule, alert, origin, now);
                }
                alert.rearm();
                bucket.forgetQuiet();
            }
        }
        if (rule != null) {
            raiseReached(transition, bucket, terms, rule, origin);
        }
        endAhead(transition, bucket, now);
        transition.state.dueNoLaterThan(bucket.deadline());
    }

    /**
     * Clears the alerts that do not hold under a change that was announced ahead of stream time, and leaves what else
     * follows from it to stream time.
     *
     * @param nowMillis wall-clock time
     */
    void endAhead(Transition transition, Bucket bucket, long nowMillis) {
        TimelineEntry ahead = transition.state.timeline().announcedAhead();
        if (ahead == null || !bucket.covers(ahead.effectiveAtMillis)) {
            return;
        }
        Terms terms = resolver.at(transition.state, transition.plans, ahead.effectiveAtMillis);
        Rule rule = terms.ruleOf(bucket.group);
        long now = Math.max(nowMillis, ahead.effectiveAtMillis);
        for (Alert alert : bucket.alerts()) {
            if (alert.isRaised() && !stillHolds(bucket, terms, rule, alert, now)) {
                emitCleared(transition, bucket, alert, Origin.change(ahead, causeAhead(ahead)), now);
            }
        }
    }

    private static Cause causeAhead(TimelineEntry ahead) {
        return switch (ahead.change) {
            case AccountChange.PlanAssigned _ -> Cause.PLAN_CHANGED;
            case AccountChange.OverrideSet _, AccountChange.OverrideRemoved _ -> Cause.OVERRIDE_CHANGED;
            case AccountChange.ExemptionSet _ -> Cause.EXEMPTED;
            case AccountChange.CalendarSet _,
                    AccountChange.Suspended _,
                    AccountChange.Reinstated _,
                    AccountChange.Correction _,
                    AccountChange.Unrecognized _ ->
                throw new IllegalStateException("changes no limit: " + ahead.change);
        };
    }

    /** The time of an alert is over: stream time has reached its end, or a tick has. */
    void emitCleared(Transition transition, Bucket bucket, Alert alert, Origin origin, long nowMillis) {
        Terms terms = termsFor(transition.state, transition.plans, bucket);
        emitClearedEvent(transition, bucket, terms, terms.ruleOf(bucket.group), alert, origin, nowMillis);
        alert.end(nowMillis);
        bucket.forgetQuiet();
    }

    /** Why an alert of a bucket ends when its time is over. */
    static Cause overCause(Account state, Bucket bucket) {
        if (bucket instanceof RollingBucket) {
            return Cause.BUCKET_DRAINED;
        }
        TimelineEntry cut = state.timeline().cutAt(bucket.windowEnd(), bucket.group.followsCalendar());
        return cut == null ? Cause.WINDOW_ENDED : causeOf(cut);
    }

    /** Why windows are others from a change on that cuts them. */
    static Cause causeOf(TimelineEntry cut) {
        return cut.change instanceof AccountChange.CalendarSet ? Cause.CALENDAR_CHANGED : Cause.PLAN_CHANGED;
    }

    private static boolean stillHolds(Bucket bucket, Terms terms, @Nullable Rule rule, Alert alert, long nowMillis) {
        if (rule == null || terms.exempt || alert.isAdvisory() == rule.enforced()) {
            return false;
        }
        Threshold threshold = alert.threshold;
        return (threshold == null || rule.limit.thresholds().contains(threshold))
                && bucket.level(nowMillis) >= Levels.holds(bucket.group.algorithm, rule.amount, threshold);
    }

    private void raise(
            Transition transition,
            Bucket bucket,
            Terms terms,
            Rule rule,
            @Nullable Threshold threshold,
            Origin origin) {
        Account state = transition.state;
        Alert alert = bucket.alertOf(threshold);
        if (alert == null) {
            alert = new Alert(threshold, !rule.enforced(), state.streamTimeMillis());
            bucket.addAlert(alert);
        } else {
            alert.raiseAgain(!rule.enforced(), state.streamTimeMillis());
        }
        bucket.forgetQuiet();

        long overAt = bucket.overAt(alert);
        Provenance provenance = transition.provenance(
                LimitEventIds.raised(state.accountId(), bucket, alert), terms.plan.source, origin);
        LimitEvent.Bucket view = BucketViews.of(bucket, rule, state.streamTimeMillis());
        if (alert.isAdvisory()) {
            transition.out.limitEvent(new LimitEvent.AdvisoryLimitReached(provenance, view, threshold));
        } else if (threshold == null) {
            transition.out.limitEvent(new LimitEvent.HardLimitReached(provenance, view, overAt));
        } else {
            transition.out.limitEvent(new LimitEvent.SoftLimitReached(provenance, view, threshold));
        }
        if (overAt <= state.streamTimeMillis()) {
            // A window that is already over: reported, and in force for nobody.
            emitCleared(
                    transition, bucket, alert, Origin.time(overCause(state, bucket), overAt), state.streamTimeMillis());
        } else {
            state.dueNoLaterThan(overAt);
            endAhead(transition, bucket, state.streamTimeMillis());
        }
    }

    private void emitClearedEvent(
            Transition transition,
            Bucket bucket,
            Terms terms,
            @Nullable Rule rule,
            Alert alert,
            Origin origin,
            long nowMillis) {
        String raisedId = LimitEventIds.raised(transition.state.accountId(), bucket, alert);
        transition.out.limitEvent(new LimitEvent.LimitCleared(
                transition.provenance(LimitEventIds.cleared(raisedId), terms.plan.source, origin),
                BucketViews.of(bucket, rule, nowMillis),
                alert.threshold,
                raisedId));
    }
}
