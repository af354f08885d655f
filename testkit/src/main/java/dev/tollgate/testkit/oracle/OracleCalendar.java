package dev.tollgate.testkit.oracle;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * What the windows of a plan or account follow, and where they begin by it: found by walking from day to day and from
 * one clock change to the next.
 *
 * @param zone region of the IANA database
 * @param month month in which years begin, 1 to 12
 * @param day day on which months begin, 1 to 31; the last one of shorter months
 * @param weekday day on which weeks begin, 1 (Monday) to 7
 * @param hour hour at which they begin, 0 to 23
 */
public record OracleCalendar(String zone, int month, int day, int weekday, int hour) {
    /** UTC, midnight, Monday, the first, January. */
    public static final OracleCalendar UTC = new OracleCalendar("UTC", 1, 1, 1, 0);

    private static final LocalDate FIRST_MONDAY = LocalDate.of(1969, 12, 29);

    /** Ends of windows that were found, by calendar and length and then by start. */
    private static final Map<Key, NavigableMap<Long, Long>> FOUND = new ConcurrentHashMap<>();

    private record Key(OracleCalendar calendar, String window) {}

    /** Whether windows of a length, such as {@code 15 MINUTE} or {@code DAY}, follow a calendar. */
    static boolean matters(String window) {
        return switch (unitOf(window)) {
            case "DAY", "WEEK", "MONTH", "YEAR" -> true;
            default -> false;
        };
    }

    private static String unitOf(String window) {
        return window.substring(window.indexOf(' ') + 1);
    }

    private static long countOf(String window) {
        int blank = window.indexOf(' ');
        return blank < 0 ? 1 : Long.parseLong(window.substring(0, blank));
    }

    long startOf(String window, long time) {
        return windowOf(window, time).getKey();
    }

    long endOf(String window, long time) {
        return windowOf(window, time).getValue();
    }

    private Map.Entry<Long, Long> windowOf(String window, long time) {
        NavigableMap<Long, Long> found =
                FOUND.computeIfAbsent(new Key(this, window), key -> new ConcurrentSkipListMap<>());
        Map.Entry<Long, Long> before = found.floorEntry(time);
        if (before != null && time < before.getValue()) {
            return before;
        }
        Map.Entry<Long, Long> made = find(window, time);
        found.put(made.getKey(), made.getValue());
        return made;
    }

    private Map.Entry<Long, Long> find(String window, long time) {
        long count = countOf(window);
        long constant = switch (unitOf(window)) {
            case "SECOND" -> 1_000;
            case "MINUTE" -> 60_000;
            case "HOUR" -> 3_600_000;
            default -> 0;
        };
        if (constant > 0) {
            long start = time / (constant * count) * (constant * count);
            return Map.entry(start, start + constant * count);
        }
        LocalDate today = Instant.ofEpochMilli(time).atZone(ZoneId.of(zone)).toLocalDate();
        LocalDate start = today.plusDays(2);
        while (!(begins(unitOf(window), count, start) && momentOf(start) <= time)) {
            start = start.minusDays(1);
        }
        LocalDate end = start.plusDays(1);
        while (!(begins(unitOf(window), count, end) && momentOf(end) > time)) {
            end = end.plusDays(1);
        }
        return Map.entry(momentOf(start), momentOf(end));
    }

    /** Whether a window begins on a date. */
    private boolean begins(String unit, long count, LocalDate date) {
        boolean isDay = date.getDayOfMonth() == day
                || date.getDayOfMonth() < day && date.plusDays(1).getDayOfMonth() == 1;
        return switch (unit) {
            case "DAY" -> Math.floorMod(date.toEpochDay(), count) == 0;
            case "WEEK" ->
                date.getDayOfWeek() == DayOfWeek.of(weekday)
                        && Math.floorMod(ChronoUnit.WEEKS.between(FIRST_MONDAY.plusDays(weekday - 1L), date), count)
                                == 0;
            case "MONTH" ->
                isDay
                        && Math.floorMod(
                                        ChronoUnit.MONTHS.between(YearMonth.of(1970, month), YearMonth.from(date)),
                                        count)
                                == 0;
            case "YEAR" -> isDay && date.getMonthValue() == month && Math.floorMod(date.getYear() - 1970L, count) == 0;
            default -> throw new IllegalArgumentException("unknown unit " + unit);
        };
    }

    /** The first moment at which clocks show the hour of a date, or later. */
    private long momentOf(LocalDate date) {
        LocalDateTime shown = date.atTime(hour, 0);
        ZoneRules rules = ZoneId.of(zone).getRules();
        Instant at = shown.toInstant(ZoneOffset.UTC).minus(2, ChronoUnit.DAYS);
        while (true) {
            Instant showing = shown.toInstant(rules.getOffset(at));
            ZoneOffsetTransition change = rules.nextTransition(at);
            if (change == null || showing.isBefore(change.getInstant())) {
                return (showing.isBefore(at) ? at : showing).toEpochMilli();
            }
            at = change.getInstant();
        }
    }
}
