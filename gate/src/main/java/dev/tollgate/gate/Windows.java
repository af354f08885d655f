package dev.tollgate.gate;

import dev.tollgate.schemas.avro.WindowUnit;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Where fixed windows begin and end: aligned to UTC, months on the first. */
final class Windows {
    private static final long DAY_MILLIS = 86_400_000L;

    private Windows() {}

    /** Inclusive start of the window that a moment is in, milliseconds since the epoch. */
    static long startOf(WindowUnit unit, long timeMillis) {
        long length = fixedMillis(unit);
        return length > 0
                ? timeMillis - Math.floorMod(timeMillis, length)
                : firstOfMonth(timeMillis).toEpochDay() * DAY_MILLIS;
    }

    /** Exclusive end of the window that a moment is in, milliseconds since the epoch. */
    static long endOf(WindowUnit unit, long timeMillis) {
        long length = fixedMillis(unit);
        return length > 0
                ? startOf(unit, timeMillis) + length
                : firstOfMonth(timeMillis).plusMonths(1).toEpochDay() * DAY_MILLIS;
    }

    static long maxMillis(WindowUnit unit) {
        long length = fixedMillis(unit);
        return length > 0 ? length : 31 * DAY_MILLIS;
    }

    private static LocalDate firstOfMonth(long timeMillis) {
        return Instant.ofEpochMilli(timeMillis)
                .atOffset(ZoneOffset.UTC)
                .toLocalDate()
                .withDayOfMonth(1);
    }

    /** 0 for months, which differ. */
    private static long fixedMillis(WindowUnit unit) {
        return switch (unit) {
            case SECOND -> 1_000L;
            case MINUTE -> 60_000L;
            case HOUR -> 3_600_000L;
            case DAY -> DAY_MILLIS;
            case MONTH, UNKNOWN -> 0L;
        };
    }
}
