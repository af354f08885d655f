package dev.tollgate.api.parameter;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The windows that a span of time is cut into. They begin where minutes, hours, days, weeks (Monday), months and years
 * of the time zone begin, so a day has 23, 24 or 25 hours; the first begins at {@code from} and the last ends at
 * {@code to}.
 */
public sealed interface Windows {
    /** Most windows whose bounds are listed: more would be a query of megabytes. */
    int MAX_LISTED = 5_000;

    /** Most windows at all. */
    int MAX_WINDOWS = 1_000_000;

    /** Sizes of windows, as they are written. */
    List<String> SIZES = List.of("PT1M", "PT1H", "P1D", "P1W", "P1M", "P1Y");

    /**
     * Windows of the same length.
     *
     * @param range what is cut
     * @param anchor a bound at or before the start, milliseconds since the epoch
     * @param size milliseconds
     */
    record Fixed(TimeRange range, long anchor, long size) implements Windows {
        @Override
        public long next(long start) {
            long next = Math.floorDiv(start - anchor, size) * size + anchor + size;
            return Math.min(next, range.to().toEpochMilli());
        }

        @Override
        public long startOf(long millis) {
            return Math.max(range.from().toEpochMilli(), Math.floorDiv(millis - anchor, size) * size + anchor);
        }
    }

    /**
     * Windows by their bounds.
     *
     * @param range what is cut
     * @param starts of each window, rising; the first is the start of the range
     */
    record Listed(TimeRange range, long[] starts) implements Windows {
        /** With the bounds: entity tags are made of it. */
        @Override
        public String toString() {
            return "Listed[range=" + range + ", starts=" + Arrays.toString(starts) + "]";
        }

        @Override
        public long next(long start) {
            int at = Arrays.binarySearch(starts, start);
            return at + 1 < starts.length ? starts[at + 1] : range.to().toEpochMilli();
        }

        @Override
        public long startOf(long millis) {
            int at = Arrays.binarySearch(starts, millis);
            return starts[at >= 0 ? at : -at - 2];
        }
    }

    /** What is cut. */
    TimeRange range();

    /** The end of the window that begins at a time, which is where the next begins. */
    long next(long start);

    /** The start of the window that a time of the range is in. */
    long startOf(long millis);

    /** Whether every bound is a midnight in UTC, so that figures by day are enough. */
    default boolean areDaysOfUtc() {
        long day = 86_400_000L;
        boolean ends = range().from().toEpochMilli() % day == 0 && range().to().toEpochMilli() % day == 0;
        return ends
                && switch (this) {
                    case Fixed fixed -> false;
                    case Listed listed -> Arrays.stream(listed.starts()).allMatch(start -> start % day == 0);
                };
    }

    /**
     * Reads {@code window}; without it the whole range is one window.
     *
     * @param parameters gets the problems
     */
    static Windows read(Parameters parameters, TimeRange range) {
        String size = parameters.text("window");
        if (size == null) {
            return new Listed(range, new long[] {range.from().toEpochMilli()});
        }
        Windows windows = SIZES.contains(size) ? cut(range, size) : null;
        if (windows == null) {
            parameters.problem(
                    "window",
                    size,
                    "one of " + String.join(", ", SIZES) + ", of which the time span has at most " + MAX_WINDOWS + " ("
                            + MAX_LISTED + " of those that are not all of one length)");
            return new Listed(range, new long[] {range.from().toEpochMilli()});
        }
        return windows;
    }

    /** Cuts a range; null if there are too many windows. */
    static @Nullable Windows cut(TimeRange range, String size) {
        return switch (size) {
            case "PT1M" -> fixed(range, 60_000);
            case "PT1H" -> fixed(range, 3_600_000);
            default -> listed(range, size);
        };
    }

    private static @Nullable Windows fixed(TimeRange range, long size) {
        long from = range.from().toEpochMilli();
        if ((range.to().toEpochMilli() - from) / size > MAX_WINDOWS) {
            return null;
        }
        long shift = shift(range.zone(), range.from(), size);
        Instant at = range.from();
        ZoneOffsetTransition change = range.zone().getRules().nextTransition(at);
        while (change != null && change.getInstant().isBefore(range.to())) {
            if (shift(range.zone(), change.getInstant(), size) != shift) {
                // Where clocks change by half an hour, hours are not all of one length.
                return uneven(range, size);
            }
            change = range.zone().getRules().nextTransition(change.getInstant());
        }
        return new Fixed(range, Math.floorDiv(from + shift, size) * size - shift, size);
    }

    /** How far the zone's clock is ahead of UTC, of which whole windows do not matter. */
    private static long shift(ZoneId zone, Instant at, long size) {
        return Math.floorMod(zone.getRules().getOffset(at).getTotalSeconds() * 1_000L, size);
    }

    /** Bounds where the zone's clock shows a full minute or hour, one span of the same offset after the other. */
    private static @Nullable Windows uneven(TimeRange range, long size) {
        List<Long> starts = new ArrayList<>();
        starts.add(range.from().toEpochMilli());
        Instant at = range.from();
        while (at.isBefore(range.to())) {
            ZoneOffsetTransition change = range.zone().getRules().nextTransition(at);
            Instant end = change == null || change.getInstant().isAfter(range.to()) ? range.to() : change.getInstant();
            long shift = shift(range.zone(), at, size);
            long start = Math.floorDiv(at.toEpochMilli() + shift + size - 1, size) * size - shift;
            for (; start < end.toEpochMilli(); start += size) {
                if (start > starts.getLast()) {
                    starts.add(start);
                }
                if (starts.size() > MAX_LISTED) {
                    return null;
                }
            }
            at = end;
        }
        return of(range, starts);
    }

    private static @Nullable Windows listed(TimeRange range, String size) {
        LocalDate first = range.from().atZone(range.zone()).toLocalDate();
        LocalDate day = switch (size) {
            case "P1D" -> first;
            case "P1W" -> TimeRange.mondayOf(first);
            case "P1M" -> first.withDayOfMonth(1);
            default -> first.withDayOfYear(1);
        };
        List<Long> starts = new ArrayList<>();
        starts.add(range.from().toEpochMilli());
        while (starts.size() <= MAX_LISTED) {
            day = switch (size) {
                case "P1D" -> day.plusDays(1);
                case "P1W" -> day.plusWeeks(1);
                case "P1M" -> day.plusMonths(1);
                default -> day.plusYears(1);
            };
            long start = day.atStartOfDay(range.zone()).toInstant().toEpochMilli();
            if (start >= range.to().toEpochMilli()) {
                return of(range, starts);
            }
            // A day that a zone has left out (Samoa's 30 December 2011) has no window.
            if (start > starts.getLast()) {
                starts.add(start);
            }
        }
        return null;
    }

    private static Windows of(TimeRange range, List<Long> starts) {
        return new Listed(range, starts.stream().mapToLong(Long::longValue).toArray());
    }
}
