package dev.tollgate.schemas.plan;

import dev.tollgate.planmodel.time.CalendarOverride;
import dev.tollgate.planmodel.time.WindowAnchor;
import dev.tollgate.planmodel.time.WindowCalendar;
import dev.tollgate.planmodel.time.WindowLength;
import dev.tollgate.planmodel.time.WindowUnit;
import dev.tollgate.schemas.avro.Limit;
import org.jspecify.annotations.Nullable;

/**
 * Fixed windows and what they follow, between the contracts and the plan model.
 *
 * <p>A window of one second, minute, hour, day or month that follows UTC is written in {@code window} alone, as it
 * always was. Any other has {@code OTHER} there and its length in {@code window_length}: a reader that knows neither
 * takes it for a window that it does not know, and never for a shorter one.
 */
public final class WindowTranslator {
    private WindowTranslator() {}

    /**
     * Writes the window of a limit.
     *
     * @param calendar what the windows of its plan follow
     */
    public static void put(Limit limit, WindowLength length, WindowCalendar calendar) {
        boolean aligned = !length.unit().followsCalendar() || calendar.equals(WindowCalendar.UTC);
        boolean plain = length.count() == 1
                && switch (length.unit()) {
                    case SECOND, MINUTE, HOUR, DAY, MONTH -> aligned;
                    case WEEK, YEAR -> false;
                };
        dev.tollgate.schemas.avro.WindowUnit unit = unit(length.unit());
        limit.setWindow(plain ? unit : dev.tollgate.schemas.avro.WindowUnit.OTHER);
        limit.setWindowLength(plain ? null : new dev.tollgate.schemas.avro.WindowLength(length.count(), unit));
    }

    /** The length of a limit's fixed window; null if it has none, or one that this build does not know. */
    public static @Nullable WindowLength length(Limit limit) {
        dev.tollgate.schemas.avro.WindowLength length = limit.getWindowLength();
        dev.tollgate.schemas.avro.WindowUnit written = length == null ? limit.getWindow() : length.getUnit();
        WindowUnit unit = written == null ? null : unit(written);
        int count = length == null ? 1 : length.getCount();
        return unit == null || count < 1 || count > unit.maxCount() ? null : new WindowLength(count, unit);
    }

    private static @Nullable WindowUnit unit(dev.tollgate.schemas.avro.WindowUnit unit) {
        return switch (unit) {
            case SECOND -> WindowUnit.SECOND;
            case MINUTE -> WindowUnit.MINUTE;
            case HOUR -> WindowUnit.HOUR;
            case DAY -> WindowUnit.DAY;
            case WEEK -> WindowUnit.WEEK;
            case MONTH -> WindowUnit.MONTH;
            case YEAR -> WindowUnit.YEAR;
            case OTHER, UNKNOWN -> null;
        };
    }

    private static dev.tollgate.schemas.avro.WindowUnit unit(WindowUnit unit) {
        return switch (unit) {
            case SECOND -> dev.tollgate.schemas.avro.WindowUnit.SECOND;
            case MINUTE -> dev.tollgate.schemas.avro.WindowUnit.MINUTE;
            case HOUR -> dev.tollgate.schemas.avro.WindowUnit.HOUR;
            case DAY -> dev.tollgate.schemas.avro.WindowUnit.DAY;
            case WEEK -> dev.tollgate.schemas.avro.WindowUnit.WEEK;
            case MONTH -> dev.tollgate.schemas.avro.WindowUnit.MONTH;
            case YEAR -> dev.tollgate.schemas.avro.WindowUnit.YEAR;
        };
    }

    /**
     * What windows follow.
     *
     * @throws IllegalArgumentException if a part is out of range, or the platform does not know the time zone
     */
    public static WindowCalendar calendar(dev.tollgate.schemas.avro.@Nullable WindowCalendar calendar) {
        return calendar == null
                ? WindowCalendar.UTC
                : new WindowCalendar(
                        calendar.getTimeZone(),
                        new WindowAnchor(
                                calendar.getAnchorMonth(),
                                calendar.getAnchorDay(),
                                calendar.getAnchorWeekday(),
                                calendar.getAnchorHour()));
    }

    /** The same as a record. */
    public static dev.tollgate.schemas.avro.WindowCalendar calendar(WindowCalendar calendar) {
        WindowAnchor anchor = calendar.anchor();
        return new dev.tollgate.schemas.avro.WindowCalendar(
                calendar.timeZone(), anchor.month(), anchor.day(), anchor.weekday(), anchor.hour());
    }

    /**
     * What an account has of its own.
     *
     * @throws IllegalArgumentException if a part is out of range, or the platform does not know the time zone
     */
    public static CalendarOverride override(dev.tollgate.schemas.avro.CalendarOverride calendar) {
        return new CalendarOverride(
                calendar.getTimeZone(),
                calendar.getAnchorMonth(),
                calendar.getAnchorDay(),
                calendar.getAnchorWeekday(),
                calendar.getAnchorHour());
    }

    /** The same as a record. */
    public static dev.tollgate.schemas.avro.CalendarOverride override(CalendarOverride calendar) {
        return new dev.tollgate.schemas.avro.CalendarOverride(
                calendar.timeZone(), calendar.month(), calendar.day(), calendar.weekday(), calendar.hour());
    }
}
