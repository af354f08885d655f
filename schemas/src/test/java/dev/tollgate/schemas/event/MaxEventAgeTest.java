package dev.tollgate.schemas.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.planmodel.input.InputRule;
import dev.tollgate.planmodel.input.Violation;
import dev.tollgate.schemas.config.SettingsReader;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MaxEventAgeTest {
    private static final Instant NOW = Instant.parse("2026-02-05T00:00:00Z");
    private static final Instant OLDEST = Instant.parse("2025-01-01T00:00:00Z");

    @Test
    void givenEventsAroundTheBound_whenAsked_thenOnlyTheOlderOneHasAProblem() {
        MaxEventAge age = MaxEventAge.standard();

        assertThat(age.violation(NOW, NOW.toEpochMilli())).isNull();
        assertThat(age.violation(NOW.plusSeconds(3600), NOW.toEpochMilli())).isNull();
        assertThat(age.violation(OLDEST, NOW.toEpochMilli())).isNull();
        assertThat(age.violation(OLDEST.minusMillis(1), NOW.toEpochMilli()))
                .isEqualTo(new Violation(
                        "occurred_at",
                        InputRule.AGE,
                        "must be at most 400 d before 2026-02-05T00:00:00Z, was 2024-12-31T23:59:59.999Z"));
    }

    @Test
    void givenEventsAroundTheBoundAhead_whenAsked_thenOnlyTheLaterOneHasAProblem() {
        SettingsReader settings = new SettingsReader(Map.of("events.max-ahead", "5s"), List.of(MaxEventAge.SETTINGS));
        MaxEventAhead ahead = MaxEventAhead.read(settings);

        settings.throwIfProblems();
        assertThat(ahead.violation(NOW.plusSeconds(5), NOW.toEpochMilli())).isNull();
        assertThat(ahead.violation(NOW.plusSeconds(5).plusMillis(1), NOW.toEpochMilli()))
                .extracting(Violation::rule)
                .isEqualTo(InputRule.AHEAD);
        assertThat(ahead.violation(RequestEventRules.LATEST, 0)).isNotNull();
        assertThat(MaxEventAhead.standard().duration()).isEqualTo(Duration.ofSeconds(60));
        assertThatThrownBy(() -> new MaxEventAhead(Duration.ofDays(2))).hasMessageContaining("events.max-ahead");
    }

    @Test
    void givenTimesThatNoCalendarHas_whenAsked_thenTheyAreLeftToTheOtherRules() {
        MaxEventAge age = MaxEventAge.standard();

        assertThat(age.violation(Instant.ofEpochMilli(Long.MIN_VALUE), NOW.toEpochMilli()))
                .isNull();
        assertThat(age.violation(Instant.ofEpochMilli(-1), NOW.toEpochMilli())).isNull();
        assertThat(age.violation(Instant.MAX, NOW.toEpochMilli())).isNull();
        assertThat(age.violation(Instant.EPOCH, NOW.toEpochMilli())).isNotNull();
        assertThat(age.violation(Instant.EPOCH, 0)).isNull();
    }

    @Test
    void givenAnotherAge_whenRead_thenItHolds() {
        SettingsReader settings = new SettingsReader(Map.of("events.max-age", "36h"), List.of(MaxEventAge.SETTINGS));

        MaxEventAge age = MaxEventAge.read(settings);

        settings.throwIfProblems();
        assertThat(age.duration()).isEqualTo(Duration.ofHours(36));
        assertThat(age.violation(NOW.minus(Duration.ofHours(36)), NOW.toEpochMilli()))
                .isNull();
        assertThat(age.violation(NOW.minus(Duration.ofHours(36)).minusMillis(1), NOW.toEpochMilli()))
                .extracting(Violation::detail)
                .asString()
                .contains("at most PT36H before");
        assertThat(MaxEventAge.read(new SettingsReader(Map.of(), List.of(MaxEventAge.SETTINGS)))
                        .duration())
                .isEqualTo(Duration.ofDays(400));
    }

    @Test
    void givenAnAgeOutOfRange_whenRead_thenTheProblemNamesTheRange() {
        SettingsReader settings = new SettingsReader(Map.of("events.max-age", "59m"), List.of(MaxEventAge.SETTINGS));
        MaxEventAge.read(settings);

        assertThatThrownBy(settings::throwIfProblems)
                .hasMessageContaining("events.max-age must be a duration from 1h to 36500d");
        assertThatThrownBy(() -> new MaxEventAge(Duration.ofMinutes(59))).hasMessageContaining("events.max-age");
        assertThatThrownBy(() -> new MaxEventAge(Duration.ofDays(36_501))).hasMessageContaining("events.max-age");
    }
}
