package dev.tollgate.testkit.oracle;

import org.jspecify.annotations.Nullable;

/** One thing that happened to an account, in the order of its records. */
public sealed interface OracleFact {

    /** A request event. */
    record Called(OracleEvent event) implements OracleFact {}

    /**
     * Something that holds from a moment on.
     *
     * @param effectiveAt from when on
     * @param appendedAt when it became known
     */
    record Changed(String commandId, long effectiveAt, long appendedAt, Change change) implements OracleFact {}

    /** What holds from a moment on. */
    sealed interface Change {}

    /** @param carry KEEP, RESET or SCALE */
    record OnPlan(String planId, String carry) implements Change {}

    /** @param amount null is unlimited */
    record Overridden(String limit, @Nullable Long amount) implements Change {}

    record OverrideEnded(String limit) implements Change {}

    record Exempt(boolean exempt) implements Change {}

    /**
     * Null leaves a part as the plan says.
     *
     * @param zone as in {@link OracleCalendar}
     * @param month as in {@link OracleCalendar}
     * @param day as in {@link OracleCalendar}
     * @param weekday as in {@link OracleCalendar}
     * @param hour as in {@link OracleCalendar}
     */
    record OwnCalendar(
            @Nullable String zone,
            @Nullable Integer month,
            @Nullable Integer day,
            @Nullable Integer weekday,
            @Nullable Integer hour)
            implements Change {
        OracleCalendar over(OracleCalendar plan) {
            return new OracleCalendar(
                    zone == null ? plan.zone() : zone,
                    month == null ? plan.month() : month,
                    day == null ? plan.day() : day,
                    weekday == null ? plan.weekday() : weekday,
                    hour == null ? plan.hour() : hour);
        }
    }

    /**
     * A past event was wrong.
     *
     * @param endpoint what was really called, or null
     * @param outcome how it really ended, or null
     * @param units how large it really was, or null
     * @param isVoid whether it never happened; the other fields are null then
     */
    record Corrected(
            String commandId,
            String target,
            boolean isVoid,
            @Nullable String endpoint,
            @Nullable String outcome,
            @Nullable Long units)
            implements OracleFact {}
}
