package dev.tollgate.engine;

import static dev.tollgate.engine.TestingAccount.DAY;
import static dev.tollgate.engine.TestingAccount.HOUR;
import static dev.tollgate.engine.TestingAccount.MINUTE;
import static dev.tollgate.engine.TestingAccount.NOON;
import static dev.tollgate.engine.TestingAccount.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.input.AccountChange.Carry;
import dev.tollgate.engine.input.AccountChange.ExemptionSet;
import dev.tollgate.engine.input.AccountChange.OverrideSet;
import dev.tollgate.engine.input.AccountChange.PlanAssigned;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.LimitEvent.Kind;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.PlanVersion;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Ends that the clock says ahead of stream time, and calls of before them that are read after them. The oracle's
 * histories with ticks check the same at random.
 */
class EndsAheadTest {
    private static PlanVersion plan(String planId, long amount, Algorithm algorithm) {
        return TestingPlans.plan(
                planId, 1, 0, List.of(TestingPlans.REQUESTS), Limit.enforced("rpm", "requests", amount, algorithm));
    }

    /**
     * Sixty dear calls of one second, each appended a second after it was made: five fill the bucket, which then has
     * room again after 300 ms, and the rest comes when the clock is past that.
     */
    @Test
    void givenLeakyBucket_whenCallsOfBeforeItsEndAreReadAfterIt_thenTheBlockIsSaidAgainAtOnceAndOnce() {
        PlanVersion mem = TestingPlans.plan(
                "mem",
                1,
                0,
                List.of(TestingPlans.REQUESTS, TestingPlans.COMPLEXITY),
                Limit.enforced("complexity-per-minute", "complexity", 200, new Algorithm.LeakyBucket(MINUTE)));
        TestingAccount account = TestingAccount.on(mem);

        IntStream.range(0, 60).forEach(i -> {
            long madeAt = NOON + i * 16L;
            if (AccountingEngine.nextDeadline(account.state) <= madeAt + SECOND) {
                account.tick(madeAt + SECOND - 16);
            }
            account.apply(account.request("m" + i, madeAt, "/v2/mem-it", Outcome.SUCCESS, null));
        });

        assertThat(account.kinds())
                .containsExactly(
                        Kind.SOFT_LIMIT_REACHED, Kind.HARD_LIMIT_REACHED, Kind.LIMIT_CLEARED, Kind.HARD_LIMIT_REACHED);
        LimitEvent again = account.limitEvents.getLast();
        assertThat(again.provenance().sourceId()).isEqualTo("m5");
        AccountSnapshot.Bucket bucket =
                account.snapshot(NOON + 2 * SECOND).buckets().getFirst();
        assertThat(bucket.used()).isGreaterThan(2_390);
        assertThat(bucket.blockedUntilMillis()).isNotNull();

        // The new block ends as any other does.
        account.forget();
        account.tick(NOON + HOUR);
        assertThat(account.kinds()).containsExactly(Kind.LIMIT_CLEARED, Kind.LIMIT_CLEARED);
    }

    @Test
    void givenSlidingWindow_whenCallsOfBeforeItsEndAreReadAfterIt_thenTheBlockIsSaidAgain() {
        TestingAccount account = TestingAccount.on(plan("p", 3, new Algorithm.SlidingWindow(MINUTE)));
        account.calls("e", 3, NOON);
        account.tick(NOON + MINUTE + SECOND);
        account.forget();

        account.calls("late", 2, NOON + 30 * SECOND);
        assertThat(account.kinds()).as("two do not fill it").doesNotContain(Kind.HARD_LIMIT_REACHED);
        account.call("one-more", NOON + 40 * SECOND);

        assertThat(account.only(Kind.HARD_LIMIT_REACHED).provenance().sourceId())
                .isEqualTo("one-more");
    }

    @Test
    void givenCallsInFlight_whenStartsOfBeforeTheEndOfTheirLeaseAreReadAfterIt_thenTheBlockIsSaidAgain() {
        TestingAccount account = TestingAccount.on(plan("p", 1, new Algorithm.Concurrency(30 * SECOND)));
        start(account, "a", NOON);
        account.tick(NOON + 31 * SECOND);
        assertThat(account.kinds()).endsWith(Kind.HARD_LIMIT_REACHED, Kind.LIMIT_CLEARED, Kind.LIMIT_CLEARED);

        start(account, "b", NOON + 10 * SECOND);

        assertThat(account.kinds()).endsWith(Kind.SOFT_LIMIT_REACHED, Kind.HARD_LIMIT_REACHED);
        assertThat(account.limitEvents.getLast().blockedUntilMillis()).isEqualTo(NOON + 40 * SECOND);
    }

    private static void start(TestingAccount account, String id, long time) {
        account.apply(Requested.ended(account.request(id, time), Phase.STARTED, Outcome.SUCCESS));
    }

    /** Calls of a backlog, hours old, are over as of the clock whatever they fill. */
    @Test
    void givenBacklog_whenItIsRead_thenABlockThatIsLongOverIsNotSaidWithEveryCall() {
        TestingAccount account = TestingAccount.on(plan("p", 10, new Algorithm.LeakyBucket(MINUTE)));

        for (int i = 0; i < 100; i++) {
            account.call("e" + i, NOON + i * 100L);
            if (i >= 9) {
                account.tick(NOON + 6 * HOUR + i);
            }
        }

        assertThat(account.kinds())
                .containsExactly(
                        Kind.SOFT_LIMIT_REACHED, Kind.HARD_LIMIT_REACHED, Kind.LIMIT_CLEARED, Kind.LIMIT_CLEARED);
    }

