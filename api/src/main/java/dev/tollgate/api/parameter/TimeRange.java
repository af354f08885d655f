package dev.tollgate.api.parameter;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A span of event time.
 *
 * @param from inclusive
 * @param to exclusive; after {@code from}
 * @param zone whose days, weeks and months are meant, and in whose offset times are written
 */
public record TimeRange(Instant from, Instant to, ZoneId zone) {
    /** The parameters that {@link #read} reads. */
    public static final List<String> PARAMETERS = List.of("from", "to", "period", "time_zone");

    /** What the tables hold. */
    private static final Instant EARLIEST = Instant.parse("1900-01-01T00:00:00Z");

    private static final Instant LATEST = Instant.parse("2299-12-31T00:00:00Z");

    private static final String TIME =
            "an RFC 3339 time with an offset, such as 2026-11-28T00:00:00+05:45," + " from 1900-01-01 to 2299-12-31";
    private static final String PERIOD = "a year (2026), a month (2026-11), a day (2026-11-28), a week (2026-W48), or"
            + " hours, days or weeks up to now (-24h, -7d, -4w)";
    private static final Pattern BACK = Pattern.compile("-([1-9][0-9]{0,3})([hdw])");
    private static final Pattern WEEK = Pattern.compile("([0-9]{4})-W([0-9]{2})");

    /**
     * Reads {@code from} and {@code to}, or {@code period}, and {@code time_zone} (UTC if it is not there). {@code to}
     * is now if it is not there.
     *
     * @param now the present
     * @param open whether the start may be left out, and the end with it: all that the tables hold, the future included
     */
    public static TimeRange read(Parameters parameters, Instant now, boolean open) {
        ZoneId zone = zone(parameters);
        Instant from = parameters.parsed("from", TimeRange::time, TIME);
        Instant to = parameters.parsed("to", TimeRange::time, TIME);
        String fromText = parameters.text("from");
        String toText = parameters.text("to");
        String period = parameters.text("period");
        TimeRange harmless = new TimeRange(now.minusSeconds(1), now, zone);
        if (period != null && (fromText != null || toText != null)) {
            parameters.problem("period", period, "left out where from or to is given");
            return harmless;
        }
        if (open && period == null && fromText == null) {
            return new TimeRange(EARLIEST, to == null ? LATEST : to, zone);
        }
        if (period != null) {
            String text = period;
            TimeRange range;
            try {
                range = period(text, zone, now);
            } catch (DateTimeException | ArithmeticException e) {
                range = null;
            }
            if (range == null || range.from().isBefore(EARLIEST) || range.to().isAfter(LATEST)) {
                parameters.problem("period", text, PERIOD);
                return harmless;
            }
            return range;
        }
        if (fromText == null) {
            parameters.problem("from", null, TIME + "; or give period");
            return harmless;
        }
        Instant end = to == null ? now : to;
        if (from == null || toText != null && to == null) {
            return harmless;
        }
        if (!from.isBefore(end)) {
            parameters.problem(
                    toText == null ? "from" : "to",
                    toText == null ? fromText : toText,
                    toText == null ? "before now" : "after from (" + fromText + ")");
            return harmless;
        }
        return new TimeRange(from, end, zone);
    }

    /** All that the tables hold, in the {@code time_zone} (UTC if it is not there). */
    public static TimeRange everything(Parameters parameters) {
        return new TimeRange(EARLIEST, LATEST, zone(parameters));
    }

    /** Whether two times are what the tables hold, the first not after the second. */
    public static boolean isWithin(long fromMillis, long toMillis) {
        return EARLIEST.toEpochMilli() <= fromMillis && fromMillis <= toMillis && toMillis <= LATEST.toEpochMilli();
    }

    private static ZoneId zone(Parameters parameters) {
        ZoneId given = parameters.parsed(
                "time_zone", TimeRange::zone, "an IANA time zone such as Europe/Berlin, Asia/Kathmandu or UTC");
        return given == null ? ZoneOffset.UTC : given;
    }

    private static @Nullable ZoneId zone(String text) {
        // Offsets and the short names of java.util.TimeZone are no IANA zones; summer time would be lost on them.
        return ZoneId.getAvailableZoneIds().contains(text) && !text.startsWith("SystemV/") ? ZoneId.of(text) : null;
    }

    /** An RFC 3339 time, cut off to milliseconds, which is what the tables hold; null outside of their range. */
    static @Nullable Instant time(String text) {
        Instant instant = OffsetDateTime.parse(text, DateTimeFormatter.ISO_OFFSET_DATE_TIME)
                .toInstant()
                .truncatedTo(ChronoUnit.MILLIS);
        return instant.isBefore(EARLIEST) || instant.isAfter(LATEST) ? null : instant;
    }

    private static @Nullable TimeRange period(String text, ZoneId zone, Instant now) {
        Matcher back = BACK.matcher(text);
        if (back.matches()) {
            int count = Integer.parseInt(back.group(1));
            ZonedDateTime end = now.truncatedTo(ChronoUnit.MILLIS).atZone(zone);
            ZonedDateTime start = switch (back.group(2)) {
                case "h" -> end.minus(Duration.ofHours(count));
                case "d" -> end.minusDays(count);
                default -> end.minusWeeks(count);
            };
            return new TimeRange(start.toInstant(), end.toInstant(), zone);
        }
        Matcher week = WEEK.matcher(text);
        if (week.matches()) {
            LocalDate monday = LocalDate.parse(text + "-1", DateTimeFormatter.ISO_WEEK_DATE);
            return days(monday, monday.plusWeeks(1), zone);
        }
        return switch (text.length()) {
            case 4 -> {
                Year year = Year.parse(text);
                yield days(year.atDay(1), year.plusYears(1).atDay(1), zone);
            }
            case 7 -> {
                YearMonth month = YearMonth.parse(text);
                yield days(month.atDay(1), month.plusMonths(1).atDay(1), zone);
            }
            case 10 -> {
                LocalDate day = LocalDate.parse(text);
                yield days(day, day.plusDays(1), zone);
            }
            default -> null;
        };
    }

    private static TimeRange days(LocalDate first, LocalDate end, ZoneId zone) {
        return new TimeRange(
                first.atStartOfDay(zone).toInstant(), end.atStartOfDay(zone).toInstant(), zone);
    }

    /** Whether it is all that the tables hold. */
    public boolean isEverything() {
        return from.equals(EARLIEST) && to.equals(LATEST);
    }

    /** A time as answers write it: RFC 3339 in the zone's offset. */
    public String text(long epochMillis) {
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                Instant.ofEpochMilli(epochMillis).atZone(zone).toOffsetDateTime());
    }

    /** The Monday on or before a day. */
    static LocalDate mondayOf(LocalDate day) {
        return day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
    }
}
