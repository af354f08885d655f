package dev.tollgate.engine.internal.apply;

import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.internal.account.Account;
import dev.tollgate.engine.internal.account.Terms;
import dev.tollgate.engine.internal.account.TermsResolver;
import dev.tollgate.engine.internal.bucket.FixedBucket;
import dev.tollgate.engine.internal.rule.Rule;
import dev.tollgate.engine.internal.timeline.Timeline;
import dev.tollgate.engine.internal.timeline.TimelineEntry;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.planmodel.time.WindowCalendar;
import java.util.Objects;

/** Takes commands about an account: rejects what cannot be followed, and puts the rest into the account's timeline. */
public final class Commands {
    private final TermsResolver resolver;
    private final AccountChanges changes;
    private final Corrections corrections;
    private final InputLimits limits;
    private final LeakyReplay replay;

    public Commands(
            InputLimits limits,
            TermsResolver resolver,
            AccountChanges changes,
            Corrections corrections,
            LeakyReplay replay) {
        this.limits = limits;
        this.resolver = resolver;
        this.changes = changes;
        this.corrections = corrections;
        this.replay = replay;
    }

    public void apply(Transition transition, AccountInput command) {
        if (!InputChecks.requireSound(transition, command)) {
            return;
        }
        switch (command.change()) {
            case AccountChange.Correction correction -> corrections.apply(transition, command, correction);
            case AccountChange.Unrecognized unrecognized ->
                transition.reject(
                        RejectionReason.UNKNOWN_COMMAND,
                        "command kind '" + shortened(unrecognized.name()) + "' is not known here");
            case AccountChange.PlanAssigned assigned -> {
                if (requireKnownPlan(transition, command, assigned)) {
                    insert(transition, command);
                }
            }
            case AccountChange.OverrideSet set -> {
                if (requireKnownLimit(transition, command, set.limitId())
                        && requireWithinReach(transition, command, set)) {
                    insert(transition, command);
                }
            }
            case AccountChange.OverrideRemoved removed -> {
                if (requireKnownLimit(transition, command, removed.limitId())) {
                    insert(transition, command);
                }
            }
            case AccountChange.Suspended suspended -> {
                Long until = suspended.untilMillis();
                if (until == null || requireEndOfSuspension(transition, command, until)) {
                    insert(transition, command);
                }
            }
            case AccountChange.ExemptionSet _, AccountChange.CalendarSet _, AccountChange.Reinstated _ ->
                insert(transition, command);
        }
    }

    private static boolean requireKnownPlan(
            Transition transition, AccountInput command, AccountChange.PlanAssigned assigned) {
        if (transition.plans.planAt(assigned.planId(), command.effectiveAtMillis()) != null) {
            return true;
        }
        transition.reject(
                RejectionReason.UNKNOWN_PLAN,
                "plan '" + shortened(assigned.planId()) + "' has no version in force at "
                        + command.effectiveAtMillis());
        return false;
    }

    private boolean requireKnownLimit(Transition transition, AccountInput command, String limitId) {
        Terms terms = resolver.at(transition.state, transition.plans, command.effectiveAtMillis());
        if (terms.plan.hasLimit(limitId)) {
            return true;
        }
        transition.reject(
                RejectionReason.UNKNOWN_LIMIT,
                "plan '" + terms.plan.source.planId() + "' version " + terms.plan.source.version() + " has no limit '"
                        + shortened(limitId) + "'");
        return false;
    }

    private boolean requireWithinReach(Transition transition, AccountInput command, AccountChange.OverrideSet set) {
        if (set.amount().isUnlimited()) {
            return true;
        }
        Terms terms = resolver.at(transition.state, transition.plans, command.effectiveAtMillis());
        for (Rule rule : terms.rules) {
            long max = rule.limit.algorithm().maxAmount();
            if (rule.limit.id().equals(set.limitId()) && set.amount().units() > max) {
                transition.reject(
                        RejectionReason.ARITHMETIC_OVERFLOW,
                        "amount of limit '" + set.limitId() + "' must be at most " + max + ", was " + set.amount());
                return false;
            }
        }
        return true;
    }

