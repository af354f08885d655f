package dev.tollgate.notify.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RetryTableTest {
    @Test
    void givenTheTable_whenAttemptsFail_thenEachWaitIsItsOwnAndUpToAFifthMore() {
        for (int attempt = 1; attempt <= 12; attempt++) {
            long base =
                    RetryTable.STANDARD.waits().get(Math.min(attempt, 9) - 1).toMillis();

            assertThat(RetryTable.STANDARD.waitMillis("event-1", attempt)).isBetween(base, base + base / 5);
        }
    }

    @Test
    void givenTheSameEventAndAttempt_whenAskedTwice_thenTheWaitIsTheSame() {
        assertThat(RetryTable.STANDARD.waitMillis("event-1", 3))
                .isEqualTo(new RetryTable(RetryTable.STANDARD.waits()).waitMillis("event-1", 3));
    }

    @Test
    void givenManyEvents_whenTheyFailTogether_thenTheyDoNotComeBackTogether() {
        Set<Long> tenths = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            long extra = RetryTable.STANDARD.waitMillis("event-" + i, 1) - 5_000;
            tenths.add(extra / 100);
        }

        assertThat(tenths).as("of a second in which the second attempts lie").hasSizeGreaterThan(8);
    }

    @Test
    void givenAWaitOfZero_whenAsked_thenItIsZero() {
        assertThat(new RetryTable(List.of(Duration.ZERO)).waitMillis("x", 5)).isZero();
    }

    @Test
    void givenNoWaits_whenMade_thenItIsRejected() {
        assertThatThrownBy(() -> new RetryTable(List.of())).hasMessageContaining("at least one");
        assertThatThrownBy(() -> new RetryTable(List.of(Duration.ofSeconds(-1))))
                .hasMessageContaining("-1");
    }
}
