package dev.tollgate.api.parameter;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowsTest {

    @ParameterizedTest
    @CsvSource({
        "P1D, UTC, 2026-11-01T00:00:00Z, 2026-12-01T00:00:00Z, 30",
        "P1D, Asia/Kathmandu, 2026-10-31T18:15:00Z, 2026-11-30T18:15:00Z, 30",
        "P1D, UTC, 2026-11-01T12:00:00Z, 2026-11-03T12:00:00Z, 3",
        "P1W, UTC, 2026-11-01T00:00:00Z, 2026-12-01T00:00:00Z, 6",
        "P1M, Europe/Berlin, 2025-12-31T23:00:00Z, 2026-12-31T23:00:00Z, 12",
        "P1Y, UTC, 2024-05-01T00:00:00Z, 2026-05-01T00:00:00Z, 3",
        "PT1H, Europe/Berlin, 2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z, 23",
        "PT1H, Europe/Berlin, 2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z, 25",
        "PT1H, Asia/Kathmandu, 2026-11-27T18:15:00Z, 2026-11-28T18:15:00Z, 24",
        "PT1M, UTC, 2026-11-01T00:00:30Z, 2026-11-01T00:02:30Z, 3",
        // Clocks go back half an hour there, in the second hour of the day, which lasts an hour and a half.
        "PT1H, Australia/Lord_Howe, 2026-04-04T13:00:00Z, 2026-04-05T13:30:00Z, 24",
        // Samoa had no 30 December in 2011.
        "P1D, Pacific/Apia, 2011-12-29T10:00:00Z, 2011-12-31T10:00:00Z, 2"
    })
    void givenASpan_whenCut_thenTheWindowsAreWithoutGapsAndBeginWhereTheZonesDo(
            String size, String zone, Instant from, Instant to, int count) {
        Windows windows = cut(from, to, zone, size);

        List<Long> bounds = bounds(windows);

        assertThat(bounds).hasSize(count + 1).startsWith(from.toEpochMilli()).endsWith(to.toEpochMilli());
        assertThat(bounds).isSorted().doesNotHaveDuplicates();
        for (long bound : bounds.subList(1, count)) {
            var local = Instant.ofEpochMilli(bound).atZone(ZoneId.of(zone));
            switch (size) {
                case "PT1M" -> assertThat(local.getSecond()).isZero();
                case "PT1H" -> assertThat(local.getMinute()).isZero();
                default -> assertThat(local.toLocalTime().toSecondOfDay()).isZero();
            }
        }
    }

    @Test
    void givenEveryMillisecondNearABound_whenItsWindowIsAsked_thenItIsTheOneThatHoldsIt() {
        for (String zone : List.of("UTC", "Asia/Kathmandu", "Europe/Berlin", "Australia/Lord_Howe")) {
            for (String size : List.of("PT1M", "PT1H", "P1D", "P1W", "P1M")) {
                Instant from = Instant.parse("2026-03-28T12:34:56.789Z");
                Windows windows = cut(from, from.plus(3, ChronoUnit.DAYS), zone, size);
                List<Long> bounds = bounds(windows);
                for (int i = 0; i + 1 < bounds.size(); i++) {
                    assertThat(windows.startOf(bounds.get(i))).isEqualTo(bounds.get(i));
                    assertThat(windows.startOf(bounds.get(i + 1) - 1)).isEqualTo(bounds.get(i));
                }
            }
        }
    }

    @Test
    void givenDays_whenAskedWhetherTheyAreThoseOfUtc_thenOnlyThoseAre() {
        Instant from = Instant.parse("2026-11-01T00:00:00Z");
        Instant to = Instant.parse("2026-12-01T00:00:00Z");

        assertThat(cut(from, to, "UTC", "P1D").areDaysOfUtc()).isTrue();
        assertThat(cut(from, to, "UTC", "P1W").areDaysOfUtc()).isTrue();
        assertThat(cut(from, to, "Africa/Abidjan", "P1D").areDaysOfUtc()).isTrue();
        assertThat(cut(from, to, "Europe/Berlin", "P1D").areDaysOfUtc()).isFalse();
        assertThat(cut(from.plusMillis(1), to, "UTC", "P1D").areDaysOfUtc()).isFalse();
        assertThat(cut(from, to.minusMillis(1), "UTC", "P1D").areDaysOfUtc()).isFalse();
        assertThat(cut(from, to, "UTC", "PT1H").areDaysOfUtc()).isFalse();
    }

    @Test
    void givenTooManyWindows_whenCut_thenThereAreNone() {
        Instant from = Instant.parse("1900-01-01T00:00:00Z");
        Instant to = Instant.parse("2299-01-01T00:00:00Z");

        assertThat(Windows.cut(new TimeRange(from, to, ZoneId.of("UTC")), "PT1M"))
                .isNull();
        assertThat(Windows.cut(new TimeRange(from, to, ZoneId.of("UTC")), "P1D"))
                .isNull();
        assertThat(Windows.cut(new TimeRange(from, to, ZoneId.of("UTC")), "P1M"))
                .isNotNull();
    }

    @Test
    void givenADay_whenItsWeekIsAsked_thenItBeginsOnMonday() {
        assertThat(TimeRange.mondayOf(LocalDate.of(2026, 11, 29))).isEqualTo(LocalDate.of(2026, 11, 23));
        assertThat(TimeRange.mondayOf(LocalDate.of(2026, 11, 23))).isEqualTo(LocalDate.of(2026, 11, 23));
    }

    private static Windows cut(Instant from, Instant to, String zone, String size) {
        return Objects.requireNonNull(Windows.cut(new TimeRange(from, to, ZoneId.of(zone)), size));
    }

    private static List<Long> bounds(Windows windows) {
        List<Long> bounds = new ArrayList<>();
        long end = windows.range().to().toEpochMilli();
        for (long at = windows.range().from().toEpochMilli(); at < end; at = windows.next(at)) {
            bounds.add(at);
        }
        bounds.add(end);
        return bounds;
    }
}