    @Test
    void givenWindowClearedByAnAnnouncedPlan_whenCallsOfBeforeThePlanFillThatOneToo_thenTheBlockIsSaidAgain() {
        TestingAccount account =
                TestingAccount.on(plan("ten", 10, TestingPlans.MINUTE), plan("twelve", 12, TestingPlans.MINUTE));
        account.calls("e", 10, NOON);
        account.command("up", NOON + 20 * SECOND, NOON + SECOND, new PlanAssigned("twelve", Carry.KEEP));
        account.tick(NOON + 21 * SECOND);
        assertThat(account.kinds()).endsWith(Kind.PLAN_CHANGED, Kind.LIMIT_CLEARED, Kind.LIMIT_CLEARED);
        account.forget();

        account.call("e10", NOON + 15 * SECOND);
        assertThat(account.kinds()).as("11 of 12").containsExactly(Kind.SOFT_LIMIT_REACHED);
        account.forget();
        account.calls("f", 2, NOON + 16 * SECOND);
        assertThat(account.kinds()).containsExactly(Kind.HARD_LIMIT_REACHED);
        account.call("later", NOON + 25 * SECOND);

        assertThat(account.kinds()).as("the plan begins, and the block stays").containsExactly(Kind.HARD_LIMIT_REACHED);
    }

    @Test
    void givenAnnouncedPlan_whenCallsOfBeforeItReachAnOldAmount_thenTheAccountIsNotLeftBlocked() {
        TestingAccount account =
                TestingAccount.on(plan("ten", 10, TestingPlans.DAY), plan("more", 100, TestingPlans.DAY));
        account.calls("e", 8, NOON);
        account.command("up", NOON + 20 * SECOND, NOON + SECOND, new PlanAssigned("more", Carry.KEEP));
        account.tick(NOON + 20 * SECOND);
        account.forget();

        account.calls("late", 3, NOON + 10 * SECOND);

        assertThat(account.kinds())
                .containsExactly(
                        Kind.SOFT_LIMIT_REACHED, Kind.LIMIT_CLEARED, Kind.HARD_LIMIT_REACHED, Kind.LIMIT_CLEARED);
        assertThat(account.snapshot(NOON + 21 * SECOND).buckets().getFirst().hardReached())
                .isFalse();
        account.forget();
        account.call("later", NOON + 25 * SECOND);
        assertThat(account.limitEvents).isEmpty();
    }

    @Test
    void givenAnnouncedExemption_whenItIsTakenBackBeforeItBegins_thenTheBlockIsSaidAgain() {
        TestingAccount account = TestingAccount.on(plan("ten", 10, TestingPlans.DAY));
        account.calls("e", 10, NOON);
        account.command("free", NOON + 20 * SECOND, NOON + SECOND, new ExemptionSet(true));
        account.tick(NOON + 20 * SECOND);
        assertThat(account.kinds()).endsWith(Kind.EXEMPTED, Kind.LIMIT_CLEARED, Kind.LIMIT_CLEARED);
        account.forget();

        account.command("not-free", NOON + 20 * SECOND + 1, NOON + 21 * SECOND, new ExemptionSet(false));

        assertThat(account.kinds())
                .containsExactly(Kind.EXEMPTION_ENDED, Kind.SOFT_LIMIT_REACHED, Kind.HARD_LIMIT_REACHED);
    }

    @Test
    void givenWindowEndedByTheClock_whenCallsOfTheWindowAreRead_thenNothingIsSaidAboutWhatIsOver() {
        TestingAccount account = TestingAccount.on(plan("ten", 10, TestingPlans.MINUTE));
        account.calls("e", 10, NOON);
        account.tick(NOON + MINUTE);
        account.forget();

        account.calls("late", 5, NOON + 30 * SECOND);

        assertThat(account.limitEvents).isEmpty();
    }

    @Test
    void givenEndSaidByTheClock_whenTheStateIsReadBack_thenTheBlockIsSaidAgainAllTheSame() {
        TestingAccount account = TestingAccount.on(plan("p", 3, new Algorithm.LeakyBucket(MINUTE)));
        account.calls("e", 3, NOON);
        account.tick(NOON + 21 * SECOND);
        account.state = AccountState.decode(account.state.encode());
        account.forget();

        account.call("late", NOON + 10);

        assertThat(account.kinds()).containsExactly(Kind.SOFT_LIMIT_REACHED, Kind.HARD_LIMIT_REACHED);
    }

    @Test
    void givenLongerBlockByAnOverride_whenItsRateBecomesKnown_thenTheEndThatWasSaidIsTakenBack() {
        TestingAccount account = TestingAccount.on(plan("p", 10, new Algorithm.LeakyBucket(DAY)));
        account.calls("e", 10, NOON);
        long over = AccountingEngine.nextDeadline(account.state);
        account.tick(over);
        assertThat(account.kinds()).endsWith(Kind.LIMIT_CLEARED);
        account.forget();

        account.command("less", NOON + HOUR, over + SECOND, new OverrideSet("rpm", Amount.of(5)));

        assertThat(account.kinds()).contains(Kind.HARD_LIMIT_REACHED);
        assertThat(account.snapshot(over + SECOND).buckets().getFirst().blockedUntilMillis())
                .isNotNull();
    }
}
