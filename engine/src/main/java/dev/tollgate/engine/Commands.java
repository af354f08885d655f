package dev.tollgate.engine;

import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.output.RejectionReason;
import java.util.Objects;

/** Takes commands about an account: refuses what can not be followed, and puts the rest into the account's timeline. */
final class Commands {
    private final TermsResolver resolver;
    private final AccountChanges changes;
    private final Corrections corrections;
    private final EngineSettings settings;
    private final LeakyPlayback playback;

    Commands(
            EngineSettings settings,
            TermsResolver resolver,
            AccountChanges changes,
            Corrections corrections,
            LeakyPlayback playback) {
        this.settings = settings;
        this.resolver = resolver;
        this.changes = changes;
        this.corrections = corrections;
        this.playback = playback;
    }

    void apply(Step step, AccountInput command) {
        if (!InputChecks.isSound(step, command)) {
            return;
        }
        switch (command.change()) {
            case AccountChange.Correction correction -> corrections.apply(step, command, correction);
            case AccountChange.Unrecognized unrecognized ->
                step.reject(
                        RejectionReason.UNKNOWN_COMMAND,
                        "command kind '" + shortened(unrecognized.name()) + "' is not known here");
            case AccountChange.PlanAssigned assigned -> {
                if (isKnownPlan(step, command, assigned)) {
                    insert(step, command);
                }
            }
            case AccountChange.OverrideSet set -> {
                if (isKnownLimit(step, command, set.limitId()) && isWithinReach(step, command, set)) {
                    insert(step, command);
                }
            }
            case AccountChange.OverrideRemoved removed -> {
                if (isKnownLimit(step, command, removed.limitId())) {
                    insert(step, command);
                }
            }
            case AccountChange.Suspended suspended -> {
                Long until = suspended.untilMillis();
                if (until == null || isEndOfSuspension(step, command, until)) {
                    insert(step, command);
                }
            }
            case AccountChange.ExemptionSet _, AccountChange.Reinstated _ -> insert(step, command);
        }
    }

    private static boolean isKnownPlan(Step step, AccountInput command, AccountChange.PlanAssigned assigned) {
        if (step.plans.planAt(assigned.planId(), command.effectiveAtMillis()) != null) {
            return true;
        }
        step.reject(
                RejectionReason.UNKNOWN_PLAN,
                "plan '" + shortened(assigned.planId()) + "' has no version in force at "
                        + command.effectiveAtMillis());
        return false;
    }

    private boolean isKnownLimit(Step step, AccountInput command, String limitId) {
        Terms terms = resolver.at(step.state, step.plans, command.effectiveAtMillis());
        if (terms.plan.hasLimit(limitId)) {
            return true;
        }
        step.reject(
                RejectionReason.UNKNOWN_LIMIT,
                "plan '" + terms.plan.source.planId() + "' version " + terms.plan.source.version() + " has no limit '"
                        + shortened(limitId) + "'");
        return false;
    }

    private boolean isWithinReach(Step step, AccountInput command, AccountChange.OverrideSet set) {
        if (set.amount().isUnlimited()) {
            return true;
        }
        Terms terms = resolver.at(step.state, step.plans, command.effectiveAtMillis());
        for (Rule rule : terms.rules) {
            long max = rule.limit.algorithm().maxAmount();
            if (rule.limit.id().equals(set.limitId()) && set.amount().units() > max) {
                step.reject(
                        RejectionReason.ARITHMETIC_OVERFLOW,
                        "amount of limit '" + set.limitId() + "' must be at most " + max + ", was " + set.amount());
                return false;
            }
        }
        return true;
    }

    private static boolean isEndOfSuspension(Step step, AccountInput command, long untilMillis) {
        if (untilMillis > command.effectiveAtMillis() && untilMillis <= InputChecks.MAX_TIME_MILLIS) {
            return true;
        }
        step.reject(
                RejectionReason.INVALID_SUSPENSION,
                "a suspension from " + command.effectiveAtMillis() + " on must end after that, was " + untilMillis);
        return false;
    }

    private void insert(Step step, AccountInput command) {
        AccountState state = step.state;
        long effectiveAt = command.effectiveAtMillis();
        for (TimelineEntry entry : state.timeline.entries) {
            if (entry.effectiveAtMillis == effectiveAt && entry.contends(command.change())) {
                if (!entry.change.equals(command.change())) {
                    step.reject(
                            RejectionReason.CONFLICTING_ASSIGNMENT,
                            "another change holds from " + effectiveAt + " on: " + entry.change + ", not "
                                    + command.change());
                }
                // The same again is not news.
                return;
            }
        }
        if (state.timeline.entries.size() >= Timeline.MAX_ENTRIES) {
            state.timeline.prune(state.streamTimeMillis - settings.dedupeHorizonMillis());
        }
        if (state.timeline.entries.size() >= Timeline.MAX_ENTRIES) {
            step.reject(
                    RejectionReason.TOO_MANY_CHANGES,
                    "an account can have at most " + Timeline.MAX_ENTRIES + " recent or scheduled changes");
            return;
        }

        LeakyPlayback.Before before =
                effectiveAt <= state.judgementTime() && setsRates(command.change()) ? playback.before(step) : null;
        // Usage that was counted before the change was known stays where it was counted.
        long cutAt = Math.max(effectiveAt, state.streamTimeMillis + 1);
        while (state.timeline.cutAt(cutAt) != null) {
            // Two changes that become known together still follow each other.
            cutAt++;
        }
        TimelineEntry entry = new TimelineEntry(
                effectiveAt,
                command.change(),
                cutAt,
                TimelineEntry.Source.of(Objects.requireNonNull(command.commandId()), command));
        state.timeline.add(entry);
        state.version++;
        state.front = null;
        state.nextDueMillis = Long.MIN_VALUE;
        if (entry.cutsWindows()) {
            cutWindows(state, cutAt);
        }
        if (before != null) {
            playback.play(step, before);
        }
        if (effectiveAt <= Math.max(state.streamTimeMillis, command.appendedAtMillis())) {
            changes.applyUpTo(step, effectiveAt);
        } else {
            changes.schedule(step, entry);
        }
    }

    /** Whether a change may give a limit another rate and keeps usage. */
    private static boolean setsRates(AccountChange change) {
        return switch (change) {
            case AccountChange.PlanAssigned assigned -> assigned.carry() == AccountChange.Carry.KEEP;
            case AccountChange.OverrideSet _, AccountChange.OverrideRemoved _ -> true;
            case AccountChange.ExemptionSet _,
                    AccountChange.Suspended _,
                    AccountChange.Reinstated _,
                    AccountChange.Correction _,
                    AccountChange.Unrecognized _ -> false;
        };
    }

    private static void cutWindows(AccountState state, long cutAtMillis) {
        state.forEachBucket(bucket -> {
            if (bucket instanceof FixedBucket fixed
                    && fixed.startMillis < cutAtMillis
                    && cutAtMillis < fixed.endMillis) {
                fixed.endMillis = cutAtMillis;
            }
        });
    }

    private static String shortened(String text) {
        return text.length() <= InputChecks.MAX_ID_LENGTH ? text : text.substring(0, InputChecks.MAX_ID_LENGTH) + "...";
    }
}
