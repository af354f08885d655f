package dev.tollgate.sink.internal.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MonthsTest {
    private final Months months = new Months();

    @Test
    void givenAMonth_whenItsBoundsAreAsked_thenTheyAreItsFirstAndLastMillisecond() {
        for (int month : new int[] {Months.NONE, 202501, 202612, 229912}) {
            assertThat(months.of(Months.startOf(month))).isEqualTo(month);
            assertThat(months.of(Months.endOf(month))).isEqualTo(month);
        }
        assertThat(Months.endOf(Months.NONE) + 1).isEqualTo(Months.startOf(202501));
        assertThat(Months.endOf(202612) + 1).isEqualTo(Months.startOf(202701));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-01T00:00:00Z, 202611",
        "2026-10-31T23:59:59.999Z, 202610",
        "2028-02-29T12:00:00Z, 202802",
        "2025-01-01T00:00:00Z, 202501",
        "2024-12-31T23:59:59.999Z, 0",
        "1969-12-31T23:59:59.999Z, 0",
        "1899-01-01T00:00:00Z, 0",
        "9999-01-01T00:00:00Z, 229912",
        "-100000-01-01T00:00:00Z, 0"
    })
    void givenAMoment_whenItsMonthIsAsked_thenItIsWhatClickHouseSays(Instant moment, int month) {
        months.of(Instant.parse("2026-11-15T00:00:00Z"));

        assertThat(months.of(moment)).isEqualTo(month);
        assertThat(months.of(moment)).isEqualTo(month);
    }
}
