package dev.tollgate.planmodel.time;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where the fixed windows of one length begin and end. Windows follow each other without a gap, from the beginning of
 * time to its end. Thread-safe.
 *
 * <p><b>Where counting starts.</b> Windows of n seconds, minutes or hours are counted from 1970-01-01T00:00Z, whatever
 * the time zone. Windows of n days are counted from 1 January 1970 of the time zone, of n weeks from the week of 29
 * December 1969 (the first ISO week of 1970), of n months from the anchor's month of 1970, of n years from 1970. So a
 * window of 3 months and anchor month 1 is a quarter, and the date alone tells in which window it lies.
 *
 * <p><b>Clocks that change.</b> A window begins at the first moment at which the clocks of the time zone show its
 * beginning or later. Where clocks go forward over it, that is the moment at which they do; where they show it twice,
 * the first time. A day that a time zone leaves out (Samoa, 30 December 2011) has no time, and so no window of a day
 * that begins at midnight.
 *
 * <p>Example: in Europe/Berlin the day of 29 March 2026 is {@code [2026-03-28T23:00Z, 2026-03-29T22:00Z)}, 23 hours.
 *
 * <p>Cost: windows of equal length are worked out by arithmetic. Of the others the last one is remembered, so that only
 * another one takes a look into the calendar.
 */
public final class FixedWindows {
    private static final long HOUR_MILLIS = 3_600_000L;
    private static final long DAY_MILLIS = 24 * HOUR_MILLIS;

    /** Monday of the first ISO week of 1970, in days since the epoch. */
    private static final long FIRST_MONDAY = -3;

    private static final long FIRST_MONTH = 1970 * 12L;
    private static final long FIRST_YEAR = 1970;

    /** Few combinations are in use at the same time; beyond this many all are made again. */
    private static final int MAX_REMEMBERED = 4_096;

    private static final Map<Key, FixedWindows> REMEMBERED = new ConcurrentHashMap<>();

    private final WindowLength length;
    private final WindowCalendar calendar;
    private final WindowAnchor anchor;

    /** Of windows that all have the same length; 0 of the others. */
    private final long constantMillis;

    /** Start of one window of constant length. */
    private final long originMillis;

    /** Null for UTC. */
    private final @Nullable ZoneRules rules;

    private volatile Span last = new Span(0, 0);

    private record Key(WindowLength length, WindowCalendar calendar) {}

    private record Span(long startMillis, long endMillis) {
        boolean covers(long timeMillis) {
            return startMillis <= timeMillis && timeMillis < endMillis;
        }
    }

    private FixedWindows(WindowLength length, WindowCalendar calendar) {
        this.length = length;
        this.calendar = calendar;
        this.anchor = calendar.anchor();
        boolean utc = calendar.timeZone().equals(WindowCalendar.UTC_ZONE);
        this.rules = utc ? null : ZoneId.of(calendar.timeZone()).getRules();
        long unitMillis = length.unit().maxMillis();
        switch (length.unit()) {
            case SECOND, MINUTE, HOUR -> {
                constantMillis = length.count() * unitMillis;
                originMillis = 0;
            }
            case DAY, WEEK -> {
                constantMillis = utc ? length.count() * unitMillis : 0;
                long firstDay = length.unit() == WindowUnit.WEEK ? FIRST_MONDAY + anchor.weekday() - 1 : 0;
                originMillis = firstDay * DAY_MILLIS + anchor.hour() * HOUR_MILLIS;
            }
            case MONTH, YEAR -> {
                constantMillis = 0;
                originMillis = 0;
            }
            default -> throw new IllegalArgumentException("unknown unit " + length.unit());
        }
    }

    /** The windows of a length in a calendar. */
    public static FixedWindows of(WindowLength length, WindowCalendar calendar) {
        Key key = new Key(length, calendar);
        FixedWindows known = REMEMBERED.get(key);
        if (known != null) {
            return known;
        }
        if (REMEMBERED.size() >= MAX_REMEMBERED) {
            REMEMBERED.clear();
        }
        FixedWindows made = new FixedWindows(length, calendar);
        REMEMBERED.put(key, made);
        return made;
    }

    /** The length of these windows. */
    public WindowLength length() {
        return length;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof FixedWindows other && length.equals(other.length) && calendar.equals(other.calendar);
    }

    @Override
    public int hashCode() {
        return 31 * length.hashCode() + calendar.hashCode();
    }

