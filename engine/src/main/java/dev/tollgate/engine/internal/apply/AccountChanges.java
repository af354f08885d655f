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
import dev.tollgate.engine.output.Provenance;
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
            case AccountChange.CalendarSet _ -> {
                carryOverAll(transition);
                reevaluateAll(transition, Origin.change(entry, Cause.CALENDAR_CHANGED));
            }
            case AccountChange.Suspended _, AccountChange.Reinstated _ -> {}
            case AccountChange.Correction _, AccountChange.Unrecognized _ ->
                throw new IllegalStateException("not part of a timeline: " + entry.change);
        }
        state.timeline().forgetSources();
        state.invalidateDue();
    }

    /** A change from the past may be one to the terms that an earlier change went by that carries usage over. */
    private void carryOverAll(Transition transition) {
        for (TimelineEntry entry : transition.state.timeline().entries) {
            if (entry.isApplied() && Timeline.carriesOver(entry)) {
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
        long from = entry.effectiveAtMillis;
        Timeline timeline = transition.state.timeline();
        long now = Math.max(transition.state.judgementTime(), from);
        switch (entry.change) {
            case AccountChange.PlanAssigned assigned -> {
                // A change that was already followed by another one when it became known has changed nothing.
                if (assigned.planId().equals(timeline.planAt(now))) {
                    transition.out.limitEvent(new LimitEvent.PlanChanged(
                            commanded(transition, Kind.PLAN_CHANGED, terms, entry, assigned.planId()), from));
                }
            }
            case AccountChange.OverrideSet _, AccountChange.OverrideRemoved _ ->
                transition.out.limitEvent(new LimitEvent.OverrideChanged(
                        commanded(transition, Kind.OVERRIDE_CHANGED, terms, entry, entry.overriddenLimit()),
                        from,
                        overrideView(terms, entry.overriddenLimit())));
            case AccountChange.ExemptionSet set ->
                transition.out.limitEvent(
                        set.exempt()
                                ? new LimitEvent.Exempted(commanded(transition, Kind.EXEMPTED, terms, entry, ""), from)
                                : new LimitEvent.ExemptionEnded(
                                        commanded(transition, Kind.EXEMPTION_ENDED, terms, entry, ""), from));
            case AccountChange.CalendarSet _ ->
                transition.out.limitEvent(new LimitEvent.CalendarChanged(
                        commanded(transition, Kind.CALENDAR_CHANGED, terms, entry, ""),
                        from,
                        timeline.calendarAt(Math.max(now, entry.cutAtMillis))));
            case AccountChange.Suspended suspended -> {
                Long until = suspended.untilMillis();
                if (timeline.latestSuspension(now) == entry && (until == null || now < until)) {
                    transition.out.limitEvent(new LimitEvent.Suspended(
                            commanded(transition, Kind.SUSPENDED, terms, entry, ""),
                            from,
                            until == null ? Long.MAX_VALUE : until));
                } else {
                    entry.markEnded();
                }
            }
            case AccountChange.Reinstated _ -> {
                if (timeline.latestSuspension(now) == entry) {
                    transition.out.limitEvent(
                            new LimitEvent.Reinstated(commanded(transition, Kind.REINSTATED, terms, entry, ""), from));
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
            transition.out.limitEvent(new LimitEvent.PlanChangeScheduled(
                    commanded(transition, Kind.PLAN_CHANGE_SCHEDULED, terms, entry, assigned.planId()),
                    entry.effectiveAtMillis));
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
                    transition.out.limitEvent(new LimitEvent.Reinstated(
                            transition.provenance(
                                    LimitEventIds.suspensionOver(state.accountId(), entry.effectiveAtMillis, until),
                                    resolver.front(state, transition.plans).plan.source,
                                    Origin.time(Cause.TIME, until)),
                            until));
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
        transition.out.limitEvent(new LimitEvent.PlanChanged(
                transition.provenance(
                        LimitEventIds.versionInForce(state.accountId(), version, state.streamTimeMillis()),
                        version,
                        origin),
                version.effectiveFromMillis()));
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
        String id = LimitEventIds.versionAnnounced(
                state.accountId(), next, state.timeline().assignedAt(atMillis));
        Origin origin = Origin.time(Cause.TIME, Math.max(0, noticeFrom(next)));
        transition.out.limitEvent(new LimitEvent.PlanChangeScheduled(
                transition.provenance(id, next, origin), next.effectiveFromMillis()));
    }

    private static long noticeFrom(PlanVersion version) {
        return version.effectiveFromMillis() - version.noticePeriodMillis();
    }

    /** Brings the usage that a change carries over up to date. */
    private void carryOver(Transition transition, TimelineEntry change) {
        long cutAt = change.cutAtMillis;
        transition.state.forEachBucket(bucket -> {
            if (bucket instanceof FixedBucket before
                    && before.windowEnd() == cutAt
                    && transition.state.timeline().cutAt(cutAt, before.group.followsCalendar()) == change) {
                carryFrom(transition, change, before);
            }
        });
    }

    /**
     * The same for one window, whose usage has changed.
     *
     * @param change the change
     * @param before the window that it has cut
     */
    void carryFrom(Transition transition, TimelineEntry change, FixedBucket before) {
        Account state = transition.state;
        long cutAt = before.windowEnd();
        if (!(before.group.algorithm instanceof Algorithm.FixedWindow fixed)
                || state.timeline().beginsAnyway(fixed, cutAt)) {
            // Where a window ends anyway there is nothing to go on with.
            return;
        }
        Terms newTerms = resolver.at(state, transition.plans, change.effectiveAtMillis);
        Rule newRule = newTerms.ruleOf(before.group);
        Rule oldRule = resolver.at(state, transition.plans, change.effectiveAtMillis - 1)
                .ruleOf(before.group);
        boolean scales = Timeline.scales(change);
        if (newRule == null || scales && oldRule == null) {
            return;
        }
        Bucket after = before.group.find(before.scopeKey, cutAt);
        if (after == null) {
            after = BucketAssigner.open(state, before.group, newRule, before.scopeKey, cutAt);
        }
        if (after instanceof FixedBucket successor) {
            long used = before.level(cutAt);
            successor.carry(scales && oldRule != null ? Amount.scale(used, oldRule.amount, newRule.amount) : used);
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

    /**
     * The provenance of what follows from a command.
     *
     * @param detail what tells it from others of its kind at the same time
     */
    private static Provenance commanded(
            Transition transition, Kind kind, Terms terms, TimelineEntry entry, String detail) {
        Origin origin = Origin.change(entry, Cause.COMMAND);
        String commandId = origin.sourceId() == null ? "" : origin.sourceId();
        return transition.provenance(
                LimitEventIds.commanded(transition.state.accountId(), kind, entry.effectiveAtMillis, detail, commandId),
                terms.plan.source,
                origin);
    }
}
