package dev.tollgate.engine.internal.apply;

import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.internal.account.Account;
import dev.tollgate.engine.internal.account.Account.PlanRef;
import dev.tollgate.engine.internal.account.BucketAssigner;
import dev.tollgate.engine.internal.account.Terms;
import dev.tollgate.engine.internal.account.TermsResolver;
import dev.tollgate.engine.internal.bucket.Bucket;
import dev.tollgate.engine.internal.bucket.FixedBucket;
import dev.tollgate.engine.internal.bucket.RollingBucket;
import dev.tollgate.engine.internal.rule.Rule;
import dev.tollgate.engine.internal.timeline.Timeline;
import dev.tollgate.engine.internal.timeline.TimelineEntry;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.LimitEvent.Cause;
import dev.tollgate.engine.output.LimitEvent.Kind;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.PlanCatalog;
import dev.tollgate.planmodel.PlanVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says what changes about an account when a change of its timeline, or of its plan, takes effect. */
public final class AccountChanges {
    private final TermsResolver resolver;
    private final ThresholdEvaluator evaluator;

    public AccountChanges(TermsResolver resolver, ThresholdEvaluator evaluator) {
        this.resolver = resolver;
        this.evaluator = evaluator;
    }

    /**
     * Applies every change whose effective date is reached. Stream time has reached it, or a command was given after
     * it.
     */
    void applyUpTo(Transition transition, long timeMillis) {
        for (TimelineEntry entry : List.copyOf(transition.state.timeline().entries)) {
            if (!entry.isApplied() && entry.effectiveAtMillis <= timeMillis) {
                apply(transition, entry);
            }
        }
    }

    private void apply(Transition transition, TimelineEntry entry) {
        Account state = transition.state;
        entry.markApplied();
        state.appliedUpTo(entry.effectiveAtMillis);
        state.invalidateTerms();
        Terms front = resolver.front(state, transition.plans);
        announce(transition, entry, front);
        switch (entry.change) {
            case AccountChange.PlanAssigned assigned -> {
                state.putInForce(refOf(front.plan.source));
                if (assigned.carry() != AccountChange.Carry.KEEP) {
                    carryRolling(state, front, assigned.carry() == AccountChange.Carry.RESET);
                }
                carryOverAll(transition);
                reevaluateAll(transition, Origin.change(entry, Cause.PLAN_CHANGED));
                announceNextVersion(transition, state.judgementTime());
            }
            case AccountChange.OverrideSet _, AccountChange.OverrideRemoved _ -> {
                carryOverAll(transition);
                reevaluateAll(transition, Origin.change(entry, Cause.OVERRIDE_CHANGED));
            }
            case AccountChange.ExemptionSet _ -> reevaluateAll(transition, Origin.change(entry, Cause.EXEMPTED));
            case AccountChange.Suspended _, AccountChange.Reinstated _ -> {}
            case AccountChange.Correction _, AccountChange.Unrecognized _ ->
                throw new IllegalStateException("not part of a timeline: " + entry.change);
        }
        state.timeline().forgetSources();
        state.invalidateDue();
    }

    /** A change from the past may be one to the terms that an earlier scaled change went by. */
    private void carryOverAll(Transition transition) {
        for (TimelineEntry entry : transition.state.timeline().entries) {
            if (entry.isApplied() && Timeline.scales(entry)) {
                carryOver(transition, entry);
            }
        }
    }

    private static void carryRolling(Account state, Terms front, boolean reset) {
        state.forEachBucket(bucket -> {
            Rule rule = front.ruleOf(bucket.group);
            if (rule != null && bucket instanceof RollingBucket rolling) {
                rolling.carry(rolling.amount(), rule.amount, reset, state.streamTimeMillis());
            }
        });
    }

    private void reevaluateAll(Transition transition, Origin origin) {
        transition.state.forEachBucket(bucket -> evaluator.reevaluate(transition, bucket, origin));
    }

