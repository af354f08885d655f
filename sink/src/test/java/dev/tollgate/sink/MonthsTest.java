package dev.tollgate.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MonthsTest {
    private final Months months = new Months();

    @ParameterizedTest
    @CsvSource({
        "2026-11-01T00:00:00Z, 202611",
        "2026-10-31T23:59:59.999Z, 202610",
        "2024-02-29T12:00:00Z, 202402",
        "1969-12-31T23:59:59.999Z, 196912",
        "1899-01-01T00:00:00Z, 190001",
        "9999-01-01T00:00:00Z, 229912",
        "-100000-01-01T00:00:00Z, 190001"
    })
    void givenAMoment_whenItsMonthIsAsked_thenItIsWhatClickHouseSays(Instant moment, int month) {
        months.of(Instant.parse("2026-11-15T00:00:00Z"));

        assertThat(months.of(moment)).isEqualTo(month);
        assertThat(months.of(moment)).isEqualTo(month);
    }
}
