package dev.tollgate.schemas.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.config.SettingsReader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsConfigTest {
    private static MetricsConfig read(Map<String, String> values) {
        SettingsReader settings = new SettingsReader(values, List.of(MetricsConfig.SETTINGS));
        MetricsConfig config = MetricsConfig.read(settings);
        settings.throwIfProblems();
        return config;
    }

    @Test
    void givenNothing_whenRead_thenNothingListens() {
        assertThat(read(Map.of())).isEqualTo(MetricsConfig.OFF);
        assertThat(read(Map.of("metrics.listen", " "))).isEqualTo(MetricsConfig.OFF);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:9464, 127.0.0.1, 9464",
        "localhost:0, localhost, 0",
        "[::1]:65535, ::1, 65535",
        "metrics.example.com:1, metrics.example.com, 1"
    })
    void givenAnAddress_whenRead_thenItHasHostAndPort(String text, String host, int port) {
        ListenAddress address = read(Map.of("metrics.listen", text)).listen();

        assertThat(address).isEqualTo(new ListenAddress(host, port)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9464",
                ":9464",
                "localhost",
                "localhost:",
                "localhost:65536",
                "localhost:-1",
                "localhost:x",
                "::1:9464",
                "[::1]",
                "http://localhost:9464",
                "local host:9464",
                "localhost:123456"
            })
    void givenSomethingElse_whenRead_thenKeyValueAndRemedyAreNamed(String text) {
        assertThatThrownBy(() -> read(Map.of("metrics.listen", text)))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("metrics.listen must be host:port, such as 127.0.0.1:9464")
                .hasMessageContaining("was '" + text + "'");
    }
}