    /** Emits that a change holds, once, whether stream time or a tick comes to it first. */
    void announce(Transition transition, TimelineEntry entry, Terms terms) {
        if (entry.isAnnounced()) {
            return;
        }
        entry.markAnnounced();
        Origin origin = Origin.change(entry, Cause.COMMAND);
        Timeline timeline = transition.state.timeline();
        long now = Math.max(transition.state.judgementTime(), entry.effectiveAtMillis);
        switch (entry.change) {
            case AccountChange.PlanAssigned assigned -> {
                // A change that was already followed by another one when it became known has changed nothing.
                if (assigned.planId().equals(timeline.planAt(now))) {
                    emit(transition, Kind.PLAN_CHANGED, terms, entry, origin, null, assigned.planId());
                }
            }
            case AccountChange.OverrideSet _, AccountChange.OverrideRemoved _ ->
                emit(
                        transition,
                        Kind.OVERRIDE_CHANGED,
                        terms,
                        entry,
                        origin,
                        null,
                        entry.overriddenLimit(),
                        overrideView(terms, entry.overriddenLimit()));
            case AccountChange.ExemptionSet set ->
                emit(transition, set.exempt() ? Kind.EXEMPTED : Kind.EXEMPTION_ENDED, terms, entry, origin, null, "");
            case AccountChange.Suspended suspended -> {
                Long until = suspended.untilMillis();
                if (timeline.latestSuspension(now) == entry && (until == null || now < until)) {
                    emit(transition, Kind.SUSPENDED, terms, entry, origin, until == null ? Long.MAX_VALUE : until, "");
                } else {
                    entry.markEnded();
                }
            }
            case AccountChange.Reinstated _ -> {
                if (timeline.latestSuspension(now) == entry) {
                    emit(transition, Kind.REINSTATED, terms, entry, origin, null, "");
                }
            }
            case AccountChange.Correction _, AccountChange.Unrecognized _ ->
                throw new IllegalStateException("not part of a timeline: " + entry.change);
        }
    }

    /** Emits that a change will hold. */
    void schedule(Transition transition, TimelineEntry entry) {
        if (entry.change instanceof AccountChange.PlanAssigned assigned) {
            Terms terms = resolver.at(transition.state, transition.plans, entry.effectiveAtMillis);
            Origin origin = Origin.change(entry, Cause.COMMAND);
            emit(transition, Kind.PLAN_CHANGE_SCHEDULED, terms, entry, origin, null, assigned.planId());
        }
    }

    /** Emits that temporary suspensions are over. */
    void endSuspensions(Transition transition, long timeMillis) {
        Account state = transition.state;
        for (TimelineEntry entry : state.timeline().entries) {
            if ((entry.isApplied() || entry.isAnnounced()) && entry.suspendedUntilMillis() <= timeMillis) {
                long until = entry.suspendedUntilMillis();
                entry.markEnded();
                if (state.timeline().latestSuspension(until) == entry) {
                    emit(
                            transition,
                            LimitEventIds.suspensionOver(state.accountId(), entry.effectiveAtMillis, until),
                            Kind.REINSTATED,
                            resolver.front(state, transition.plans).plan.source,
                            Origin.time(Cause.TIME, until),
                            until,
                            null,
                            null);
                }
            }
        }
        state.timeline().forgetSources();
    }

    /** Emits that a new version of the account's plan has come into force. */
    void notePlanInForce(Transition transition) {
        Account state = transition.state;
        PlanVersion version = resolver.front(state, transition.plans).plan.source;
        PlanRef known = state.planInForce();
        if (known != null
                && known.version() == version.version()
                && known.planId().equals(version.planId())) {
            return;
        }
        state.putInForce(refOf(version));
        if (known == null) {
            announceNextVersion(transition, state.judgementTime());
            return;
        }
        Origin origin = Origin.time(Cause.TIME, Math.max(version.effectiveFromMillis(), 0));
        emit(
                transition,
                LimitEventIds.versionInForce(state.accountId(), version, state.streamTimeMillis()),
                Kind.PLAN_CHANGED,
                version,
                origin,
                version.effectiveFromMillis(),
                null,
                null);
        reevaluateAll(transition, origin.because(Cause.PLAN_CHANGED));
        announceNextVersion(transition, state.judgementTime());
    }

    /**
     * The next version of the account's plan, if its notice period has begun and the account was not told; else null.
     */
    @Nullable
    PlanVersion dueNotice(Account state, PlanCatalog plans, long atMillis) {
        if (state.timeline().isAssignmentAnnouncedAfter(atMillis)) {
            // The clock has told the account of a plan that stream time has yet to come to, and tells it of that one's
            // versions.
            return null;
        }
        PlanVersion next = plans.nextAfter(resolver.planIdAt(state, atMillis), atMillis);
        if (next == null || noticeFrom(next) > atMillis) {
            return null;
        }
        PlanRef told = state.planAnnounced();
        return told != null && told.planId().equals(next.planId()) && told.version() >= next.version() ? null : next;
    }

