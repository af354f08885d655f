package dev.tollgate.schemas.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({"250ms,PT0.25S", "30s,PT30S", "10m,PT10M", "24h,PT24H", "7d,PT168H", "PT1H30M,PT1H30M"})
    void givenADuration_whenParsed_thenItIsExact(String text, Duration expected) {
        assertThat(Durations.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "-1s", "1.5h", "99999999999999999999s", "9223372036854775807d"})
    void givenNoDuration_whenParsed_thenTheTextIsNamed(String text) {
        assertThatThrownBy(() -> Durations.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "1ms", "250ms", "5s", "90s", "1m", "90m", "1h", "24h", "7d", "400d", "PT0.0000001S"})
    void givenATextInItsLargestUnit_whenParsedAndWritten_thenItIsTheSame(String text) {
        assertThat(Durations.text(Durations.parse(text))).isEqualTo(text);
    }

    @Test
    void givenSixtySeconds_whenWritten_thenItIsAMinute() {
        assertThat(Durations.text(Duration.ofSeconds(60))).isEqualTo("1m");
    }
}
