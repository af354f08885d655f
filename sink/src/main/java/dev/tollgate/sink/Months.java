package dev.tollgate.sink;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * Calendar months in UTC as ClickHouse's {@code toYYYYMM} numbers them: 202611. Remembers the last month, because records come
 * in the order of time. Not thread-safe.
 */
final class Months {
    /** Of tables that are not partitioned. */
    static final int NONE = 0;

    private long startMillis;
    private long endMillis;
    private int month = NONE;

    /** The month of a moment, which is held to the range of {@code DateTime64(3)} first. */
    int of(long epochMillis) {
        long millis = Math.clamp(epochMillis, RowWriter.MIN_MILLIS, RowWriter.MAX_MILLIS);
        if (month == NONE || millis < startMillis || millis >= endMillis) {
            LocalDate first = Instant.ofEpochMilli(millis)
                    .atZone(ZoneOffset.UTC)
                    .toLocalDate()
                    .withDayOfMonth(1);
            startMillis = first.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
            endMillis =
                    first.plusMonths(1).atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
            month = first.getYear() * 100 + first.getMonthValue();
        }
        return month;
    }

    /** The month of a moment. */
    int of(Instant instant) {
        return of(RowWriter.clampedMillis(instant));
    }
}
