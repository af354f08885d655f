package dev.tollgate.schemas.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class BackoffTest {
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofMillis(700);
    /** No chance: what is drawn is always the least. */
    private static final RandomGenerator NONE = () -> 0L;

    @Test
    void givenFailuresInARow_whenWaited_thenEachWaitIsTwiceTheLastUpToTheLongest() {
        Backoff backoff = new Backoff(FIRST, LONGEST, NONE);

        assertThat(waits(backoff, 5)).containsExactly(100L, 200L, 400L, 700L, 700L);
    }

    @Test
    void givenASuccess_whenTheNextFails_thenTheRowBeginsAnew() {
        Backoff backoff = new Backoff(FIRST, LONGEST, NONE);
        waits(backoff, 4);

        backoff.reset();

        assertThat(waits(backoff, 2)).containsExactly(100L, 200L);
    }

    @Test
    void givenChance_whenWaited_thenUpToHalfAsMuchIsAddedAndTwoClientsDoNotWaitAlike() {
        List<Long> one = waits(new Backoff(FIRST, LONGEST, new Random(1)), 50);
        List<Long> other = waits(new Backoff(FIRST, LONGEST, new Random(2)), 50);

        assertThat(one).isNotEqualTo(other);
        assertThat(one.get(0)).isBetween(100L, 150L);
        assertThat(one.subList(3, 50)).allSatisfy(wait -> assertThat(wait).isBetween(700L, 1_050L));
        assertThat(Set.copyOf(one)).hasSizeGreaterThan(20);
    }

    @Test
    void givenTheLongestDurations_whenWaited_thenNothingOverflows() {
        Backoff backoff = new Backoff(Duration.ofDays(40_000), Duration.ofDays(60_000), NONE);

        assertThat(List.of(backoff.next(), backoff.next(), backoff.next()))
                .containsExactly(Duration.ofDays(40_000), Duration.ofDays(60_000), Duration.ofDays(60_000));
    }

    @Test
    void givenWaitsThatAreNone_whenBuilt_thenTheyAreRejected() {
        assertThatThrownBy(() -> new Backoff(Duration.ZERO, LONGEST, NONE))
                .hasMessageContaining("0 < first <= longest");
        assertThatThrownBy(() -> new Backoff(LONGEST, FIRST, NONE)).hasMessageContaining("0 < first <= longest");
    }

    private static List<Long> waits(Backoff backoff, int count) {
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            waits.add(backoff.next().toMillis());
        }
        return waits;
    }
}
