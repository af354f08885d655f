package dev.tollgate.engine;

import static dev.tollgate.engine.TestingAccount.MINUTE;
import static dev.tollgate.engine.TestingAccount.NOON;
import static dev.tollgate.engine.TestingAccount.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.input.AccountChange.Carry;
import dev.tollgate.engine.input.AccountChange.Correction;
import dev.tollgate.engine.input.AccountChange.OverrideSet;
import dev.tollgate.engine.input.AccountChange.PlanAssigned;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.output.LimitEvent.Kind;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.PlanVersion;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Limits that allow nothing: they say so when something is used, and not before. */
class AmountZeroTest {
    private static PlanVersion of(String planId, long amount, Algorithm algorithm) {
        return TestingPlans.plan(
                planId, 1, 0, List.of(TestingPlans.REQUESTS), Limit.enforced("limit", "requests", amount, algorithm));
    }

    private static AccountSnapshot.Bucket bucket(TestingAccount account, long at) {
        return account.snapshot(at).buckets().getFirst();
    }

    static Stream<Algorithm> countingAlgorithms() {
        return Stream.of(TestingPlans.MINUTE, new Algorithm.LeakyBucket(MINUTE), new Algorithm.SlidingWindow(MINUTE));
    }

    @ParameterizedTest
    @MethodSource("countingAlgorithms")
    void givenUntouchedLimit_whenLookedAt_thenNothingRemainsAndNothingIsReached(Algorithm algorithm) {
        TestingAccount account = TestingAccount.on(of("p", 0, algorithm));

        AccountSnapshot.Bucket untouched = bucket(account, NOON);

        assertThat(untouched.remaining()).isZero();
        assertThat(untouched.softReached()).isFalse();
        assertThat(untouched.hardReached()).isFalse();
        assertThat(untouched.blockedUntilMillis()).isNull();
    }

    @ParameterizedTest
    @MethodSource("countingAlgorithms")
    void givenFirstUnit_whenCounted_thenAlertAndBlockAreRaisedAndAVoidClearsThemForGood(Algorithm algorithm) {
        TestingAccount account = TestingAccount.on(of("p", 0, algorithm));

        account.call("a", NOON);
        assertThat(account.said)
                .containsExactly("COUNTED a", "SOFT_LIMIT_REACHED limit 1", "HARD_LIMIT_REACHED limit 1");
        assertThat(bucket(account, NOON).hardReached()).isTrue();
        account.forget();

        account.command(NOON + SECOND, new Correction("a", null));
        assertThat(account.said)
                .containsExactly("VOIDED a", "LIMIT_CLEARED limit 0 CORRECTED", "LIMIT_CLEARED limit 0 CORRECTED");
        assertThat(bucket(account, NOON + SECOND).softReached()).isFalse();
        assertThat(bucket(account, NOON + SECOND).hardReached()).isFalse();
        account.forget();

        account.call("b", NOON + 2 * SECOND);
        assertThat(account.kinds()).containsExactly(Kind.SOFT_LIMIT_REACHED, Kind.HARD_LIMIT_REACHED);
    }

    @Test
    void givenLeakyBucketOfNothing_whenUsed_thenItNeverLeaksAndTheBlockHasNoEnd() {
        TestingAccount account = TestingAccount.on(of("p", 0, new Algorithm.LeakyBucket(MINUTE)));

        account.call("a", NOON);
        assertThat(account.only(Kind.HARD_LIMIT_REACHED).blockedUntilMillis()).isEqualTo(Long.MAX_VALUE);
        account.forget();

        account.apply(account.request("free", NOON + 100 * MINUTE, "/x", Outcome.INVALID, null));
        assertThat(account.said).containsExactly("NOT_CONSUMING free");
        assertThat(bucket(account, NOON + 100 * MINUTE).hardReached()).isTrue();
    }

    @Test
    void givenSlidingWindowOfNothing_whenTheUnitLeavesIt_thenTheBlockEnds() {
        TestingAccount account = TestingAccount.on(of("p", 0, new Algorithm.SlidingWindow(MINUTE)));
        account.call("a", NOON);
        assertThat(account.only(Kind.HARD_LIMIT_REACHED).blockedUntilMillis()).isEqualTo(NOON + MINUTE);
        account.forget();

        account.apply(account.request("free", NOON + MINUTE, "/x", Outcome.INVALID, null));

        assertThat(account.kinds()).containsExactly(Kind.LIMIT_CLEARED, Kind.LIMIT_CLEARED);
        assertThat(bucket(account, NOON + MINUTE).hardReached()).isFalse();
    }

    @Test
    void givenNoSlotsAtAll_whenACallStartsAndEnds_thenItBlocksWhileItRuns() {
        TestingAccount account = TestingAccount.on(of("p", 0, new Algorithm.Concurrency(30 * SECOND)));
        assertThat(bucket(account, NOON).hardReached()).isFalse();

        account.apply(Requested.ended(account.request("a", NOON), Phase.STARTED, Outcome.SUCCESS));
        assertThat(account.kinds()).containsExactly(Kind.SOFT_LIMIT_REACHED, Kind.HARD_LIMIT_REACHED);
        assertThat(account.only(Kind.HARD_LIMIT_REACHED).blockedUntilMillis()).isEqualTo(NOON + 30 * SECOND);
        account.forget();

        account.call("a", NOON + SECOND);
        assertThat(account.kinds()).containsExactly(Kind.LIMIT_CLEARED, Kind.LIMIT_CLEARED);
    }

    @Test
    void givenOverrideOfNothing_whenSetOnAWindow_thenItBlocksOnlyWhatIsUsed() {
        TestingAccount unused = TestingAccount.on(TestingPlans.tenAMinute());
        unused.call("before", NOON - MINUTE);
        unused.forget();
        unused.command(NOON, new OverrideSet("rpm", Amount.of(0)));
        assertThat(unused.kinds()).containsExactly(Kind.OVERRIDE_CHANGED);

        TestingAccount used = TestingAccount.on(TestingPlans.tenAMinute());
        used.call("a", NOON);
        used.forget();
        used.command(NOON + 1, new OverrideSet("rpm", Amount.of(0)));
        assertThat(used.kinds())
                .containsExactly(Kind.OVERRIDE_CHANGED, Kind.SOFT_LIMIT_REACHED, Kind.HARD_LIMIT_REACHED);
    }

    @Test
    void givenPlanOfNothing_whenItsUsageIsScaledToAnotherPlan_thenOnlyUsageIsCarriedOver() {
        for (Algorithm algorithm : List.of(TestingPlans.MINUTE, new Algorithm.SlidingWindow(MINUTE))) {
            TestingAccount unused = TestingAccount.on(of("none-left", 0, algorithm), of("ten", 10, algorithm));
            unused.call("a", NOON);
            unused.command(NOON + 1, new Correction("a", null));
            unused.forget();
            unused.command(NOON + 2, new PlanAssigned("ten", Carry.SCALE));
            assertThat(bucket(unused, NOON + 2).used()).isZero();
            assertThat(unused.kinds()).containsExactly(Kind.PLAN_CHANGED);

            TestingAccount used = TestingAccount.on(of("none-left", 0, algorithm), of("ten", 10, algorithm));
            used.call("a", NOON);
            used.command(NOON + 2, new PlanAssigned("ten", Carry.SCALE));
            assertThat(bucket(used, NOON + 2).used()).isEqualTo(10);
            assertThat(bucket(used, NOON + 2).hardReached()).isTrue();
        }
    }
}
