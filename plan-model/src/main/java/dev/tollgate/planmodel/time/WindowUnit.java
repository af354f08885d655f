package dev.tollgate.planmodel.time;

import java.util.Locale;

/** What the length of a fixed window is counted in. Stored states name units by their place: new ones come last. */
public enum WindowUnit {
    SECOND(1_000L, 315_360_000),
    MINUTE(60_000L, 5_256_000),
    HOUR(3_600_000L, 87_600),
    /** A day of the calendar: 23, 24 or 25 hours where clocks change. */
    DAY(86_400_000L, 3_650),
    /** A month of the calendar. */
    MONTH(31 * 86_400_000L, 120),
    /** Seven days of the calendar, from Monday on unless the anchor says otherwise. */
    WEEK(7 * 86_400_000L, 520),
    /** A year of the calendar. */
    YEAR(366 * 86_400_000L, 10);

    private final long maxMillis;
    private final int maxCount;

    WindowUnit(long maxMillis, int maxCount) {
        this.maxMillis = maxMillis;
        this.maxCount = maxCount;
    }

    /** Whether its bounds follow the calendar: time zone and anchor. Shorter units are counted from the epoch. */
    public boolean followsCalendar() {
        return switch (this) {
            case SECOND, MINUTE, HOUR -> false;
            case DAY, WEEK, MONTH, YEAR -> true;
        };
    }

    /** Longest length of one unit where clocks do not change, in milliseconds: a month has 31 days, a year 366. */
    public long maxMillis() {
        return maxMillis;
    }

    /** How many of them a window can have at most: ten years. */
    public int maxCount() {
        return maxCount;
    }

    /** {@code minute}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
