package dev.tollgate.engine;

import static dev.tollgate.engine.TestingAccount.MINUTE;
import static dev.tollgate.engine.TestingAccount.NOON;
import static dev.tollgate.engine.TestingAccount.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.input.AccountChange.Correction;
import dev.tollgate.engine.input.AccountChange.ExemptionSet;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Mode;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Scope;
import dev.tollgate.planmodel.Threshold;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which thresholds a snapshot says are reached. */
class ThresholdsReachedTest {
    private static final Threshold HALF = Threshold.usedPercent(50);
    private static final Threshold FOUR_FIFTHS = Threshold.usedPercent(80);
    private static final Threshold FIFTH_LEFT = Threshold.remainingBelowPercent(20);

    /** Ten requests, warned about at three thresholds, which are written in any order. */
    private static PlanVersion ten(Algorithm algorithm) {
        return TestingPlans.plan(
                "p",
                1,
                0,
                List.of(TestingPlans.REQUESTS),
                new Limit(
                        "limit",
                        "requests",
                        Amount.of(10),
                        algorithm,
                        Scope.ACCOUNT,
                        Mode.ENFORCE,
                        List.of(FIFTH_LEFT, HALF, FOUR_FIFTHS),
                        0));
    }

    static Stream<Algorithm> algorithms() {
        return Stream.of(
                TestingPlans.DAY, new Algorithm.LeakyBucket(60 * MINUTE), new Algorithm.SlidingWindow(60 * MINUTE));
    }

    private static List<Threshold> reached(TestingAccount account) {
        AccountSnapshot.Bucket bucket = account.snapshot(NOON).buckets().getFirst();
        assertThat(bucket.softReached()).isEqualTo(!bucket.thresholdsReached().isEmpty());
        return bucket.thresholdsReached();
    }

    /** At one moment, so that nothing leaks in between. */
    private static void calls(TestingAccount account, String prefix, int count) {
        for (int i = 0; i < count; i++) {
            account.call(prefix + i, NOON);
        }
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void givenUsageThatGrows_whenLookedAt_thenThoseThatAreReachedAreSaidLowestFirst(Algorithm algorithm) {
        TestingAccount account = TestingAccount.on(ten(algorithm));
        assertThat(reached(account)).isEmpty();
        calls(account, "a", 4);
        assertThat(reached(account)).isEmpty();
        account.call("b", NOON);
        assertThat(reached(account)).containsExactly(HALF);
        calls(account, "c", 3);
        assertThat(reached(account)).containsExactly(HALF, FOUR_FIFTHS);
        account.call("d", NOON);
        assertThat(reached(account)).containsExactly(HALF, FOUR_FIFTHS, FIFTH_LEFT);
        calls(account, "e", 2);
        assertThat(reached(account)).containsExactly(HALF, FOUR_FIFTHS, FIFTH_LEFT);
    }

    @Test
    void givenUsageThatIsTakenBack_whenLookedAt_thenTheThresholdIsNotReachedAnyMore() {
        TestingAccount account = TestingAccount.on(ten(TestingPlans.DAY));
        calls(account, "a", 8);

        account.command(NOON + SECOND, new Correction("a7", null));

        assertThat(account.snapshot(NOON + SECOND).buckets().getFirst().thresholdsReached())
                .containsExactly(HALF);
    }

    @Test
    void givenAnExemption_whenLookedAt_thenNoneIsReached() {
        TestingAccount account = TestingAccount.on(ten(TestingPlans.DAY));
        calls(account, "a", 9);

        account.command(NOON + SECOND, new ExemptionSet(true));

        assertThat(account.snapshot(NOON + SECOND).buckets().getFirst().thresholdsReached())
                .isEmpty();
    }
}
