package dev.tollgate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.engine.input.Position;
import org.junit.jupiter.api.Test;

class EngineSettingsTest {
    @Test
    void givenSettings_whenAtTheBound_thenOneMoreIsRefused() {
        long day = 86_400_000L;
        assertThat(new EngineSettings(0, 60_000, null, 1).allowedSkewMillis()).isZero();
        assertThat(new EngineSettings(day, 400 * day, null, 100_000).maxScopeKeysPerLimit())
                .isEqualTo(100_000);
        assertThatThrownBy(() -> new EngineSettings(-1, day, null, 1)).hasMessageContaining("allowedSkewMillis");
        assertThatThrownBy(() -> new EngineSettings(day + 1, day, null, 1)).hasMessageContaining("allowedSkewMillis");
        assertThatThrownBy(() -> new EngineSettings(0, 59_999, null, 1)).hasMessageContaining("dedupeHorizonMillis");
        assertThatThrownBy(() -> new EngineSettings(0, 400 * day + 1, null, 1))
                .hasMessageContaining("dedupeHorizonMillis");
        assertThatThrownBy(() -> new EngineSettings(0, day, null, 0)).hasMessageContaining("maxScopeKeysPerLimit");
        assertThatThrownBy(() -> new EngineSettings(0, day, null, 100_001))
                .hasMessageContaining("maxScopeKeysPerLimit");
    }

    @Test
    void givenPosition_whenShown_thenItReadsAsInTheLog() {
        assertThat(new Position("topic", 3, 14)).hasToString("topic-3@14");
    }
}
