package dev.tollgate.sink.internal.table;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;

/**
 * Partitions of the tables that are partitioned by a moment: calendar months in UTC as ClickHouse's {@code toYYYYMM}
 * numbers them (202611), and one partition for everything before {@link #FIRST}, so that a batch of ancient dates makes
 * a few inserts rather than hundreds. Remembers the last month, because records come in the order of time. Not
 * thread-safe.
 */
public final class Months {
    /** The only partition of a table that is not partitioned; in the others, what lies before {@link #FIRST}. */
    public static final int NONE = 0;
    /** The first month with a partition of its own. The migrations say the same. */
    public static final YearMonth FIRST = YearMonth.of(2025, 1);

    private static final long FIRST_MILLIS = millis(FIRST.atDay(1));

    private long startMillis;
    private long endMillis;
    private int month = NONE;

    /** The month of a moment, which is held to the range of {@code DateTime64(3)} first. */
    public int of(long epochMillis) {
        long millis = Math.clamp(epochMillis, RowWriter.MIN_MILLIS, RowWriter.MAX_MILLIS);
        if (millis < FIRST_MILLIS) {
            return NONE;
        }
        if (month == NONE || millis < startMillis || millis >= endMillis) {
            LocalDate first = Instant.ofEpochMilli(millis)
                    .atZone(ZoneOffset.UTC)
                    .toLocalDate()
                    .withDayOfMonth(1);
            startMillis = millis(first);
            endMillis = millis(first.plusMonths(1));
            month = first.getYear() * 100 + first.getMonthValue();
        }
        return month;
    }

    /** The month of a moment. */
    public int of(Instant instant) {
        return of(RowWriter.clampedMillis(instant));
    }

    /** First millisecond of a month. */
    public static long startOf(int month) {
        return month == NONE ? RowWriter.MIN_MILLIS : millis(LocalDate.of(month / 100, month % 100, 1));
    }

    /** Last millisecond of a month. */
    public static long endOf(int month) {
        return month == NONE
                ? FIRST_MILLIS - 1
                : millis(LocalDate.of(month / 100, month % 100, 1).plusMonths(1)) - 1;
    }

    private static long millis(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
    }
}
