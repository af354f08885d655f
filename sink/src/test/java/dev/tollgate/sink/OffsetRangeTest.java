package dev.tollgate.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OffsetRangeTest {
    @Test
    void givenARange_whenItsIntentIsRead_thenItIsTheSame() {
        OffsetRange range = new OffsetRange(41, 1_000_041);

        assertThat(range.metadata()).isEqualTo("v=1;to=1000041");
        assertThat(OffsetRange.intent(41, range.metadata())).contains(range);
    }

    @Test
    void givenNoMetadata_whenRead_thenThereIsNoIntent() {
        assertThat(OffsetRange.intent(41, "")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"v=2;to=50", "v=1;to=41", "v=1;to=", "NO_METADATA", "v=1;to=50;x"})
    void givenForeignMetadata_whenRead_thenItIsShown(String metadata) {
        assertThatThrownBy(() -> OffsetRange.intent(41, metadata))
                .isInstanceOf(SinkException.class)
                .hasMessageContaining("committed offset 41")
                .hasMessageContaining("'" + metadata + "'");
    }
}
