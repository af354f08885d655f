package dev.tollgate.engine;

import static dev.tollgate.engine.TestingAccount.DAY;
import static dev.tollgate.engine.TestingAccount.HOUR;
import static dev.tollgate.engine.TestingAccount.MINUTE;
import static dev.tollgate.engine.TestingAccount.NOON;
import static dev.tollgate.engine.TestingAccount.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.engine.index.EventIndex;
import dev.tollgate.engine.input.AccountChange.Amendment;
import dev.tollgate.engine.input.AccountChange.Carry;
import dev.tollgate.engine.input.AccountChange.Correction;
import dev.tollgate.engine.input.AccountChange.OverrideSet;
import dev.tollgate.engine.input.AccountChange.PlanAssigned;
import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.internal.apply.LeakyReplay;
import dev.tollgate.engine.internal.bucket.LeakyBucket;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.LimitEvent.Cause;
import dev.tollgate.engine.output.LimitEvent.Kind;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Mode;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Scope;
import dev.tollgate.planmodel.Threshold;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RollingLimitTest {
    private static PlanVersion requests(String planId, long amount, Algorithm algorithm) {
        return TestingPlans.plan(
                planId, 1, 0, List.of(TestingPlans.REQUESTS), Limit.enforced("limit", "requests", amount, algorithm));
    }

    private static AccountSnapshot.Bucket bucket(TestingAccount account, long at) {
        return account.snapshot(at).buckets().getFirst();
    }

    @Nested
    class Leaky {
        private static final Algorithm PER_MINUTE = new Algorithm.LeakyBucket(MINUTE);

        @Test
        void givenMemLimits_whenFiveDearCallsPass_thenTheBucketIsFullUntilOneTokenHasLeaked() {
            PlanVersion mem = TestingPlans.plan(
                    "mem",
                    1,
                    0,
                    List.of(TestingPlans.REQUESTS, TestingPlans.COMPLEXITY),
                    Limit.enforced("complexity-per-minute", "complexity", 200, PER_MINUTE),
                    Limit.enforced("complexity-per-day", "complexity", 8_000, new Algorithm.LeakyBucket(DAY)));
            TestingAccount account = TestingAccount.on(mem);

            IntStream.range(0, 5)
                    .forEach(i -> account.apply(account.request("m" + i, NOON, "/v2/mem-it", Outcome.SUCCESS, null)));

            LimitEvent hard = account.only(Kind.HARD_LIMIT_REACHED);
            assertThat(hard.provenance().sourceId()).isEqualTo("m4");
            assertThat(hard.blockedUntilMillis())
                    .as("200 a minute leak one in 300 ms")
                    .isEqualTo(NOON + 300);
            assertThat(account.onlyBucket(Kind.HARD_LIMIT_REACHED).overshoot()).isZero();
            assertThat(bucket(account, NOON).remaining()).isZero();
            assertThat(bucket(account, NOON + 300).remaining()).isEqualTo(1);
            assertThat(bucket(account, NOON + 12 * SECOND - 1).remaining()).isEqualTo(39);
            assertThat(bucket(account, NOON + 12 * SECOND).remaining())
                    .as("room for one more of 40 after 12 s")
                    .isEqualTo(40);
            assertThat(bucket(account, NOON + MINUTE).used()).isZero();
            assertThat(account.snapshot(NOON).mostConstrained()).containsEntry("complexity", "complexity-per-minute");
        }

        @Test
        void givenConstantTrafficAtTheLeakRate_whenItGoesOn_thenNothingIsEverRaised() {
            TestingAccount account = TestingAccount.on(requests("p", 100, PER_MINUTE));

            IntStream.range(0, 2_000).forEach(i -> account.call("e" + i, NOON + i * 600L));

            assertThat(account.limitEvents).isEmpty();
            assertThat(bucket(account, NOON + 1_999 * 600L).used()).isEqualTo(1);
        }

        @Test
        void givenIdleTime_whenBurstFollows_thenTheWholeAmountPasses() {
            TestingAccount account = TestingAccount.on(requests("p", 10, PER_MINUTE));
            account.call("first", NOON);

            IntStream.range(0, 9).forEach(i -> account.call("e" + i, NOON + HOUR));
            assertThat(account.kinds()).containsExactly(Kind.SOFT_LIMIT_REACHED);
            account.call("e9", NOON + HOUR);

            assertThat(account.only(Kind.HARD_LIMIT_REACHED).blockedUntilMillis())
                    .isEqualTo(NOON + HOUR + 6 * SECOND);
        }

        @Test
        void givenThirdOfAToken_whenItLeaks_thenNothingIsRoundedAway() {
            TestingAccount account = TestingAccount.on(requests("p", 7, PER_MINUTE));
            account.call("a", NOON);
            for (int i = 1; i <= 100; i++) {
                account.call("e" + i, NOON + i * 8_571L);
            }

            // 7 a minute leak 0.99995 of a token in 8,571 ms, so that 101 calls leave 1 + 100 x 0.00005 tokens,
            // exactly:
            assertThat(((LeakyBucket) account.state.account().buckets().getFirst()).level())
                    .isEqualTo(60_000 + 100 * 3L);
        }

        @Test
        void givenFullBucket_whenItDrainsByEventTime_thenBlockIsClearedThenAlertAndBothCanBeRaisedAgain() {
            TestingAccount account = TestingAccount.on(requests("p", 10, PER_MINUTE));
            IntStream.range(0, 10).forEach(i -> account.call("e" + i, NOON));
            account.forget();

            account.call("f", NOON + 30 * SECOND);

            assertThat(account.limitEvents)
                    .extracting(event -> event.kind() + " " + event.cause() + " "
                            + (event.provenance().eventTimeMillis() - NOON) + " "
                            + Threshold.describe(event.threshold()))
                    .containsExactly(
                            "LIMIT_CLEARED BUCKET_DRAINED 6000 100 % used",
                            "LIMIT_CLEARED BUCKET_DRAINED 12001 90 % used");
            account.forget();
            IntStream.range(0, 4).forEach(i -> account.call("g" + i, NOON + 30 * SECOND));
            assertThat(account.kinds()).containsExactly(Kind.SOFT_LIMIT_REACHED, Kind.HARD_LIMIT_REACHED);
        }

        @Test
        void givenLevelThatSwaysAroundTheThreshold_whenCallsGoOn_thenTheAlertIsRaisedOnce() {
            TestingAccount account = TestingAccount.on(requests("p", 100, PER_MINUTE));
            IntStream.range(0, 90).forEach(i -> account.call("e" + i, NOON));

            IntStream.range(1, 500).forEach(i -> account.call("f" + i, NOON + i * 600L));

            assertThat(account.kinds()).containsExactly(Kind.SOFT_LIMIT_REACHED);
        }

        @Test
        void givenDisorderWithinABusyTime_whenCounted_thenTheLevelIsTheSame() {
            TestingAccount sorted = TestingAccount.on(requests("p", 10, PER_MINUTE));
            TestingAccount mixed = TestingAccount.on(requests("p", 10, PER_MINUTE));
            long[] times = {0, 2_000, 3_000, 9_000, 10_000};

            for (long time : times) {
                sorted.call("e" + time, NOON + time);
            }
            for (long time : new long[] {0, 3_000, 10_000, 2_000, 9_000}) {
                mixed.call("e" + time, NOON + time);
            }

            assertThat(mixed.state.account().buckets().getFirst().level(NOON + 10_000))
                    .isEqualTo(sorted.state.account().buckets().getFirst().level(NOON + 10_000));
        }

        @Test
        void givenDisorderIntoIdleTime_whenCounted_thenOnlyWhatHasNotLeakedAwayCounts() {
            TestingAccount sorted = TestingAccount.on(requests("p", 10, PER_MINUTE));
            TestingAccount mixed = TestingAccount.on(requests("p", 10, PER_MINUTE));
            // One token leaks in 6 s: the bucket is empty from 6 s to 20 s.
            for (long time : new long[] {0, 18_000, 20_000}) {
                sorted.call("e" + time, NOON + time);
            }
            for (long time : new long[] {0, 20_000, 18_000}) {
                mixed.call("e" + time, NOON + time);
            }
            assertThat(mixed.state.account().buckets().getFirst().level(NOON + 20_000))
                    .isEqualTo(sorted.state.account().buckets().getFirst().level(NOON + 20_000));

            mixed.call("long-gone", NOON + 8_000);
            assertThat(mixed.state.account().buckets().getFirst().level(NOON + 20_000))
                    .isEqualTo(sorted.state.account().buckets().getFirst().level(NOON + 20_000));
        }

        @Test
        void givenYesterdaysCalls_whenTheyComeAfterAnOutage_thenTodayIsNotThrottled() {
            TestingAccount account = TestingAccount.on(requests("p", 10, PER_MINUTE));
            account.call("now", NOON);

            IntStream.range(0, 50).forEach(i -> account.call("old" + i, NOON - HOUR));

            assertThat(account.journal)
                    .extracting(entry -> entry.verdict())
                    .filteredOn(Verdict.LATE::equals)
                    .hasSize(50);
            assertThat(bucket(account, NOON).used()).isEqualTo(1);
            assertThat(account.limitEvents).isEmpty();
        }

        @Test
        void givenFullBucket_whenACallIsVoided_thenTheBlockIsClearedAndTheLevelIsThatWithoutIt() {
            TestingAccount account = TestingAccount.on(requests("p", 10, PER_MINUTE));
            IntStream.range(0, 10).forEach(i -> account.call("e" + i, NOON));
            account.forget();

            account.command(NOON, new Correction("e0", null));
            assertThat(account.said).containsExactly("VOIDED e0", "LIMIT_CLEARED limit 9 CORRECTED");
            assertThat(bucket(account, NOON).used()).isEqualTo(9);

            account.call("f", NOON + 12 * SECOND);
            account.command(NOON + 12 * SECOND, new Correction("e1", null));
            assertThat(bucket(account, NOON + 12 * SECOND).used())
                    .as("8 calls, of which 2 have leaked, and f")
                    .isEqualTo(7);
        }

        @Test
        void givenUsage_whenPlanChanges_thenTheLevelIsKeptResetOrScaled() {
            for (Carry carry : Carry.values()) {
                TestingAccount account =
                        TestingAccount.on(requests("small", 10, PER_MINUTE), requests("large", 100, PER_MINUTE));
                IntStream.range(0, 10).forEach(i -> account.call("e" + i, NOON));
                account.forget();

                account.command(NOON, new PlanAssigned("large", carry));

                assertThat(bucket(account, NOON).used())
                        .isEqualTo(
                                switch (carry) {
                                    case KEEP -> 10;
                                    case RESET -> 0;
                                    case SCALE -> 100;
                                });
                assertThat(account.kinds())
                        .containsExactlyElementsOf(
                                carry == Carry.SCALE
                                        ? List.of(Kind.PLAN_CHANGED)
                                        : List.of(Kind.PLAN_CHANGED, Kind.LIMIT_CLEARED, Kind.LIMIT_CLEARED));
            }
        }

        @Test
        void givenIdleBucket_whenItIsEmptyAndGraceIsOver_thenItLeavesTheState() {
            TestingAccount account = TestingAccount.on(requests("p", 10, PER_MINUTE));
            IntStream.range(0, 10).forEach(i -> account.call("e" + i, NOON));

            account.apply(account.request("f", NOON + 3 * MINUTE, "/x", Outcome.INVALID, null));

            assertThat(account.state.account().buckets()).isEmpty();
        }

        @Test
        void givenAmountThatCanNotBeKeptExactly_whenBuiltOrOverridden_thenItIsRejected() {
            long max = new Algorithm.LeakyBucket(DAY).maxAmount();
            assertThatThrownBy(() -> requests("p", max + 1, new Algorithm.LeakyBucket(DAY)))
                    .hasMessageContaining("at most " + max);

            TestingAccount account = TestingAccount.on(requests("p", 10, new Algorithm.LeakyBucket(DAY)));
            account.command(NOON, new OverrideSet("limit", Amount.of(max + 1)));
            account.command(NOON, new OverrideSet("limit", Amount.of(max)));
            assertThat(account.rejections).containsExactly(RejectionReason.ARITHMETIC_OVERFLOW);
        }
    }

    @Nested
    class Sliding {
        private static final Algorithm PER_MINUTE = new Algorithm.SlidingWindow(MINUTE);

        @Test
        void givenUsageAtTheEndOfAMinute_whenTheNextBegins_thenItStillCounts() {
            TestingAccount account = TestingAccount.on(requests("p", 10, PER_MINUTE));
            account.calls("e", 6, NOON + 59 * SECOND);

            account.calls("f", 4, NOON + MINUTE);

            assertThat(account.only(Kind.HARD_LIMIT_REACHED).blockedUntilMillis())
                    .as("the part of 59 s leaves a minute later")
                    .isEqualTo(NOON + MINUTE + 59 * SECOND);
        }

        @Test
        void givenPartsOfAWindow_whenTimePasses_thenEachLeavesAsAWhole() {
            TestingAccount account = TestingAccount.on(requests("p", 100, PER_MINUTE));
            account.calls("a", 3, NOON + 500);
            account.calls("b", 5, NOON + 10 * SECOND);

            assertThat(bucket(account, NOON + MINUTE - 1).used()).isEqualTo(8);
            assertThat(bucket(account, NOON + MINUTE).used()).isEqualTo(5);
            assertThat(bucket(account, NOON + 70 * SECOND - 1).used()).isEqualTo(5);
            assertThat(bucket(account, NOON + 70 * SECOND).used()).isZero();
        }

        @Test
        void givenFullWindow_whenItDrains_thenAlertAndBlockAreClearedAndRearmed() {
            TestingAccount account = TestingAccount.on(requests("p", 10, PER_MINUTE));
            account.calls("a", 2, NOON);
            account.calls("b", 8, NOON + 10 * SECOND);
            account.forget();

            account.call("c", NOON + 75 * SECOND);

            assertThat(account.limitEvents)
                    .extracting(
                            event -> event.cause() + " " + (event.provenance().eventTimeMillis() - NOON))
                    .containsExactly("BUCKET_DRAINED 60000", "BUCKET_DRAINED 70000");
            assertThat(account.limitEvents)
                    .extracting(LimitEvent::threshold)
                    .first()
                    .isNull();
        }

        @Test
        void givenEventOlderThanTheWindow_whenItArrives_thenItIsLate() {
            TestingAccount account = TestingAccount.on(requests("p", 10, PER_MINUTE));
            account.call("a", NOON + MINUTE);

            assertThat(account.call("old", NOON + 999)).isEqualTo(Verdict.LATE);
            assertThat(account.call("edge", NOON + SECOND)).isEqualTo(Verdict.COUNTED);
            assertThat(bucket(account, NOON + MINUTE).used()).isEqualTo(2);
        }

        @Test
        void givenCountedEvent_whenVoided_thenItLeavesItsPart() {
            TestingAccount account = TestingAccount.on(requests("p", 10, PER_MINUTE));
            account.calls("a", 10, NOON);
            account.forget();

            account.command(NOON + SECOND, new Correction("a3", null));

            assertThat(account.said).containsExactly("VOIDED a3", "LIMIT_CLEARED limit 9 CORRECTED");
            assertThat(bucket(account, NOON + MINUTE).used()).isZero();
        }

        @Test
        void givenLengthThatDoesNotDivide_whenBuilt_thenItIsRejected() {
            assertThatThrownBy(() -> new Algorithm.SlidingWindow(1_001))
                    .hasMessageContaining("multiple of 60, was 1001");
        }
    }

    /** Found against the oracle (seeds 12 and following): levels of leaky buckets after the rate has changed. */
    @Nested
    class LeakyAtAnotherRate {
        private final TestingAccount account = TestingAccount.on(requests("p", 60, new Algorithm.LeakyBucket(MINUTE)));

        @Test
        void givenSlowerRate_whenAnEarlierEventIsVoided_thenTheLevelIsThatWithoutIt() {
            account.calls("e", 30, NOON);
            // 10 of the first 30 have leaked by then, at one a second.
            account.calls("f", 20, NOON + 10 * SECOND);
            account.command(NOON + 10 * SECOND + 19, new OverrideSet("limit", Amount.of(1)));
            assertThat(bucket(account, NOON + 10 * SECOND + 19).used()).isEqualTo(40);

            account.command(NOON + 10 * SECOND + 20, new Correction("e0", null));

            assertThat(bucket(account, NOON + 10 * SECOND + 20).used()).isEqualTo(39);
        }

        @Test
        void givenFasterRate_whenAnEarlierEventIsVoided_thenTheLevelIsThatWithoutIt() {
            account.apply(account.request("dear", NOON, "/v2/notes", Outcome.SUCCESS, null));
            account.calls("f", 9, NOON + 1);
            account.command(NOON + 10, new OverrideSet("limit", Amount.of(600)));

            account.command(NOON + 20, new Correction("dear", null));

            assertThat(bucket(account, NOON + 10).used()).isEqualTo(9);
            account.call("g", NOON + 50);
            // 9 units, less 10 ms at one a second and 40 ms at ten a second, and the new one.
            assertThat(bucket(account, NOON + 50).used()).isEqualTo(10);
        }

        @Test
        void givenFasterRate_whenAnEventFromBeforeComesLate_thenItCountsInFull() {
            account.calls("e", 2, NOON);
            account.call("f", NOON + 10 * SECOND);
            account.command(NOON + 10 * SECOND, new OverrideSet("limit", Amount.of(6_000)));
            assertThat(bucket(account, NOON + 10 * SECOND).used()).isEqualTo(1);

            account.call("late", NOON + 9 * SECOND);

            assertThat(bucket(account, NOON + 10 * SECOND).used()).isEqualTo(2);
        }

        @Test
        void givenAnotherRate_whenTheStateIsReadBack_thenItIsKnownHowFastItHadBeen() {
            account.calls("e", 30, NOON);
            account.command(NOON + 10 * SECOND, new OverrideSet("limit", Amount.of(1)));
            TestingAccount restored = TestingAccount.on(requests("p", 60, new Algorithm.LeakyBucket(MINUTE)));
            restored.calls("e", 30, NOON);
            restored.command(NOON + 10 * SECOND, new OverrideSet("limit", Amount.of(1)));
            restored.state = AccountState.decode(restored.state.encode());

            for (TestingAccount each : List.of(account, restored)) {
                each.call("f", NOON + 20 * SECOND);
                each.command(NOON + 20 * SECOND, new Correction("e1", null));
            }

            assertThat(restored.state).isEqualTo(account.state);
        }
    }

    /**
     * What a bucket of 60 a minute holds, at one a second, when it is told late or in time that the rate is another
     * one.
     */
    @Nested
    class LeakyFromTheDateOfAChange {
        private static final Algorithm PER_MINUTE = new Algorithm.LeakyBucket(MINUTE);

        private final TestingAccount account = TestingAccount.on(requests("p", 60, PER_MINUTE));

        private void override(long from, long known, long amount) {
            account.command("late " + from, from, known, new OverrideSet("limit", Amount.of(amount)));
        }

        private long used(long at) {
            return bucket(account, at).used();
        }

        @Test
        void givenNewVersionOfThePlan_whenTheNextCallComesLater_thenItsRateHoldsFromItsDateOn() {
            PlanVersion second = TestingPlans.plan(
                    "p",
                    2,
                    NOON + 10 * SECOND,
                    List.of(TestingPlans.REQUESTS),
                    Limit.enforced("limit", "requests", 6, PER_MINUTE));
            account.plans = account.plans.with(second);
            account.calls("e", 30, NOON);

            account.call("f", NOON + 20 * SECOND);

            // 30, less 10 in the first ten seconds, less 1 in the next ten, and the call itself.
            assertThat(used(NOON + 20 * SECOND)).isEqualTo(20);
            assertThat(account.said)
                    .endsWith(
                            "PLAN_CHANGED", "SOFT_LIMIT_REACHED limit 20", "HARD_LIMIT_REACHED limit 20", "COUNTED f");
            assertThat(account.only(Kind.HARD_LIMIT_REACHED).provenance().eventTimeMillis())
                    .isEqualTo(NOON + 10 * SECOND);
        }

        @Test
        void givenSilentAccount_whenSeveralVersionsHaveComeIntoForce_thenEachRateHoldsForItsTime() {
            for (int version = 2; version <= 3; version++) {
                account.plans = account.plans.with(TestingPlans.plan(
                        "p",
                        version,
                        NOON + 10 * SECOND * (version - 1),
                        List.of(TestingPlans.REQUESTS),
                        Limit.enforced("limit", "requests", version == 2 ? 6 : 60, PER_MINUTE)));
            }
            account.calls("e", 30, NOON);

            account.call("f", NOON + 30 * SECOND);

            assertThat(used(NOON + 30 * SECOND)).isEqualTo(30 - 10 - 1 - 10 + 1);
            assertThat(account.limitEvents)
                    .filteredOn(event -> event.kind() == Kind.PLAN_CHANGED)
                    .extracting(event -> event.provenance().planVersion())
                    .containsExactly(2, 3);
        }

        @Test
        void givenChangeAheadOfTheLastCall_whenItIsGiven_thenTheOldRateHoldsUntilIt() {
            account.calls("e", 30, NOON);

            account.command(NOON + 10 * SECOND, new OverrideSet("limit", Amount.of(6)));
            account.call("f", NOON + 20 * SECOND);

            assertThat(used(NOON + 20 * SECOND)).isEqualTo(30 - 10 - 1 + 1);
        }

        @Test
        void givenSlowerRateOfThePast_whenItBecomesKnown_thenTheBucketHoldsWhatItWouldHold() {
            account.calls("e", 30, NOON);
            account.call("f", NOON + 20 * SECOND);
            assertThat(used(NOON + 20 * SECOND)).isEqualTo(30 - 20 + 1);
            account.forget();

            override(NOON + 10 * SECOND, NOON + 20 * SECOND, 6);

            assertThat(used(NOON + 20 * SECOND)).isEqualTo(30 - 10 - 1 + 1);
            assertThat(account.said)
                    .containsExactly(
                            "OVERRIDE_CHANGED limit 0", "SOFT_LIMIT_REACHED limit 20", "HARD_LIMIT_REACHED limit 20");
            assertThat(account.only(Kind.HARD_LIMIT_REACHED).blockedUntilMillis())
                    .as("one a ten seconds from 20 to 5")
                    .isEqualTo(NOON + 20 * SECOND + 150 * SECOND);
        }

        @Test
        void givenFasterRateOfThePast_whenItBecomesKnown_thenTheBlockIsLiftedAtOnce() {
            account.calls("e", 60, NOON);
            account.calls("f", 10, NOON + 10 * SECOND);
            assertThat(account.kinds()).contains(Kind.HARD_LIMIT_REACHED);
            account.forget();

            override(NOON + SECOND, NOON + 11 * SECOND, 600);

            // Empty after 6.9 s; then ten calls, a millisecond apart, of which ten milliseconds have drained a tenth.
            assertThat(used(NOON + 10 * SECOND + 9)).isEqualTo(10);
            assertThat(account.kinds()).containsExactly(Kind.OVERRIDE_CHANGED, Kind.LIMIT_CLEARED, Kind.LIMIT_CLEARED);
            assertThat(account.limitEvents.getLast().cause()).isEqualTo(Cause.OVERRIDE_CHANGED);
        }

        @Test
        void givenBucketThatWasEmptyMeanwhile_whenASlowerRateBecomesKnown_thenItWasNot() {
            account.calls("e", 5, NOON);
            account.call("f", NOON + 20 * SECOND);
            assertThat(used(NOON + 20 * SECOND)).isEqualTo(1);

            override(NOON + 2 * SECOND, NOON + 20 * SECOND, 6);

            assertThat(used(NOON + 20 * SECOND)).as("3 less 1.8 and one more").isEqualTo(3);
        }

        @Test
        void givenBucketThatHasLeftTheState_whenASlowerRateBecomesKnown_thenItIsThereAgain() {
            account.calls("e", 5, NOON);
            account.apply(account.request("free", NOON + 3 * MINUTE, "/v2/notes", Outcome.INVALID, null));
            assertThat(account.state.account().buckets()).isEmpty();

            override(NOON + SECOND, NOON + 3 * MINUTE, 1);

            // 4 less 179 seconds at one a minute.
            assertThat(((LeakyBucket) account.state.account().buckets().getFirst()).level())
                    .isEqualTo(4 * MINUTE - 179 * SECOND);
            assertThat(used(NOON + 3 * MINUTE)).isEqualTo(2);
            account.call("next", NOON + 3 * MINUTE);
            assertThat(used(NOON + 3 * MINUTE)).isEqualTo(3);
        }

        @Test
        void givenDisorderAndCorrections_whenAnotherRateBecomesKnown_thenOnlyWhatCountsIsPlayed() {
            account.calls("e", 10, NOON);
            account.call("f", NOON + 10 * SECOND);
            account.call("before f", NOON + 9 * SECOND);
            account.command(NOON + 10 * SECOND, new Correction("e3", null));
            account.apply(account.request("free", NOON + 10 * SECOND, "/v2/notes", Outcome.INVALID, null));

            override(NOON, NOON + 10 * SECOND, 6);

            assertThat(used(NOON + 10 * SECOND)).isEqualTo(9 + 2 - 1);
        }

        @Test
        void givenProjects_whenAnotherRateBecomesKnown_thenEachHasItsOwn() {
            TestingAccount shared = TestingAccount.on(TestingPlans.plan(
                    "p",
                    1,
                    0,
                    List.of(TestingPlans.REQUESTS),
                    new Limit(
                            "limit",
                            "requests",
                            Amount.of(60),
                            PER_MINUTE,
                            Scope.PROJECT,
                            Mode.ENFORCE,
                            List.of(),
                            0)));
            for (int i = 0; i < 30; i++) {
                shared.apply(Requested.by(shared.request("a" + i, NOON), "a", null));
            }
            shared.apply(Requested.by(shared.request("b", NOON + 20 * SECOND), "b", null));

            shared.command("late", NOON + 10 * SECOND, NOON + 20 * SECOND, new OverrideSet("limit", Amount.of(6)));

            assertThat(shared.snapshot(NOON + 20 * SECOND).buckets())
                    .extracting(bucket -> bucket.scopeKey() + " " + bucket.used())
                    .containsExactly("a 19", "b 1");
        }

        @Test
        void givenCallsBeyondTheHorizon_whenTheBucketWasNeverEmptySince_thenItIsStillExact() {
            TestingAccount forgetful = forgetful();
            forgetful.calls("e", 200, NOON);
            forgetful.call("f", NOON + 100 * SECOND);

            forgetful.command("late", NOON + 90 * SECOND, NOON + 100 * SECOND, new OverrideSet("limit", Amount.of(6)));

            assertThat(bucket(forgetful, NOON + 100 * SECOND).used()).isEqualTo(200 - 90 - 1 + 1);
        }

        /**
         * Where exactness ends: what was left of forgotten calls when the change took effect, if it has drained since.
         */
        @Test
        void givenCallsBeyondTheHorizon_whenTheyHaveDrainedSinceTheChange_thenTheirRestIsLeftOut() {
            TestingAccount forgetful = forgetful();
            forgetful.calls("e", 50, NOON);
            forgetful.call("f", NOON + 100 * SECOND);

            forgetful.command("late", NOON + 45 * SECOND, NOON + 100 * SECOND, new OverrideSet("limit", Amount.of(1)));

            // 5 were left at the date of the change, and 55 seconds at one a minute would have left 4.1 of them.
            assertThat(bucket(forgetful, NOON + 100 * SECOND).used()).isEqualTo(1);
        }

        @Test
        void givenBlockedForADay_whenTheMistakeOfAnHourAgoIsVoided_thenTheBlockIsLiftedAtOnce() {
            TestingAccount daily = TestingAccount.on(requests("p", 2_400, new Algorithm.LeakyBucket(DAY)));
            daily.calls("mistake", 1_000, NOON);
            daily.calls("sound", 1_500, NOON + HOUR);
            assertThat(daily.only(Kind.HARD_LIMIT_REACHED).blockedUntilMillis()).isGreaterThan(NOON + HOUR);
            daily.forget();

            for (int i = 0; i < 1_000; i++) {
                daily.command(NOON + 2 * HOUR, new Correction("mistake" + i, null));
            }

            // 100 leak in an hour: all that is left of the sound ones.
            assertThat(daily.snapshot(NOON + 2 * HOUR).buckets().getFirst().used())
                    .isEqualTo(1_400);
            assertThat(daily.limitEvents)
                    .extracting(event -> event.kind() + " " + event.cause())
                    .containsExactly("LIMIT_CLEARED CORRECTED", "LIMIT_CLEARED CORRECTED");
        }

        @Test
        void givenCallOfAnHourAgo_whenAmended_thenItsNewCostCountsInPlaceOfTheOldOne() {
            TestingAccount daily = TestingAccount.on(TestingPlans.plan(
                    "p",
                    1,
                    0,
                    List.of(TestingPlans.REQUESTS, TestingPlans.COMPLEXITY),
                    Limit.enforced("limit", "complexity", 2_400, new Algorithm.LeakyBucket(DAY))));
            for (int i = 0; i < 10; i++) {
                daily.apply(daily.request("e" + i, NOON, "/v2/mem-it", Outcome.SUCCESS, null));
            }
            daily.call("later", NOON + HOUR);
            assertThat(bucket(daily, NOON + HOUR).used()).isEqualTo(400 - 100 + 1);

            daily.command(NOON + HOUR, new Correction("e3", new Amendment("/v2/notes", null, null, null, null)));
            assertThat(bucket(daily, NOON + HOUR).used()).isEqualTo(361 - 100 + 1);
            daily.command(
                    "back",
                    NOON + HOUR,
                    NOON + HOUR,
                    new Correction("e3", new Amendment("/v2/mem-it", null, null, null, null)));

            assertThat(bucket(daily, NOON + HOUR).used()).isEqualTo(400 - 100 + 1);
            assertThat(daily.journal.getLast().lateLimits()).isEmpty();
        }

        /** Where exactness ends: too many calls to play; no more is given back than has surely not leaked. */
        @Test
        void givenMoreCallsThanArePlayed_whenOneIsCorrected_thenTheLevelIsNotTooLow() {
            account.calls("e", LeakyReplay.MAX_ENTRIES_FOR_A_CORRECTION + 1, NOON);
            long before = used(NOON + MINUTE);

            account.command(NOON + MINUTE, new Correction("e5", null));

            assertThat(used(NOON + MINUTE)).isEqualTo(before);
            account.command(NOON + MINUTE, new Correction("e10000", null));
            assertThat(used(NOON + MINUTE)).isEqualTo(before - 1);
        }

        private static TestingAccount forgetful() {
            TestingAccount account =
                    new TestingAccount(new EngineSettings(MINUTE, MINUTE, "p", 1_000), requests("p", 60, PER_MINUTE));
            account.command(0, new PlanAssigned("p", Carry.KEEP));
            return account;
        }

        /** Where exactness ends: after a plan change that does not keep usage. */
        @Test
        void givenPlanChangeThatResetUsage_whenAnotherRateBecomesKnown_thenItHoldsFromNowOn() {
            account.calls("e", 30, NOON);
            account.command(NOON + SECOND, new PlanAssigned("p", Carry.RESET));
            account.calls("f", 20, NOON + 2 * SECOND);
            account.call("g", NOON + 12 * SECOND);

            override(NOON + 2 * SECOND, NOON + 12 * SECOND, 6);

            assertThat(used(NOON + 12 * SECOND)).isEqualTo(20 - 10 + 1);
            assertThat(used(NOON + 22 * SECOND)).isEqualTo(20 - 10 + 1 - 1);
        }

        /** Where exactness ends: too many calls to play. */
        @Test
        void givenMoreCallsThanArePlayed_whenAnotherRateBecomesKnown_thenItHoldsFromNowOn() {
            account.calls("e", 30, NOON);
            account.call("f", NOON + 10 * SECOND);
            List<Integer> most = new ArrayList<>();
            EventIndex full = new EventIndex() {
                @Override
                public @Nullable JournalEntry find(String eventId, long fromMillis, long toMillis) {
                    return account.index.find(eventId, fromMillis, toMillis);
                }

                @Override
                public void put(JournalEntry entry) {
                    account.index.put(entry);
                }

                @Override
                public void remove(String eventId, long occurredAtMillis) {
                    account.index.remove(eventId, occurredAtMillis);
                }

                @Override
                public boolean scan(long fromMillis, long toMillis, int atMost, Consumer<JournalEntry> reader) {
                    most.add(atMost);
                    return account.index.scan(fromMillis, toMillis, 30, reader);
                }

                @Override
                public void expireBefore(long occurredAtMillis) {
                    account.index.expireBefore(occurredAtMillis);
                }
            };

            account.engine.apply(
                    account.state,
                    new AccountInput(
                            "late",
                            "acme",
                            NOON,
                            NOON + 10 * SECOND,
                            null,
                            null,
                            new OverrideSet("limit", Amount.of(6)),
                            account.nextPosition()),
                    account.plans,
                    full,
                    account);

            assertThat(most).containsExactly(LeakyReplay.MAX_ENTRIES);
            assertThat(used(NOON + 10 * SECOND)).isEqualTo(30 - 10 + 1);
            assertThat(used(NOON + 20 * SECOND)).isEqualTo(30 - 10 + 1 - 1);
        }

        @Test
        void givenChangeThatSetsNoRate_whenItIsDatedIntoThePast_thenNothingIsPlayed() {
            account.calls("e", 30, NOON);
            account.call("f", NOON + 10 * SECOND);
            AccountState before = account.state.copy();

            account.command("late", NOON, NOON + 10 * SECOND, new OverrideSet("limit", Amount.of(60)));

            assertThat(account.state.account().buckets().getFirst().level(NOON + 10 * SECOND))
                    .isEqualTo(before.account().buckets().getFirst().level(NOON + 10 * SECOND));
        }

        @Test
        void givenBucketThatALateCallOpens_whenTheRateHasChangedSince_thenTheCallCountsInFull() {
            account.apply(account.request("free", NOON + 20 * SECOND, "/v2/notes", Outcome.INVALID, null));
            override(NOON + 10 * SECOND, NOON + 20 * SECOND, 6);

            account.call("late", NOON + 9 * SECOND);

            assertThat(used(NOON + 20 * SECOND)).isEqualTo(1);
        }
    }

    @Nested
    class InFlight {
        private final TestingAccount account = TestingAccount.on(TestingPlans.plan(
                "p",
                1,
                0,
                List.of(TestingPlans.REQUESTS),
                new Limit(
                        "in-flight",
                        "requests",
                        Amount.of(2),
                        new Algorithm.Concurrency(30 * SECOND),
                        Scope.ACCOUNT,
                        Mode.ENFORCE,
                        List.of(),
                        0)));

        private Verdict start(String id, long time) {
            return account.apply(Requested.ended(account.request(id, time), Phase.STARTED, Outcome.SUCCESS));
        }

        @Test
        void givenAllSlotsTaken_whenOneCallEnds_thenTheBlockIsClearedAtOnce() {
            assertThat(start("a", NOON)).isEqualTo(Verdict.COUNTED);
            assertThat(start("b", NOON + 1)).isEqualTo(Verdict.COUNTED);
            assertThat(account.only(Kind.HARD_LIMIT_REACHED).blockedUntilMillis())
                    .isEqualTo(NOON + 30 * SECOND);
            account.forget();

            assertThat(account.call("a", NOON + SECOND)).isEqualTo(Verdict.COUNTED);

            assertThat(account.said).containsExactly("COUNTED a", "LIMIT_CLEARED in-flight 1 BUCKET_DRAINED");
            assertThat(account.only(Kind.LIMIT_CLEARED).provenance().sourceId()).isEqualTo("a");
        }

        @Test
        void givenEndThatNeverComes_whenTheLeaseIsOver_thenTheSlotIsFree() {
            start("a", NOON);
            start("b", NOON + 1);
            account.forget();

            account.tick(NOON + 30 * SECOND);
            assertThat(account.kinds()).containsExactly(Kind.LIMIT_CLEARED);
            assertThat(bucket(account, NOON + 30 * SECOND).used()).isEqualTo(1);

            start("c", NOON + 30 * SECOND);
            assertThat(account.kinds()).containsExactly(Kind.LIMIT_CLEARED, Kind.HARD_LIMIT_REACHED);
            assertThat(account.limitEvents.getLast().cause()).isEqualTo(Cause.USAGE);
        }

        @Test
        void givenFailedCall_whenItEnds_thenItChargesNothingAndStillFreesItsSlot() {
            start("a", NOON);

            assertThat(account.apply(account.request("a", NOON + SECOND, "/x", Outcome.SERVER_ERROR, null)))
                    .isEqualTo(Verdict.NOT_CONSUMING);

            assertThat(bucket(account, NOON + SECOND).used()).isZero();
        }

        @Test
        void givenEndBeforeItsStart_whenTheStartArrives_thenItTakesNoSlot() {
            account.call("a", NOON + SECOND);

            assertThat(start("a", NOON)).isEqualTo(Verdict.DUPLICATE);
            assertThat(bucket(account, NOON + SECOND).used()).isZero();
        }

        @Test
        void givenStartWhoseLeaseIsOver_whenItArrives_thenItIsLate() {
            account.call("now", NOON + MINUTE);

            assertThat(start("a", NOON + 30 * SECOND)).isEqualTo(Verdict.LATE);
            assertThat(start("b", NOON + 30 * SECOND + 1)).isEqualTo(Verdict.COUNTED);
        }

        @Test
        void givenFloodOfStarts_whenItGoesOn_thenTheStateStaysBounded() {
            IntStream.range(0, 5_000).forEach(i -> start("e" + i, NOON + i));

            assertThat(bucket(account, NOON + 5_000).used()).isEqualTo(1_002);
            assertThat(account.kinds()).containsExactly(Kind.HARD_LIMIT_REACHED);
        }
    }

    @Test
    void givenEachAlgorithm_whenTheStateIsReadBackAfterEveryEvent_thenEverythingIsSaidTheSame() {
        PlanVersion plan = TestingPlans.plan(
                "p",
                1,
                0,
                List.of(TestingPlans.REQUESTS),
                Limit.enforced("leaky", "requests", 20, new Algorithm.LeakyBucket(MINUTE)),
                Limit.enforced("sliding", "requests", 20, new Algorithm.SlidingWindow(MINUTE)),
                Limit.enforced("in-flight", "requests", 3, new Algorithm.Concurrency(10 * SECOND)),
                Limit.enforced("fixed", "requests", 20, TestingPlans.MINUTE));
        TestingAccount kept = TestingAccount.on(plan);
        TestingAccount restored = TestingAccount.on(plan);
        java.util.Random random = new java.util.Random(3);
        for (int i = 0; i < 2_000; i++) {
            long time = NOON + i * 1_500L - random.nextInt(30_000);
            Phase phase = random.nextInt(3) == 0 ? Phase.STARTED : Phase.COMPLETED;
            String id = "e" + (i - random.nextInt(4));
            for (TestingAccount account : List.of(kept, restored)) {
                account.send(Requested.ended(account.request(id, time), phase, Outcome.SUCCESS));
            }
            AccountState copy = AccountState.decode(restored.state.encode());
            assertThat(copy).isEqualTo(kept.state);
            restored.state = copy;
        }

        assertThat(restored.limitEvents).isEqualTo(kept.limitEvents);
        assertThat(kept.limitEvents)
                .extracting(event ->
                        java.util.Objects.requireNonNull(event.bucket()).limitId())
                .contains("leaky", "sliding", "in-flight", "fixed");
        assertThat(kept.limitEvents).extracting(LimitEvent::id).doesNotHaveDuplicates();
    }
}
