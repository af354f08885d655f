package dev.tollgate.planmodel.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.temporal.IsoFields;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FixedWindowsTest {
    /** All clock changes and offsets of the years that are looked at are multiples of this. */
    private static final long STEP_MILLIS = 15 * 60_000L;

    private static final List<WindowLength> LENGTHS = List.of(
            WindowLength.of(WindowUnit.DAY),
            new WindowLength(3, WindowUnit.DAY),
            WindowLength.of(WindowUnit.WEEK),
            new WindowLength(2, WindowUnit.WEEK),
            WindowLength.of(WindowUnit.MONTH),
            new WindowLength(3, WindowUnit.MONTH),
            new WindowLength(5, WindowUnit.MONTH),
            WindowLength.of(WindowUnit.YEAR),
            new WindowLength(2, WindowUnit.YEAR));

    private static final Map<Integer, Long> WEEKS_BEFORE = new HashMap<>();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UTC",
                "Europe/Berlin",
                "Europe/London",
                "Europe/Istanbul",
                "America/New_York",
                "America/Sao_Paulo",
                "America/Havana",
                "America/St_Johns",
                "America/Caracas",
                "Asia/Kathmandu",
                "Asia/Kolkata",
                "Asia/Beirut",
                "Asia/Tehran",
                "Asia/Gaza",
                "Africa/Casablanca",
                "Africa/Cairo",
                "Australia/Lord_Howe",
                "Australia/Adelaide",
                "Pacific/Apia",
                "Pacific/Chatham",
                "Pacific/Kiritimati",
                "Antarctica/Troll"
            })
    void givenATimeZone_whenClocksAreFollowedQuarterByQuarter_thenWindowsBeginWhereTheyFirstShowTheBeginning(
            String zone) {
        SplittableRandom random = new SplittableRandom(zone.length() * 31L + zone.charAt(1));
        for (WindowLength length : LENGTHS) {
            WindowAnchor anchor = new WindowAnchor(
                    1 + random.nextInt(12),
                    List.of(1, 15, 28, 29, 30, 31).get(random.nextInt(6)),
                    1 + random.nextInt(7),
                    random.nextBoolean() ? 0 : random.nextInt(24));
            follow(length, new WindowCalendar(zone, anchor), "2007-01-01T00:00:00Z", "2013-01-01T00:00:00Z");
            follow(
                    length,
                    new WindowCalendar(zone, WindowAnchor.DEFAULT),
                    "2024-01-01T00:00:00Z",
                    "2027-01-01T00:00:00Z");
        }
    }

    @Test
    void givenEveryTimeZone_whenClocksAreFollowedForAYear_thenDaysBeginAtTheirFirstMoment() {
        for (String zone : WindowCalendar.timeZones()) {
            follow(
                    WindowLength.of(WindowUnit.DAY),
                    new WindowCalendar(zone, WindowAnchor.DEFAULT),
                    "2026-01-01T00:00:00Z",
                    "2027-01-01T00:00:00Z");
        }
    }

    /**
     * The window of a moment is named by the latest time that clocks have shown up to then: where that name changes, a
     * window ends.
     */
    private static void follow(WindowLength length, WindowCalendar calendar, String from, String to) {
        FixedWindows windows = FixedWindows.of(length, calendar);
        ZoneId zone = ZoneId.of(calendar.timeZone());
        LocalDateTime shown = LocalDateTime.MIN;
        long name = Long.MIN_VALUE;
        List<Long> bounds = new ArrayList<>();
        long last = Instant.parse(to).toEpochMilli();
        // Before the first bound it may not be known what clocks have shown.
        for (long time = Instant.parse(from).toEpochMilli(); time < last; time += STEP_MILLIS) {
            LocalDateTime now = LocalDateTime.ofInstant(Instant.ofEpochMilli(time), zone);
            if (now.isAfter(shown)) {
                shown = now;
                long named = nameOf(shown, length, calendar.anchor());
                if (named != name) {
                    bounds.add(time);
                    name = named;
                }
            }
        }
        for (int i = 1; i + 1 < bounds.size(); i++) {
            long start = bounds.get(i);
            long end = bounds.get(i + 1);
            for (long time : new long[] {end - 1, start, (start + end) / 2}) {
                assertThat(windows.startOf(time))
                        .as("start of %s in %s at %s", length, calendar, Instant.ofEpochMilli(time))
                        .isEqualTo(start);
                assertThat(windows.endOf(time))
                        .as("end of %s in %s at %s", length, calendar, Instant.ofEpochMilli(time))
                        .isEqualTo(end);
            }
        }
    }

    private static long nameOf(LocalDateTime shown, WindowLength length, WindowAnchor anchor) {
        LocalDateTime sinceHour = shown.minusHours(anchor.hour());
        LocalDate date = sinceHour.toLocalDate();
        long units = switch (length.unit()) {
            case DAY -> date.toEpochDay();
            case WEEK -> {
                LocalDate monday = date.minusDays(anchor.weekday() - 1L);
                yield weeksSince1970(monday);
            }
            case MONTH -> {
                YearMonth month = YearMonth.from(date);
                boolean begun = date.getDayOfMonth() >= Math.min(anchor.day(), month.lengthOfMonth());
                yield (month.getYear() - 1970) * 12L + month.getMonthValue() - anchor.month() - (begun ? 0 : 1);
            }
            case YEAR -> {
                YearMonth month = YearMonth.of(date.getYear(), anchor.month());
                boolean begun = !date.isBefore(month.atDay(Math.min(anchor.day(), month.lengthOfMonth())));
                yield date.getYear() - 1970L - (begun ? 0 : 1);
            }
            case SECOND, MINUTE, HOUR -> throw new IllegalArgumentException("no calendar");
        };
        return Math.floorDiv(units, (long) length.count());
    }

    /** By the numbers of ISO weeks. */
    private static long weeksSince1970(LocalDate date) {
        // Asked for each quarter of an hour of many years.
        long weeks = WEEKS_BEFORE.computeIfAbsent(date.get(IsoFields.WEEK_BASED_YEAR), FixedWindowsTest::weeksBefore);
        return weeks + date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR) - 1;
    }

    private static long weeksBefore(int year) {
        long weeks = 0;
        for (int each = 1970; each < year; each++) {
            weeks += IsoFields.WEEK_OF_WEEK_BASED_YEAR
                    .rangeRefinedBy(LocalDate.of(each, 6, 1))
                    .getMaximum();
        }
        return weeks;
    }

    @ParameterizedTest
    @CsvSource({
        "Europe/Berlin, 2026-03-29T12:00:00Z, 2026-03-28T23:00:00Z, 23",
        "Europe/Berlin, 2026-10-25T12:00:00Z, 2026-10-24T22:00:00Z, 25",
        "Europe/Berlin, 2026-10-26T12:00:00Z, 2026-10-25T23:00:00Z, 24",
        "America/New_York, 2026-03-08T12:00:00Z, 2026-03-08T05:00:00Z, 23",
        "Asia/Kathmandu, 2026-01-01T00:00:00Z, 2025-12-31T18:15:00Z, 24",
        // Clocks go from 00:00 to 01:00: the day begins at 01:00.
        "America/Havana, 2026-03-08T12:00:00Z, 2026-03-08T05:00:00Z, 23",
        // Clocks show midnight twice: the day begins at the first.
        "America/Havana, 2026-11-01T12:00:00Z, 2026-11-01T04:00:00Z, 25",
        // There was no 30 December.
        "Pacific/Apia, 2011-12-30T09:59:59Z, 2011-12-29T10:00:00Z, 24",
        "Pacific/Apia, 2011-12-30T10:00:00Z, 2011-12-30T10:00:00Z, 24"
    })
    void givenADay_whenClocksChange_thenItHasAsManyHoursAsTheyShow(String zone, String at, String start, long hours) {
        FixedWindows days =
                FixedWindows.of(WindowLength.of(WindowUnit.DAY), new WindowCalendar(zone, WindowAnchor.DEFAULT));
        long time = Instant.parse(at).toEpochMilli();

        assertThat(Instant.ofEpochMilli(days.startOf(time))).isEqualTo(Instant.parse(start));
        assertThat(Duration.ofMillis(days.endOf(time) - days.startOf(time))).isEqualTo(Duration.ofHours(hours));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-31T00:00:00Z, 31, 2026-01-31T00:00:00Z, 2026-02-28T00:00:00Z",
        "2026-02-27T23:59:59Z, 31, 2026-01-31T00:00:00Z, 2026-02-28T00:00:00Z",
        "2026-02-28T00:00:00Z, 31, 2026-02-28T00:00:00Z, 2026-03-31T00:00:00Z",
        "2024-02-28T12:00:00Z, 30, 2024-01-30T00:00:00Z, 2024-02-29T00:00:00Z",
        "2024-02-29T00:00:00Z, 29, 2024-02-29T00:00:00Z, 2024-03-29T00:00:00Z",
        "2026-04-30T00:00:00Z, 31, 2026-04-30T00:00:00Z, 2026-05-31T00:00:00Z",
        "2100-02-28T00:00:00Z, 29, 2100-02-28T00:00:00Z, 2100-03-29T00:00:00Z"
    })
    void givenABillingDay_whenAMonthIsShorter_thenItsLastDayIsTaken(String at, int day, String start, String end) {
        FixedWindows months = FixedWindows.of(
                WindowLength.of(WindowUnit.MONTH), new WindowCalendar("UTC", new WindowAnchor(1, day, 1, 0)));
        long time = Instant.parse(at).toEpochMilli();

        assertThat(Instant.ofEpochMilli(months.startOf(time))).isEqualTo(Instant.parse(start));
        assertThat(Instant.ofEpochMilli(months.endOf(time))).isEqualTo(Instant.parse(end));
    }

    @ParameterizedTest
    @CsvSource({
        "15 minutes, 2026-11-29T15:20:00Z, 2026-11-29T15:15:00Z, 2026-11-29T15:30:00Z",
        "7 minutes, 1970-01-01T00:20:00Z, 1970-01-01T00:14:00Z, 1970-01-01T00:21:00Z",
        "10 seconds, 2026-11-29T15:20:09.999Z, 2026-11-29T15:20:00Z, 2026-11-29T15:20:10Z",
        "5 hours, 1970-01-01T11:00:00Z, 1970-01-01T10:00:00Z, 1970-01-01T15:00:00Z",
        "week, 2026-11-29T15:20:00Z, 2026-11-23T00:00:00Z, 2026-11-30T00:00:00Z",
        "2 weeks, 1970-01-01T00:00:00Z, 1969-12-29T00:00:00Z, 1970-01-12T00:00:00Z",
        "2 days, 1970-01-02T12:00:00Z, 1970-01-01T00:00:00Z, 1970-01-03T00:00:00Z",
        "3 months, 2026-11-29T15:20:00Z, 2026-10-01T00:00:00Z, 2027-01-01T00:00:00Z",
        "year, 2028-02-29T15:20:00Z, 2028-01-01T00:00:00Z, 2029-01-01T00:00:00Z",
        "5 years, 2026-11-29T15:20:00Z, 2025-01-01T00:00:00Z, 2030-01-01T00:00:00Z"
    })
    void givenSeveralUnits_whenTheyFollowUtc_thenTheyAreCountedFrom1970(
            String length, String at, String start, String end) {
        FixedWindows windows = FixedWindows.of(WindowLength.parse(length).orElseThrow(), WindowCalendar.UTC);
        long time = Instant.parse(at).toEpochMilli();

        assertThat(Instant.ofEpochMilli(windows.startOf(time))).isEqualTo(Instant.parse(start));
        assertThat(Instant.ofEpochMilli(windows.endOf(time))).isEqualTo(Instant.parse(end));
    }

    @Test
    void givenAYearFromTheLeapDayOn_whenAYearHasNone_thenItBeginsOnThe28th() {
        FixedWindows years = FixedWindows.of(
                WindowLength.of(WindowUnit.YEAR), new WindowCalendar("UTC", new WindowAnchor(2, 29, 1, 6)));

        long time = Instant.parse("2027-02-28T06:00:00Z").toEpochMilli();
        assertThat(Instant.ofEpochMilli(years.startOf(time))).isEqualTo(Instant.parse("2027-02-28T06:00:00Z"));
        assertThat(Instant.ofEpochMilli(years.endOf(time))).isEqualTo(Instant.parse("2028-02-29T06:00:00Z"));
        assertThat(Instant.ofEpochMilli(years.startOf(time - 1))).isEqualTo(Instant.parse("2026-02-28T06:00:00Z"));
    }

    @Test
    void givenHoursInAHalfHourTimeZone_whenAsked_thenTheyAreThoseOfUtc() {
        FixedWindows hours = FixedWindows.of(
                WindowLength.of(WindowUnit.HOUR), new WindowCalendar("Asia/Kathmandu", new WindowAnchor(1, 1, 1, 5)));

        long time = Instant.parse("2026-01-01T10:10:00Z").toEpochMilli();
        assertThat(Instant.ofEpochMilli(hours.startOf(time))).isEqualTo(Instant.parse("2026-01-01T10:00:00Z"));
    }

    @Test
    void givenTheLastMomentOfTheYear9999_whenAsked_thenItsWindowHasAnEnd() {
        long time = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();
        for (WindowLength length : LENGTHS) {
            FixedWindows windows =
                    FixedWindows.of(length, new WindowCalendar("America/New_York", WindowAnchor.DEFAULT));
            assertThat(windows.endOf(time)).isGreaterThan(time);
            assertThat(windows.startOf(time)).isLessThanOrEqualTo(time);
        }
    }

    @Test
    void givenMoreCalendarsThanAreRemembered_whenAskedAgain_thenTheAnswersAreTheSame() {
        long time = Instant.parse("2026-11-29T15:20:00Z").toEpochMilli();
        List<String> zones = List.of("Europe/Berlin", "Asia/Tokyo", "America/Lima");
        List<Long> first = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
            int place = 0;
            for (String zone : zones) {
                for (int day = 1; day <= 31; day++) {
                    for (int hour = 0; hour < 24; hour++) {
                        for (int month = 1; month <= 4; month++) {
                            long start = FixedWindows.of(
                                            new WindowLength(2, WindowUnit.MONTH),
                                            new WindowCalendar(zone, new WindowAnchor(month, day, 1, hour)))
                                    .startOf(time);
                            if (round == 0) {
                                first.add(start);
                            } else {
                                assertThat(start).isEqualTo(first.get(place));
                            }
                            place++;
                        }
                    }
                }
            }
        }
        assertThat(first).hasSizeGreaterThan(8_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTC", "Europe/Berlin", "Pacific/Apia"})
    void givenTheFirstAndLastMoments_whenLookedFor_thenTheyAreInWindows(String timeZone) {
        WindowCalendar calendar = new WindowCalendar(timeZone, new WindowAnchor(3, 31, 5, 7));
        for (WindowUnit unit : List.of(WindowUnit.MONTH, WindowUnit.YEAR)) {
            FixedWindows windows = FixedWindows.of(new WindowLength(2, unit), calendar);
            for (long moment : new long[] {Long.MIN_VALUE, Long.MIN_VALUE + 1, Long.MAX_VALUE - 1, Long.MAX_VALUE}) {
                assertThat(windows.startOf(moment)).isLessThanOrEqualTo(moment);
                assertThat(windows.endOf(moment)).isGreaterThanOrEqualTo(moment);
            }
        }
    }
}