    /** {@code 15 minutes}, {@code month of Europe/Berlin}. */
    @Override
    public String toString() {
        return length + (length.unit().followsCalendar() ? " of " + calendar.timeZone() : "");
    }

    /** Inclusive start of the window that {@code timeMillis} is in, milliseconds since the epoch. */
    public long startOf(long timeMillis) {
        return constantMillis > 0
                ? timeMillis - Math.floorMod(timeMillis - originMillis, constantMillis)
                : spanOf(timeMillis).startMillis();
    }

    /** Exclusive end of the window that {@code timeMillis} is in, milliseconds since the epoch. */
    public long endOf(long timeMillis) {
        return constantMillis > 0
                ? startOf(timeMillis) + constantMillis
                : spanOf(timeMillis).endMillis();
    }

    private Span spanOf(long timeMillis) {
        Span known = last;
        if (known.covers(timeMillis)) {
            return known;
        }
        Span found = find(timeMillis);
        last = found;
        return found;
    }

    private Span find(long timeMillis) {
        ZoneOffset offset = rules == null ? ZoneOffset.UTC : rules.getOffset(Instant.ofEpochMilli(timeMillis));
        LocalDate date = LocalDateTime.ofEpochSecond(Math.floorDiv(timeMillis, 1_000L), 0, offset)
                .toLocalDate();
        long number = Math.floorDiv(unitsUntil(date), (long) length.count());
        // The date alone leaves out the anchor, so the window may be the one before.
        while (startOfNumber(number) > timeMillis) {
            number--;
        }
        long end = startOfNumber(number + 1);
        // The last window ends with time itself.
        while (end <= timeMillis && end != Long.MAX_VALUE) {
            number++;
            end = startOfNumber(number + 1);
        }
        return new Span(startOfNumber(number), end);
    }

    /** How many units have passed at a date since counting started. */
    private long unitsUntil(LocalDate date) {
        return switch (length.unit()) {
            case DAY -> date.toEpochDay();
            case WEEK -> Math.floorDiv(date.toEpochDay() - FIRST_MONDAY - (anchor.weekday() - 1), 7L);
            case MONTH -> date.getYear() * 12L + date.getMonthValue() - anchor.month() - FIRST_MONTH;
            case YEAR -> date.getYear() - FIRST_YEAR;
            case SECOND, MINUTE, HOUR -> throw new IllegalStateException("counted without a calendar");
        };
    }

    private long startOfNumber(long number) {
        long units = number * length.count();
        LocalDate date = switch (length.unit()) {
            case DAY -> LocalDate.ofEpochDay(units);
            case WEEK -> LocalDate.ofEpochDay(FIRST_MONDAY + anchor.weekday() - 1 + units * 7);
            case MONTH -> dayOf(FIRST_MONTH + anchor.month() - 1 + units);
            case YEAR -> dayOf((FIRST_YEAR + units) * 12 + anchor.month() - 1);
            case SECOND, MINUTE, HOUR -> throw new IllegalStateException("counted without a calendar");
        };
        return momentOf(date.atTime(LocalTime.of(anchor.hour(), 0)));
    }

    /** The anchor's day of a month, which is counted from year 0 on. */
    private LocalDate dayOf(long monthNumber) {
        YearMonth month = YearMonth.of(
                Math.toIntExact(Math.floorDiv(monthNumber, 12L)), (int) Math.floorMod(monthNumber, 12L) + 1);
        return month.atDay(Math.min(anchor.day(), month.lengthOfMonth()));
    }

    /** The first moment at which clocks show this or later. */
    private long momentOf(LocalDateTime local) {
        ZoneRules zone = rules;
        if (zone == null) {
            return millis(local.toEpochSecond(ZoneOffset.UTC));
        }
        List<ZoneOffset> offsets = zone.getValidOffsets(local);
        if (offsets.isEmpty()) {
            ZoneOffsetTransition forward = zone.getTransition(local);
            return millis(forward.toEpochSecond());
        }
        // Of two the one before the change comes first.
        return millis(local.toEpochSecond(offsets.get(0)));
    }

    /** The first and last moments that there are stand for those before and after them. */
    private static long millis(long seconds) {
        return seconds > Long.MAX_VALUE / 1_000
                ? Long.MAX_VALUE
                : seconds < Long.MIN_VALUE / 1_000 ? Long.MIN_VALUE : seconds * 1_000;
    }
}
