package dev.tollgate.planmodel.time;

/**
 * Where the windows of a day and longer begin within their calendar. Windows of a day begin at the hour; of a week on
 * the weekday at the hour; of months on the day at the hour, of the last day where a month is shorter; of years in the
 * month, on the day at the hour.
 *
 * @param month 1 to 12: in which month years begin, and from which month on windows of several months are counted
 * @param day 1 to 31: the day of the month; the last day of months that are shorter
 * @param weekday 1 (Monday) to 7 (Sunday)
 * @param hour 0 to 23, by the clocks of the time zone
 */
public record WindowAnchor(int month, int day, int weekday, int hour) {
    /** Midnight; Monday; the first; January. */
    public static final WindowAnchor DEFAULT = new WindowAnchor(1, 1, 1, 0);

    /** @throws IllegalArgumentException if a part is out of range */
    public WindowAnchor {
        requireRange("month", month, 1, 12);
        requireRange("day", day, 1, 31);
        requireRange("weekday", weekday, 1, 7);
        requireRange("hour", hour, 0, 23);
    }

    private static void requireRange(String part, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    "the " + part + " of an anchor must be " + min + " to " + max + ", was " + value);
        }
    }
}