    /** Emits that a new version of the account's plan will come into force, once its notice period has begun. */
    void announceNextVersion(Transition transition, long atMillis) {
        Account state = transition.state;
        PlanVersion next = dueNotice(state, transition.plans, atMillis);
        if (next == null) {
            return;
        }
        state.announced(refOf(next));
        Origin origin = Origin.time(Cause.TIME, Math.max(0, noticeFrom(next)));
        emit(
                transition,
                LimitEventIds.versionAnnounced(
                        state.accountId(), next, state.timeline().assignedAt(atMillis)),
                Kind.PLAN_CHANGE_SCHEDULED,
                next,
                origin,
                next.effectiveFromMillis(),
                null,
                null);
    }

    private static long noticeFrom(PlanVersion version) {
        return version.effectiveFromMillis() - version.noticePeriodMillis();
    }

    /** Brings the usage that a scaled plan change carries over up to date. */
    private void carryOver(Transition transition, TimelineEntry change) {
        long cutAt = change.cutAtMillis;
        transition.state.forEachBucket(bucket -> {
            if (bucket instanceof FixedBucket before && before.windowEnd() == cutAt) {
                carryFrom(transition, change, before);
            }
        });
    }

    /**
     * The same for one window, whose usage has changed.
     *
     * @param change the plan change
     * @param before the window that it has cut
     */
    void carryFrom(Transition transition, TimelineEntry change, FixedBucket before) {
        Account state = transition.state;
        long cutAt = before.windowEnd();
        if (before.group.algorithm instanceof Algorithm.FixedWindow fixed
                && fixed.unit().startOf(cutAt) == cutAt) {
            // The window ends here anyway: there is nothing to go on with.
            return;
        }
        Terms newTerms = resolver.at(state, transition.plans, change.effectiveAtMillis);
        Rule newRule = newTerms.ruleOf(before.group);
        Rule oldRule = resolver.at(state, transition.plans, change.effectiveAtMillis - 1)
                .ruleOf(before.group);
        if (newRule == null || oldRule == null) {
            return;
        }
        Bucket after = before.group.find(before.scopeKey, cutAt);
        if (after == null) {
            after = BucketAssigner.open(state, before.group, newRule, before.scopeKey, cutAt);
        }
        if (after instanceof FixedBucket successor) {
            successor.carry(Amount.scale(before.level(cutAt), oldRule.amount, newRule.amount));
        }
    }

    private static PlanRef refOf(PlanVersion version) {
        return new PlanRef(version.planId(), version.version());
    }

    private static LimitEvent.@Nullable Bucket overrideView(Terms terms, String limitId) {
        for (int i = 0; i < terms.rules.length; i++) {
            Rule rule = terms.rules[i];
            if (rule.limit.id().equals(limitId)) {
                return new LimitEvent.Bucket(
                        limitId,
                        rule.limit.mode(),
                        rule.limit.meterId(),
                        rule.limit.scope(),
                        "",
                        null,
                        null,
                        0,
                        rule.amount,
                        0);
            }
        }
        return null;
    }

    private static void emit(
            Transition transition,
            Kind kind,
            Terms terms,
            TimelineEntry entry,
            Origin origin,
            @Nullable Long blockedUntil,
            String detail) {
        emit(transition, kind, terms, entry, origin, blockedUntil, detail, null);
    }

    private static void emit(
            Transition transition,
            Kind kind,
            Terms terms,
            TimelineEntry entry,
            Origin origin,
            @Nullable Long blockedUntil,
            String detail,
            LimitEvent.@Nullable Bucket bucket) {
        long effectiveAt = entry.effectiveAtMillis;
        String commandId = origin.sourceId() == null ? "" : origin.sourceId();
        emit(
                transition,
                LimitEventIds.commanded(transition.state.accountId(), kind, effectiveAt, detail, commandId),
                kind,
                terms.plan.source,
                origin,
                effectiveAt,
                blockedUntil,
                bucket);
    }

    private static void emit(
            Transition transition,
            String id,
            Kind kind,
            PlanVersion plan,
            Origin origin,
            long effectiveAtMillis,
            @Nullable Long blockedUntil,
            LimitEvent.@Nullable Bucket bucket) {
        transition.out.limitEvent(new LimitEvent(
                id,
                transition.state.accountId(),
                transition.state.nextVersion(),
                kind,
                origin.cause(),
                bucket,
                null,
                blockedUntil,
                plan.planId(),
                plan.version(),
                origin.sourceId(),
                origin.position(),
                origin.eventTimeMillis(),
                transition.decidedAtMillis(),
                effectiveAtMillis,
                null,
                origin.reason(),
                origin.actor()));
    }
}