    private static boolean requireEndOfSuspension(Transition transition, AccountInput command, long untilMillis) {
        if (untilMillis > command.effectiveAtMillis() && untilMillis <= Bounds.MAX_TIME_MILLIS) {
            return true;
        }
        transition.reject(
                RejectionReason.INVALID_SUSPENSION,
                "a suspension from " + command.effectiveAtMillis() + " on must end after that, was " + untilMillis);
        return false;
    }

    private void insert(Transition transition, AccountInput command) {
        Account state = transition.state;
        long effectiveAt = command.effectiveAtMillis();
        for (TimelineEntry entry : state.timeline().entries) {
            if (entry.effectiveAtMillis == effectiveAt && entry.contends(command.change())) {
                if (!entry.change.equals(command.change())) {
                    transition.reject(
                            RejectionReason.CONFLICTING_ASSIGNMENT,
                            "another change holds from " + effectiveAt + " on: " + entry.change + ", not "
                                    + command.change());
                }
                // The same again is not news.
                return;
            }
        }
        if (state.timeline().entries.size() >= Timeline.MAX_ENTRIES) {
            state.timeline()
                    .prune(
                            state.streamTimeMillis() - limits.dedupeHorizonMillis(),
                            transition.plans.snapshot().longestWindowMillis());
        }
        if (state.timeline().entries.size() >= Timeline.MAX_ENTRIES) {
            transition.reject(
                    RejectionReason.TOO_MANY_CHANGES,
                    "an account can have at most " + Timeline.MAX_ENTRIES + " recent or scheduled changes");
            return;
        }

        LeakyReplay.Baseline before = effectiveAt <= state.judgementTime() && setsRates(command.change())
                ? replay.baseline(transition)
                : null;
        // Usage that was counted before the change was known stays where it was counted.
        long cutAt = Math.max(effectiveAt, state.streamTimeMillis() + 1);
        while (state.timeline().cutAt(cutAt, true) != null) {
            // Two changes that become known together still follow each other.
            cutAt++;
        }
        TimelineEntry entry = new TimelineEntry(
                effectiveAt,
                command.change(),
                cutAt,
                command.change() instanceof AccountChange.PlanAssigned assigned
                        ? TermsResolver.calendarOf(transition.plans, assigned.planId())
                        : WindowCalendar.UTC,
                TimelineEntry.Source.of(Objects.requireNonNull(command.commandId()), command));
        state.timeline().add(entry);
        resolver.presetCalendar(state, transition.plans);
        state.nextVersion();
        state.invalidateTerms();
        state.invalidateDue();
        if (entry.cutsWindows()) {
            cutWindows(state, cutAt, false);
        }
        for (TimelineEntry moving : state.timeline().markMoves(state.streamTimeMillis())) {
            cutWindows(state, moving.cutAtMillis, true);
        }
        if (before != null) {
            replay.replayAfterRateChange(transition, before);
        }
        if (effectiveAt <= Math.max(state.streamTimeMillis(), command.appendedAtMillis())) {
            changes.applyUpTo(transition, effectiveAt);
        } else {
            changes.schedule(transition, entry);
        }
    }

    /** Whether a change may give a limit another rate and keeps usage. */
    private static boolean setsRates(AccountChange change) {
        return switch (change) {
            case AccountChange.PlanAssigned assigned -> assigned.carry() == AccountChange.Carry.KEEP;
            case AccountChange.OverrideSet _, AccountChange.OverrideRemoved _ -> true;
            case AccountChange.ExemptionSet _,
                    AccountChange.CalendarSet _,
                    AccountChange.Suspended _,
                    AccountChange.Reinstated _,
                    AccountChange.Correction _,
                    AccountChange.Unrecognized _ -> false;
        };
    }

    /** @param followingCalendar whether only those are cut that follow the calendar */
    private static void cutWindows(Account state, long cutAtMillis, boolean followingCalendar) {
        state.forEachBucket(bucket -> {
            if (bucket instanceof FixedBucket fixed && (!followingCalendar || bucket.group.followsCalendar())) {
                fixed.cutAt(cutAtMillis);
            }
        });
    }

    private static String shortened(String text) {
        return text.length() <= Bounds.MAX_ID_CHARACTERS ? text : text.substring(0, Bounds.MAX_ID_CHARACTERS) + "...";
    }
}
