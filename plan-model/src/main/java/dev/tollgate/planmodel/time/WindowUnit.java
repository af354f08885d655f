package dev.tollgate.planmodel.time;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Length of a fixed window. Windows are aligned to UTC: days begin at midnight, months on the first. */
public enum WindowUnit {
    SECOND(1_000L),
    MINUTE(60_000L),
    HOUR(3_600_000L),
    DAY(86_400_000L),
    MONTH(0L);

    private static final long DAY_MILLIS = 86_400_000L;

    /** 0 for months, which differ. */
    private final long fixedMillis;

    WindowUnit(long fixedMillis) {
        this.fixedMillis = fixedMillis;
    }

    /** Inclusive start of the window that {@code timeMillis} is in, milliseconds since the epoch. */
    public long startOf(long timeMillis) {
        if (fixedMillis > 0) {
            return timeMillis - Math.floorMod(timeMillis, fixedMillis);
        }
        return dateOf(timeMillis).withDayOfMonth(1).toEpochDay() * DAY_MILLIS;
    }

    /** Exclusive end of the window that {@code timeMillis} is in, milliseconds since the epoch. */
    public long endOf(long timeMillis) {
        if (fixedMillis > 0) {
            return startOf(timeMillis) + fixedMillis;
        }
        return dateOf(timeMillis).withDayOfMonth(1).plusMonths(1).toEpochDay() * DAY_MILLIS;
    }

    /** Longest length that a window of this unit can have, in milliseconds. */
    public long maxMillis() {
        return fixedMillis > 0 ? fixedMillis : 31 * DAY_MILLIS;
    }

    private static LocalDate dateOf(long timeMillis) {
        return Instant.ofEpochMilli(timeMillis).atOffset(ZoneOffset.UTC).toLocalDate();
    }
}
