package dev.tollgate.cli.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LogFormatTest {
    @Test
    void givenNothing_whenAsked_thenItIsText() {
        assertThat(LogFormat.of(List.of("sink"), null)).isEqualTo(LogFormat.TEXT);
        assertThat(LogFormat.of(List.of("sink", "--log"), null)).isEqualTo(LogFormat.TEXT);
        assertThat(LogFormat.of(List.of("sink"), "yaml")).isEqualTo(LogFormat.TEXT);
    }

    @Test
    void givenTheOptionInEitherForm_whenAsked_thenItIsJson() {
        assertThat(LogFormat.of(List.of("sink", "--log", "json"), null)).isEqualTo(LogFormat.JSON);
        assertThat(LogFormat.of(List.of("sink", "--log=JSON", "-c", "x"), null)).isEqualTo(LogFormat.JSON);
    }

    @Test
    void givenOptionAndEnvironment_whenAsked_thenTheOptionCounts() {
        assertThat(LogFormat.of(List.of("sink"), "json")).isEqualTo(LogFormat.JSON);
        assertThat(LogFormat.of(List.of("sink", "--log", "text"), "json")).isEqualTo(LogFormat.TEXT);
    }
}
