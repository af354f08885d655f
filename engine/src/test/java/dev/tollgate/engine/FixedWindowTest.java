package dev.tollgate.engine;

import static dev.tollgate.engine.TestingAccount.DAY;
import static dev.tollgate.engine.TestingAccount.HOUR;
import static dev.tollgate.engine.TestingAccount.MINUTE;
import static dev.tollgate.engine.TestingAccount.NOON;
import static dev.tollgate.engine.TestingAccount.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tollgate.engine.input.Position;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.LimitEvent.Cause;
import dev.tollgate.engine.output.LimitEvent.Kind;
import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Mode;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.Scope;
import dev.tollgate.planmodel.Threshold;
import dev.tollgate.planmodel.time.WindowUnit;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FixedWindowTest {
    @Test
    void givenNineOfTenUsed_whenNinthArrives_thenAlertIsRaisedAndNothingIsBlocked() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());

        account.calls("e", 9, NOON);

        LimitEvent soft = account.only(Kind.SOFT_LIMIT_REACHED);
        assertThat(account.kinds()).containsExactly(Kind.SOFT_LIMIT_REACHED);
        assertThat(soft.threshold()).isEqualTo(Threshold.usedPercent(90));
        assertThat(soft.provenance().sourceId()).isEqualTo("e8");
        assertThat(soft.provenance().position()).isEqualTo(new Position("tollgate.request-events", 0, 9));
        assertThat(soft.blockedUntilMillis()).isNull();
        assertThat(soft.provenance().eventTimeMillis()).isEqualTo(NOON + 8);
        assertThat(soft.cause()).isEqualTo(Cause.USAGE);
    }

    @Test
    void givenNineOfTenUsed_whenTenthArrives_thenItIsCountedAndBlocksUntilTheWindowEnds() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.calls("e", 9, NOON);
        account.forget();

        Verdict verdict = account.call("e9", NOON + 9);

        LimitEvent hard = account.only(Kind.HARD_LIMIT_REACHED);
        assertThat(verdict).isEqualTo(Verdict.COUNTED);
        assertThat(account.kinds()).containsExactly(Kind.HARD_LIMIT_REACHED);
        assertThat(hard.blockedUntilMillis()).isEqualTo(NOON + MINUTE);
        assertThat(hard.threshold()).isNull();
        assertThat(hard.bucket())
                .isEqualTo(new LimitEvent.Bucket(
                        "rpm", Mode.ENFORCE, "requests", Scope.ACCOUNT, "", NOON, NOON + MINUTE, 10, Amount.of(10), 0));
    }

    @Test
    void givenAccountAtHardLimit_whenMoreArrives_thenItIsCountedAndBlockIsNotRepeated() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());

        account.calls("e", 15, NOON);

        assertThat(account.kinds()).containsExactly(Kind.SOFT_LIMIT_REACHED, Kind.HARD_LIMIT_REACHED);
        assertThat(account.journal).allMatch(entry -> entry.verdict() == Verdict.COUNTED);
        AccountSnapshot.Bucket bucket = account.snapshot(NOON).buckets().getFirst();
        assertThat(bucket.used()).isEqualTo(15);
        assertThat(bucket.remaining()).isZero();
        assertThat(bucket.blockedUntilMillis()).isEqualTo(NOON + MINUTE);
    }

    @Test
    void givenOneEventThatCrossesBoth_whenItArrives_thenAlertIsSaidBeforeBlock() {
        TestingAccount account = TestingAccount.on(TestingPlans.mem());
        IntStream.range(0, 4)
                .forEach(i -> account.apply(account.request("m" + i, NOON + i, "/v2/mem-it", Outcome.SUCCESS, null)));
        assertThat(account.limitEvents).isEmpty();

        account.apply(account.request("m4", NOON + 4, "/v2/mem-it", Outcome.SUCCESS, null));

        assertThat(account.said)
                .containsExactly(
                        "COUNTED m0",
                        "COUNTED m1",
                        "COUNTED m2",
                        "COUNTED m3",
                        "COUNTED m4",
                        "SOFT_LIMIT_REACHED complexity-per-minute 200",
                        "HARD_LIMIT_REACHED complexity-per-minute 200");
    }

    @Test
    void givenCostThatJumpsPastTheAmount_whenItArrives_thenOvershootIsMeasured() {
        TestingAccount account = TestingAccount.on(TestingPlans.mem());
        account.calls("e", 10, NOON);

        IntStream.range(0, 5)
                .forEach(i ->
                        account.apply(account.request("m" + i, NOON + 10 + i, "/v2/mem-it", Outcome.SUCCESS, null)));

        assertThat(account.only(Kind.HARD_LIMIT_REACHED).bucket())
                .extracting(LimitEvent.Bucket::used, LimitEvent.Bucket::overshoot)
                .containsExactly(210L, 10L);
    }

    @Test
    void givenRaisedAlertAndBlock_whenStreamTimePassesTheWindow_thenBothAreClearedOnceAndRearmed() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.calls("e", 10, NOON);
        List<LimitEvent> raised = List.copyOf(account.limitEvents);
        account.forget();

        account.calls("f", 10, NOON + MINUTE);

        assertThat(account.kinds())
                .containsExactly(
                        Kind.LIMIT_CLEARED, Kind.LIMIT_CLEARED, Kind.SOFT_LIMIT_REACHED, Kind.HARD_LIMIT_REACHED);
        assertThat(account.limitEvents.subList(0, 2))
                .allSatisfy(event -> {
                    assertThat(event.cause()).isEqualTo(Cause.WINDOW_ENDED);
                    assertThat(event.provenance().eventTimeMillis()).isEqualTo(NOON + MINUTE);
                })
                .extracting(event -> ((LimitEvent.LimitCleared) event).clearedEventId())
                .containsExactly(raised.get(0).id(), raised.get(1).id());
        assertThat(account.limitEvents).extracting(LimitEvent::id).doesNotHaveDuplicates();
        assertThat(account.limitEvents)
                .extracting(LimitEvent::version)
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void givenOpenWindow_whenStreamTimeReachesEndPlusGrace_thenItIsClosedWithItsTotal() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.calls("e", 3, NOON);
        account.call("f", NOON + 2 * MINUTE - 1);
        assertThat(account.totals).isEmpty();

        account.call("g", NOON + 2 * MINUTE);

        assertThat(account.totals).hasSize(1);
        UsageTotal total = account.totals.getFirst();
        assertThat(total.closed()).isTrue();
        assertThat(total.used()).isEqualTo(3);
        assertThat(total.windowStartMillis()).isEqualTo(NOON);
        assertThat(total.windowEndMillis()).isEqualTo(NOON + MINUTE);
        assertThat(total.amount()).isEqualTo(Amount.of(10));
        assertThat(total.streamTimeMillis()).isEqualTo(NOON + 2 * MINUTE);
    }

    @Test
    void givenWindowInGrace_whenLateEventArrives_thenItIsCounted() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.call("a", NOON);
        account.call("b", NOON + 2 * MINUTE - 1);

        assertThat(account.call("c", NOON + 1)).isEqualTo(Verdict.COUNTED);

        account.call("d", NOON + 2 * MINUTE);
        assertThat(account.totals).extracting(UsageTotal::used).containsExactly(2L);
    }

    @Test
    void givenClosedWindow_whenLateEventArrives_thenItIsJournalledWithItsCostAndCountsNowhere() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.call("a", NOON);
        account.call("b", NOON + 2 * MINUTE);
        account.forget();

        assertThat(account.call("c", NOON + 1)).isEqualTo(Verdict.LATE);

        assertThat(account.journal.getFirst().lateLimits()).containsExactly("rpm");
        assertThat(account.journal.getFirst().costs().of("requests")).isEqualTo(1);
        assertThat(account.said).containsExactly("LATE c");
        assertThat(account.call("c", NOON + 1)).isEqualTo(Verdict.DUPLICATE);
    }

    @Test
    void givenMinuteClosedAndDayOpen_whenEventArrives_thenItCountsForTheDayOnly() {
        TestingAccount account = TestingAccount.on(TestingPlans.mem());
        account.call("a", NOON);
        account.call("b", NOON + 2 * MINUTE);

        Verdict verdict = account.call("c", NOON + 1);

        assertThat(verdict).isEqualTo(Verdict.COUNTED);
        assertThat(account.journal.getLast().lateLimits())
                .containsExactly("requests-per-minute", "complexity-per-minute");
        assertThat(account.snapshot(NOON + 2 * MINUTE).buckets())
                .filteredOn(bucket -> bucket.limitId().equals("requests-per-day"))
                .extracting(AccountSnapshot.Bucket::used)
                .containsExactly(3L);
    }

    @Test
    void givenWindowThatIsOverButInGrace_whenDisorderFillsIt_thenBlockIsReportedAndOverAtOnce() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.calls("a", 9, NOON);
        account.call("b", NOON + MINUTE);
        account.forget();

        account.call("c", NOON + 30 * SECOND);

        assertThat(account.said)
                .containsExactly("COUNTED c", "HARD_LIMIT_REACHED rpm 10", "LIMIT_CLEARED rpm 10 WINDOW_ENDED");
        assertThat(account.only(Kind.HARD_LIMIT_REACHED).blockedUntilMillis()).isEqualTo(NOON + MINUTE);
        assertThat(account.snapshot(NOON + MINUTE).buckets().getFirst().blockedUntilMillis())
                .isNull();
    }

    @Test
    void givenRaisedBlock_whenTickPassesTheWindow_thenItIsClearedOnceAndTheWindowStaysOpen() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.calls("e", 10, NOON);
        account.forget();
        assertThat(AccountingEngine.nextDeadline(account.state)).isEqualTo(NOON + MINUTE);

        account.tick(NOON + MINUTE - 1);
        assertThat(account.said).isEmpty();
        account.tick(NOON + MINUTE);
        account.tick(NOON + 10 * MINUTE);

        assertThat(account.said)
                .containsExactly("LIMIT_CLEARED rpm 10 WINDOW_ENDED", "LIMIT_CLEARED rpm 10 WINDOW_ENDED");
        assertThat(account.state.streamTimeMillis()).isEqualTo(NOON + 9);
        assertThat(AccountingEngine.nextDeadline(account.state)).isEqualTo(Long.MAX_VALUE);

        account.call("late", NOON + 20);
        account.call("next", NOON + 2 * MINUTE);

        assertThat(account.said.subList(2, account.said.size()))
                .containsExactly("COUNTED late", "CLOSED rpm 11", "COUNTED next");
    }

    @Test
    void givenSameHistoryWithAndWithoutTicks_whenCompared_thenVerdictsTotalsAndIdsAreTheSame() {
        TestingAccount plain = TestingAccount.on(TestingPlans.tenAMinute());
        TestingAccount ticked = TestingAccount.on(TestingPlans.tenAMinute());

        for (int i = 0; i < 60; i++) {
            plain.call("e" + i, NOON + i * 5 * SECOND);
            ticked.call("e" + i, NOON + i * 5 * SECOND);
            ticked.tick(NOON + i * 5 * SECOND + 90 * SECOND);
        }

        assertThat(ticked.journal).isEqualTo(plain.journal);
        assertThat(ticked.totals)
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("version")
                .isEqualTo(plain.totals);
        assertThat(ticked.limitEvents)
                .extracting(LimitEvent::id)
                .containsAll(plain.limitEvents.stream().map(LimitEvent::id).toList());
    }

    @Test
    void givenUnlimitedLimit_whenUsed_thenItIsCountedAndNeverRaised() {
        Limit unlimited = new Limit(
                "rpm",
                "requests",
                Amount.unlimited(),
                TestingPlans.MINUTE,
                Scope.ACCOUNT,
                Mode.ENFORCE,
                Limit.DEFAULT_THRESHOLDS,
                0);
        TestingAccount account =
                TestingAccount.on(TestingPlans.plan("free", 1, 0, List.of(TestingPlans.REQUESTS), unlimited));

        account.calls("e", 1_000, NOON);
        account.call("f", NOON + MINUTE);

        assertThat(account.limitEvents).isEmpty();
        assertThat(account.totals)
                .extracting(UsageTotal::used, UsageTotal::amount)
                .containsExactly(tuple(1_000L, Amount.unlimited()));
    }

    @Test
    void givenAmountOfZero_whenFirstCallArrives_thenItBlocks() {
        TestingAccount account = TestingAccount.on(TestingPlans.plan(
                "zero",
                1,
                0,
                List.of(TestingPlans.REQUESTS),
                Limit.enforced("rpm", "requests", 0, TestingPlans.MINUTE)));

        account.call("e", NOON);

        assertThat(account.onlyBucket(Kind.HARD_LIMIT_REACHED).overshoot()).isEqualTo(1);
    }

    @Test
    void givenAdvisoryLimit_whenReached_thenItAdvisesAndBlocksNobody() {
        Limit advice = new Limit(
                "qps",
                "requests",
                Amount.of(2),
                new Algorithm.FixedWindow(WindowUnit.SECOND),
                Scope.ACCOUNT,
                Mode.ADVISORY,
                List.of(),
                0);
        TestingAccount account =
                TestingAccount.on(TestingPlans.plan("advice", 1, 0, List.of(TestingPlans.REQUESTS), advice));

        account.calls("e", 3, NOON);

        LimitEvent advised = account.only(Kind.ADVISORY_LIMIT_REACHED);
        assertThat(advised.blockedUntilMillis()).isNull();
        assertThat(account.snapshot(NOON).buckets().getFirst().blockedUntilMillis())
                .isNull();
    }

    @Test
    void givenSeveralThresholds_whenCrossed_thenEachIsSaidOnceLowestFirst() {
        Limit limit = new Limit(
                "rpm",
                "requests",
                Amount.of(10),
                TestingPlans.MINUTE,
                Scope.ACCOUNT,
                Mode.ENFORCE,
                List.of(Threshold.usedPercent(90), Threshold.usedPercent(50), Threshold.remainingBelowPercent(20)),
                0);
        TestingAccount account =
                TestingAccount.on(TestingPlans.plan("many", 1, 0, List.of(TestingPlans.REQUESTS), limit));

        account.calls("e", 10, NOON);

        assertThat(account.limitEvents)
                .extracting(event -> Threshold.describe(event.threshold()) + " by "
                        + event.provenance().sourceId())
                .containsExactly(
                        "50 % used by e4", "less than 20 % remaining by e8", "90 % used by e8", "100 % used by e9");
    }

    @Test
    void givenProjectScope_whenOneProjectIsFull_thenOnlyItIsBlocked() {
        Limit perProject = new Limit(
                "rpm", "requests", Amount.of(2), TestingPlans.MINUTE, Scope.PROJECT, Mode.ENFORCE, List.of(), 0);
        TestingAccount account =
                TestingAccount.on(TestingPlans.plan("projects", 1, 0, List.of(TestingPlans.REQUESTS), perProject));

        account.apply(Requested.by(account.request("a", NOON), "red", "k1"));
        account.apply(Requested.by(account.request("b", NOON), "blue", "k1"));
        account.apply(Requested.by(account.request("c", NOON), "red", "k2"));

        assertThat(account.onlyBucket(Kind.HARD_LIMIT_REACHED).scopeKey()).isEqualTo("red");
        assertThat(account.snapshot(NOON).buckets())
                .extracting(AccountSnapshot.Bucket::scopeKey, AccountSnapshot.Bucket::used)
                .containsExactly(tuple("blue", 1L), tuple("red", 2L));
    }

    @Test
    void givenMoreKeysThanALimitTellsApart_whenTheyCall_thenTheRestSharesOneBucket() {
        Limit perKey = new Limit(
                "rpm", "requests", Amount.of(100), TestingPlans.MINUTE, Scope.API_KEY, Mode.ENFORCE, List.of(), 0);
        TestingAccount account = new TestingAccount(
                new EngineSettings(60_000, DAY, "keys", 3),
                TestingPlans.plan("keys", 1, 0, List.of(TestingPlans.REQUESTS), perKey));

        IntStream.range(0, 10)
                .forEach(i -> account.apply(Requested.by(account.request("e" + i, NOON + i), "p", "key-" + i % 5)));

        assertThat(account.snapshot(NOON).buckets())
                .extracting(AccountSnapshot.Bucket::scopeKey, AccountSnapshot.Bucket::used)
                .containsExactly(tuple("*", 4L), tuple("key-0", 2L), tuple("key-1", 2L), tuple("key-2", 2L));
    }

    @Test
    void givenMonthWindow_whenMonthsDiffer_thenWindowsFollowTheCalendar() {
        Limit monthly = Limit.enforced("monthly", "requests", 10, new Algorithm.FixedWindow(WindowUnit.MONTH));
        TestingAccount account =
                TestingAccount.on(TestingPlans.plan("m", 1, 0, List.of(TestingPlans.REQUESTS), monthly));

        account.call("feb", Instant.parse("2028-02-29T23:59:59.999Z").toEpochMilli());
        account.call("mar", Instant.parse("2028-03-01T00:01:00Z").toEpochMilli());

        UsageTotal february = account.totals.getFirst();
        assertThat(Instant.ofEpochMilli(february.windowStartMillis())).isEqualTo("2028-02-01T00:00:00Z");
        assertThat(Instant.ofEpochMilli(february.windowEndMillis())).isEqualTo("2028-03-01T00:00:00Z");
        assertThat(february.used()).isEqualTo(1);
    }

    @Test
    void givenMostConstrainedBuckets_whenShown_thenSmallestRemainingShareWinsAndTiesGoToTheLonger() {
        TestingAccount account = TestingAccount.on(TestingPlans.mem());
        assertThat(account.snapshot(NOON).mostConstrained())
                .containsEntry("requests", "requests-per-day")
                .containsEntry("complexity", "complexity-per-day");

        account.call("e", NOON);

        assertThat(account.snapshot(NOON).mostConstrained())
                .containsEntry("requests", "requests-per-minute")
                .containsEntry("complexity", "complexity-per-minute");
    }

    @Test
    void givenLongSilence_whenNextEventComes_thenEachWindowIsClosedInOrder() {
        TestingAccount account = TestingAccount.on(TestingPlans.mem());
        account.calls("e", 100, NOON);
        account.forget();

        account.call("f", NOON + 2 * DAY);

        assertThat(account.said)
                .containsExactly(
                        "LIMIT_CLEARED requests-per-minute 100 WINDOW_ENDED",
                        "LIMIT_CLEARED requests-per-minute 100 WINDOW_ENDED",
                        "CLOSED complexity-per-minute 100",
                        "CLOSED requests-per-minute 100",
                        "CLOSED complexity-per-day 100",
                        "CLOSED requests-per-day 100",
                        "COUNTED f");
        assertThat(account.totals.getFirst().streamTimeMillis()).isEqualTo(NOON + 2 * MINUTE);
        assertThat(account.totals.getLast().streamTimeMillis()).isEqualTo(NOON + 12 * HOUR + MINUTE);
    }

    @Test
    void givenOpenWindows_whenOpenTotalsAreAskedFor_thenTheyAreSaidAndNothingChanges() {
        TestingAccount account = TestingAccount.on(TestingPlans.mem());
        account.calls("e", 3, NOON);
        account.forget();
        byte[] before = account.state.encode();

        account.engine.openTotals(account.state, account.plans, account);

        assertThat(account.said)
                .containsExactly(
                        "OPEN complexity-per-day 3",
                        "OPEN complexity-per-minute 3",
                        "OPEN requests-per-day 3",
                        "OPEN requests-per-minute 3");
        assertThat(account.state.encode()).isEqualTo(before);
    }
}
