package dev.tollgate.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReplacementBackoffTest {
    private static final long SEED = Long.getLong("tollgate.seed", System.nanoTime());

    private final ReplacementBackoff backoff = new ReplacementBackoff(new SplittableRandom(SEED));
    private long nowMillis = 1_000;

    @Test
    void givenFaultsInARow_whenEachPauseIsOver_thenPausesDoubleUpToTheLongestWithUpToHalfAsMuchByChance() {
        long least = ReplacementBackoff.FIRST_MILLIS;
        for (int i = 0; i < 10; i++) {
            long pause = failed();

            assertThat(pause).as("pause %s, seed %s", i, SEED).isBetween(least, least + least / 2);
            assertThat(isPausing(pause - 1)).isTrue();
            assertThat(isPausing(pause)).isFalse();
            nowMillis += pause;
            least = Math.min(ReplacementBackoff.LONGEST_MILLIS, 2 * least);
        }
    }

    /** An outage ends all threads at once; eight of them must not make the pause half a minute. */
    @Test
    void givenFaultsDuringAPause_whenAsked_thenTheyWaitForItsEndAndNoLonger() {
        long first = failed();
        nowMillis += 100;

        assertThat(failed()).isEqualTo(first - 100);
        nowMillis += first - 100;
        assertThat(isPausing(0)).isFalse();
        assertThat(failed()).isBetween(2 * ReplacementBackoff.FIRST_MILLIS, 3 * ReplacementBackoff.FIRST_MILLIS);
    }

    @Test
    void givenTimeWithoutAFault_whenItWasLong_thenTheNextPauseIsShortAgain() {
        for (int i = 0; i < 8; i++) {
            nowMillis += failed();
        }
        nowMillis += TimeUnit.MINUTES.toMillis(ReplacementBackoff.WELL_MINUTES) + 1;

        assertThat(failed()).isBetween(ReplacementBackoff.FIRST_MILLIS, ReplacementBackoff.FIRST_MILLIS * 3 / 2);
    }

    @Test
    void givenNoFault_whenAsked_thenThereIsNoPause() {
        assertThat(isPausing(0)).isFalse();
    }

    private long failed() {
        return backoff.failed(TimeUnit.MILLISECONDS.toNanos(nowMillis));
    }

    private boolean isPausing(long afterMillis) {
        return backoff.isPausing(TimeUnit.MILLISECONDS.toNanos(nowMillis + afterMillis));
    }
}
