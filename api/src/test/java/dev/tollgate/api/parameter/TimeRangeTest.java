package dev.tollgate.api.parameter;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeRangeTest {
    private static final Instant NOW = Instant.parse("2026-11-28T10:30:00.123Z");

    @ParameterizedTest
    @CsvSource({
        "2026, UTC, 2026-01-01T00:00:00Z, 2027-01-01T00:00:00Z",
        "2026-11, Europe/Berlin, 2026-10-31T23:00:00Z, 2026-11-30T23:00:00Z",
        "2026-11-28, Asia/Kathmandu, 2026-11-27T18:15:00Z, 2026-11-28T18:15:00Z",
        "2026-W48, UTC, 2026-11-23T00:00:00Z, 2026-11-30T00:00:00Z",
        "2026-W01, UTC, 2025-12-29T00:00:00Z, 2026-01-05T00:00:00Z",
        "-24h, UTC, 2026-11-27T10:30:00.123Z, 2026-11-28T10:30:00.123Z",
        "-7d, UTC, 2026-11-21T10:30:00.123Z, 2026-11-28T10:30:00.123Z",
        "-4w, UTC, 2026-10-31T10:30:00.123Z, 2026-11-28T10:30:00.123Z",
        // Both days of Berlin on which clocks change: 23 and 25 hours.
        "2026-03-29, Europe/Berlin, 2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z",
        "2026-10-25, Europe/Berlin, 2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z",
        // A week back across the change keeps the hour of the day.
        "-5w, Europe/Berlin, 2026-10-24T09:30:00.123Z, 2026-11-28T10:30:00.123Z"
    })
    void givenAPeriod_whenRead_thenItIsOfTheTimeZone(String period, String zone, Instant from, Instant to) {
        Parameters parameters = parameters("period=" + period + "&time_zone=" + zone);

        TimeRange range = TimeRange.read(parameters, NOW, false);

        assertThat(parameters.problems()).isEmpty();
        assertThat(range.from()).isEqualTo(from);
        assertThat(range.to()).isEqualTo(to);
    }

    @Test
    void givenFromAlone_whenRead_thenItEndsNow() {
        Parameters parameters = parameters("from=2026-11-28T00:00:00+05:45");

        TimeRange range = TimeRange.read(parameters, NOW, false);

        assertThat(parameters.problems()).isEmpty();
        assertThat(range.from()).isEqualTo(Instant.parse("2026-11-27T18:15:00Z"));
        assertThat(range.to()).isEqualTo(NOW);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "to=2026-11-28T00:00:00Z",
                "from=2026-11-28",
                "from=2026-11-28T00:00:00",
                "from=yesterday",
                "from=1600-01-01T00:00:00Z",
                "from=2026-11-28T00:00:00Z&to=2026-11-28T00:00:00Z",
                "from=2026-11-28T00:00:00Z&to=2026-11-27T00:00:00Z",
                "from=2026-11-29T00:00:00Z",
                "from=2026-11-28T00:00:00Z&period=2026",
                "from=2026-11-27T00:00:00Z&from=2026-11-28T00:00:00Z",
                "period=2026-13",
                "period=2026-11-31",
                "period=2026-W54",
                "period=7d",
                "period=-0d",
                "period=-7x",
                "period=9999",
                "period=2026&time_zone=CET%2B1",
                "period=2026&time_zone=Berlin",
                "period=2026&time_zone=%2B05:45"
            })
    void givenAnythingElse_whenRead_thenItIsAProblemThatSaysWhatIsAllowed(String query) {
        Parameters parameters = parameters(query);

        TimeRange range = TimeRange.read(parameters, NOW, false);

        assertThat(parameters.problems())
                .isNotEmpty()
                .allSatisfy(problem -> assertThat(problem.allowed()).isNotBlank());
        assertThat(range.from()).isBefore(range.to());
    }

    @Test
    void givenATime_whenWritten_thenItIsInTheOffsetOfThatDay() {
        TimeRange range = TimeRange.read(parameters("period=2026&time_zone=Europe/Berlin"), NOW, false);

        assertThat(range.text(Instant.parse("2026-06-30T22:00:00Z").toEpochMilli()))
                .isEqualTo("2026-07-01T00:00:00+02:00");
        assertThat(range.text(Instant.parse("2026-11-30T23:00:00Z").toEpochMilli()))
                .isEqualTo("2026-12-01T00:00:00+01:00");
    }

    private static Parameters parameters(String query) {
        return Parameters.of(query, TimeRange.PARAMETERS);
    }
}
