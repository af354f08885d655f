package dev.tollgate.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StuckPositionsTest {
    private static final TopicPartition REQUESTS = new TopicPartition("request-events", 3);
    private static final TopicPartition COMMANDS = new TopicPartition("account-events", 3);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final StuckPositions stuck = new StuckPositions(StuckPositions.MOST_ATTEMPTS);
    private long now = -5 * SECOND;

    @Test
    void givenOnePosition_whenAttemptsRunOut_thenItIsNamed() {
        for (int i = 1; i < StuckPositions.MOST_ATTEMPTS; i++) {
            assertThat(failed(Map.of(REQUESTS, 1_234L))).isNull();
        }

        assertThat(failed(Map.of(REQUESTS, 1_234L)))
                .isEqualTo("request-events-3 at offset 1234 (" + StuckPositions.MOST_ATTEMPTS + " attempts)");
    }

    @Test
    void givenAFaultOfOurs_whenItComesAgain_thenFewerAttemptsAreEnough() {
        StuckPositions ofOurs = new StuckPositions(StuckPositions.MOST_ATTEMPTS_OF_OURS);
        Map<TopicPartition, Long> begun = Map.of(REQUESTS, 1_234L);
        for (int i = 1; i < StuckPositions.MOST_ATTEMPTS_OF_OURS; i++) {
            assertThat(ofOurs.failed(begun, now)).isNull();
        }

        assertThat(ofOurs.failed(begun, now)).isNotNull();
    }

    @Test
    void givenTwoPartitionsOfATask_whenNeitherGetsOn_thenBothAreNamed() {
        for (int i = 1; i < StuckPositions.MOST_ATTEMPTS; i++) {
            assertThat(failed(Map.of(REQUESTS, 1_234L, COMMANDS, 5L))).isNull();
        }

        assertThat(failed(Map.of(REQUESTS, 1_234L, COMMANDS, 5L)))
                .startsWith("account-events-3 at offset 5, request-events-3 at offset 1234");
    }

    @Test
    void givenProgressInOnePartition_whenFaultsGoOn_thenTheyBeginToCountAnew() {
        for (int i = 1; i < StuckPositions.MOST_ATTEMPTS; i++) {
            failed(Map.of(REQUESTS, 1_234L, COMMANDS, 5L));
        }
        assertThat(failed(Map.of(REQUESTS, 1_235L, COMMANDS, 5L))).isNull();

        for (int i = 2; i < StuckPositions.MOST_ATTEMPTS; i++) {
            assertThat(failed(Map.of(REQUESTS, 1_235L, COMMANDS, 5L))).isNull();
        }
        assertThat(failed(Map.of(REQUESTS, 1_235L, COMMANDS, 5L))).isNotNull();
    }

    @Test
    void givenFaultsFarApart_whenAtOnePosition_thenTheyAreNoRow() {
        for (int i = 0; i < 3 * StuckPositions.MOST_ATTEMPTS; i++) {
            now += TimeUnit.MINUTES.toNanos(StuckPositions.APART_MINUTES);
            assertThat(failed(Map.of(REQUESTS, 1_234L))).isNull();
        }
    }

    /** Kafka is away: threads fail before they have read anything. That may take as long as it takes. */
    @Test
    void givenThreadsThatReadNothing_whenTheyFail_thenThatNeverCounts() {
        for (int i = 0; i < 3 * StuckPositions.MOST_ATTEMPTS; i++) {
            assertThat(failed(Map.of())).isNull();
        }
    }

    private @Nullable String failed(Map<TopicPartition, Long> begun) {
        now += SECOND;
        return stuck.failed(begun, now);
    }
}
