package dev.tollgate.schemas.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    enum Policy {
        FAIL_OPEN,
        FAIL_CLOSED
    }

    @Test
    void givenManyMistakes_whenRead_thenAllAreListedWithKeyValueAndRange() {
        Settings settings = new Settings(Map.of(
                "streams.threads",
                "0",
                "streams.commit-interval",
                "soon",
                "gate.policy",
                "maybe",
                "streams.thread",
                "2"));

        settings.required("kafka.bootstrap-servers");
        settings.integer("streams.threads", 1, 1, 64);
        settings.duration("streams.commit-interval", "100ms", "1ms", "1m");
        settings.choice("gate.policy", Policy.FAIL_OPEN, Policy.class);
        settings.refuseUnknown("streams.", "kafka.", "gate.");

        assertThatThrownBy(settings::throwIfProblems)
                .isInstanceOfSatisfying(
                        InvalidSettingsException.class,
                        e -> assertThat(e.problems())
                                .containsExactly(
                                        "kafka.bootstrap-servers is missing: set it in the configuration file, as"
                                                + " TOLLGATE_KAFKA_BOOTSTRAP_SERVERS or as a flag",
                                        "streams.threads must be a whole number from 1 to 64, was '0'",
                                        "streams.commit-interval must be a duration from 1ms to 1m, such as 250ms, 10m"
                                                + " or PT10M, was 'soon'",
                                        "gate.policy must be one of fail-open, fail-closed, was 'maybe'",
                                        "streams.thread is unknown; did you mean streams.threads?"))
                .hasMessageContaining("5 problems");
    }

    @ParameterizedTest
    @CsvSource({"250ms,PT0.25S", "30s,PT30S", "10m,PT10M", "24h,PT24H", "7d,PT168H", "PT1H30M,PT1H30M"})
    void givenADuration_whenParsed_thenItIsExact(String text, Duration expected) {
        assertThat(Settings.parseDuration(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "-1s", "1.5h", "99999999999999999999s", "9223372036854775807d"})
    void givenNoDuration_whenParsed_thenTheTextIsNamed(String text) {
        assertThatThrownBy(() -> Settings.parseDuration(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @Test
    void givenSecrets_whenShown_thenTheyAreMasked() {
        Settings settings = new Settings(Map.of(
                "registry.basic-auth.user-info", "alice:wonder",
                "clickhouse.password", "hunter2",
                "clickhouse.url", "jdbc:ch://bob:s3cret@db:8123/tollgate?password=pw&ssl=true"));
        settings.optional("registry.basic-auth.user-info");
        settings.string("clickhouse.password", "");
        settings.required("clickhouse.url");

        assertThat(settings.effective().toString())
                .doesNotContain("wonder", "hunter2", "s3cret", "=pw")
                .contains("jdbc:ch://bob:****@db:8123/tollgate?password=****&ssl=true");
    }

    @Test
    void givenPresets_whenNothingIsSet_thenTheyAreUsedAndShown() {
        Settings settings = new Settings(Map.of());

        assertThat(settings.flag("sink.compress", true)).isTrue();
        assertThat(settings.choice("gate.policy", Policy.FAIL_CLOSED, Policy.class))
                .isEqualTo(Policy.FAIL_CLOSED);
        assertThat(settings.effective())
                .containsEntry("gate.policy", "fail-closed")
                .containsEntry("sink.compress", "true");
        settings.throwIfProblems();
    }

    @Test
    void givenTheEnvironmentForm_whenTheKeyItselfIsNotSet_thenItIsRead() {
        Settings settings = new Settings(Map.of("TOLLGATE_STREAMS_COMMIT_INTERVAL", "20ms"));

        assertThat(settings.duration("streams.commit-interval", "100ms", "1ms", "1m"))
                .isEqualTo(Duration.ofMillis(20));
    }

    @Test
    void givenClientProperties_whenPassedThrough_thenThePrefixIsCutAndTheyAreKnown() {
        Settings settings = new Settings(Map.of("kafka.producer.linger.ms", "5"));

        assertThat(settings.passThrough("kafka.producer.")).containsExactly(Map.entry("linger.ms", "5"));
        settings.refuseUnknown("kafka.");
        settings.throwIfProblems();
    }
}
