package dev.tollgate.engine.input;

import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.time.CalendarOverride;
import org.jspecify.annotations.Nullable;

/** What a command changes about an account. */
public sealed interface AccountChange {

    /** What happens to the running windows when the plan changes. */
    enum Carry {
        /** Usage so far counts against the new amount. */
        KEEP,
        /** The running window ends at the change; a new one begins there with nothing used. */
        RESET,
        /**
         * The running window ends at the change; the new one begins with the same share used: used x new amount / old
         * amount, rounded up.
         */
        SCALE
    }

    /**
     * The account is on this plan from the command's effective date on.
     *
     * @param planId a plan of the catalog
     * @param carry what happens to the running windows
     */
    record PlanAssigned(String planId, Carry carry) implements AccountChange {}

    /**
     * One limit has another amount for this account, whatever plan it is on.
     *
     * @param limitId a limit of the plan in force at the effective date
     * @param amount the amount that holds instead
     */
    record OverrideSet(String limitId, Amount amount) implements AccountChange {}

    /**
     * The plan's own amount holds again.
     *
     * @param limitId the limit whose override ends
     */
    record OverrideRemoved(String limitId) implements AccountChange {}

    /**
     * An exempt account is counted like any other and never warned or blocked.
     *
     * @param exempt whether the account is exempt from now on
     */
    record ExemptionSet(boolean exempt) implements AccountChange {}

    /**
     * Every call of the account is to be denied. Calls that happen all the same are counted.
     *
     * @param untilMillis exclusive end, milliseconds since the epoch; null means until reinstated
     */
    record Suspended(@Nullable Long untilMillis) implements AccountChange {}

    /**
     * Windows of a day and longer follow this calendar instead of the plan's, from the command's effective date on.
     * Those that run end there, and what was used counts in those that follow, unless a window begins at that moment by
     * either calendar.
     *
     * @param calendar the parts that the account has of its own; {@link CalendarOverride#NONE} takes them back
     */
    record CalendarSet(CalendarOverride calendar) implements AccountChange {}

    /** Ends a suspension. */
    record Reinstated() implements AccountChange {}

    /**
     * A past event was wrong. Totals, alerts and blocks of windows that are still open follow; for closed windows only
     * the journal does.
     *
     * @param targetEventId the event that is corrected
     * @param amendment what holds instead; null voids the event: it is as if it had never happened
     */
    record Correction(String targetEventId, @Nullable Amendment amendment) implements AccountChange {}

    /** A kind of change that this version does not know; always rejected. */
    record Unrecognized(String name) implements AccountChange {}

    /**
     * The parts of an event that hold instead of what was reported; null keeps what was reported. Who called and when
     * cannot be amended: void the event and publish another.
     *
     * @param endpoint the endpoint that was really called
     * @param outcome how the call really ended
     * @param units the real size, at least 0
     * @param inputTokens the real input size, at least 0
     * @param outputItems the real output size, at least 0
     */
    record Amendment(
            @Nullable String endpoint,
            @Nullable Outcome outcome,
            @Nullable Long units,
            @Nullable Long inputTokens,
            @Nullable Long outputItems) {}
}
