package dev.tollgate.planmodel.time;

import org.jspecify.annotations.Nullable;

/**
 * What an account has of its own instead of the calendar of its plan. Null leaves a part as the plan says.
 *
 * @param timeZone see {@link WindowCalendar}
 * @param month see {@link WindowAnchor}
 * @param day see {@link WindowAnchor}
 * @param weekday see {@link WindowAnchor}
 * @param hour see {@link WindowAnchor}
 */
public record CalendarOverride(
        @Nullable String timeZone,
        @Nullable Integer month,
        @Nullable Integer day,
        @Nullable Integer weekday,
        @Nullable Integer hour) {
    /** Everything as the plan says. */
    public static final CalendarOverride NONE = new CalendarOverride(null, null, null, null, null);

    /** @throws IllegalArgumentException if a part is out of range, or the platform does not know the time zone */
    public CalendarOverride {
        resolve(WindowCalendar.UTC, timeZone, month, day, weekday, hour);
    }

    /** The calendar that follows from that of the plan. */
    public WindowCalendar over(WindowCalendar plan) {
        return equals(NONE) ? plan : resolve(plan, timeZone, month, day, weekday, hour);
    }

    private static WindowCalendar resolve(
            WindowCalendar plan,
            @Nullable String timeZone,
            @Nullable Integer month,
            @Nullable Integer day,
            @Nullable Integer weekday,
            @Nullable Integer hour) {
        WindowAnchor anchor = plan.anchor();
        return new WindowCalendar(
                timeZone == null ? plan.timeZone() : timeZone,
                new WindowAnchor(
                        month == null ? anchor.month() : month,
                        day == null ? anchor.day() : day,
                        weekday == null ? anchor.weekday() : weekday,
                        hour == null ? anchor.hour() : hour));
    }
}
