package dev.tollgate.planmodel.time;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShortDurationTest {
    @ParameterizedTest
    @CsvSource({
        "0s, 0, 0s",
        "250ms, 250, 250ms",
        "60s, 60000, 1m",
        "90s, 90000, 90s",
        "24h, 86400000, 1d",
        "7d, 604800000, 7d"
    })
    void givenText_whenReadAndWritten_thenItIsTheShortestOfItsLength(String text, long millis, String shortest) {
        assertThat(ShortDuration.parseMillis(text)).hasValue(millis);
        assertThat(ShortDuration.format(millis)).isEqualTo(shortest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "s", "01s", "-1s", "1.5s", "1 s", "1S", "1w", "PT1S", "1s ", "1234567890123456ms"})
    void givenAnythingElse_whenRead_thenItIsNone(String text) {
        assertThat(ShortDuration.parseMillis(text)).isEmpty();
    }

    @Test
    void givenLengthThatDoesNotFit_whenRead_thenItIsNone() {
        assertThat(ShortDuration.parseMillis("106751991167d")).hasValue(106_751_991_167L * 86_400_000L);
        assertThat(ShortDuration.parseMillis("106751991168d")).isEmpty();
    }
}
