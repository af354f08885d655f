package dev.tollgate.engine;

import static dev.tollgate.engine.TestingAccount.DAY;
import static dev.tollgate.engine.TestingAccount.MINUTE;
import static dev.tollgate.engine.TestingAccount.NOON;
import static dev.tollgate.engine.TestingAccount.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.input.AccountChange.Amendment;
import dev.tollgate.engine.input.AccountChange.Carry;
import dev.tollgate.engine.input.AccountChange.Correction;
import dev.tollgate.engine.input.AccountChange.PlanAssigned;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.LimitEvent.Cause;
import dev.tollgate.engine.output.LimitEvent.Kind;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.Plans;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CorrectionTest {
    @Test
    void givenBlockedAccount_whenAnEventIsVoided_thenTheBlockIsClearedAndLinkedToTheCorrection() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.calls("e", 10, NOON);
        String blockId = account.only(Kind.HARD_LIMIT_REACHED).id();
        account.forget();

        account.command("fix", NOON + SECOND, NOON + SECOND, new Correction("e3", null));

        assertThat(account.said).containsExactly("VOIDED e3", "LIMIT_CLEARED rpm 9 CORRECTED");
        LimitEvent cleared = account.only(Kind.LIMIT_CLEARED);
        assertThat(((LimitEvent.LimitCleared) cleared).clearedEventId()).isEqualTo(blockId);
        assertThat(cleared.provenance().sourceId()).isEqualTo("fix");
        assertThat(cleared.provenance().reason()).isEqualTo("because");
        assertThat(account.journal.getFirst().costs().of("requests")).isEqualTo(1);
        assertThat(account.journal.getFirst().correctionIds()).containsExactly("fix");
    }

    @Test
    void givenBlockClearedByCorrection_whenTheLimitIsReachedAgain_thenItIsRaisedAgainUnderAnotherId() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.calls("e", 10, NOON);
        String blockId = account.only(Kind.HARD_LIMIT_REACHED).id();
        account.command(NOON + SECOND, new Correction("e3", null));
        account.forget();

        account.call("f", NOON + 2 * SECOND);

        assertThat(account.kinds()).containsExactly(Kind.HARD_LIMIT_REACHED);
        assertThat(account.only(Kind.HARD_LIMIT_REACHED).id()).isNotEqualTo(blockId);
    }

    @Test
    void givenVoidedEvent_whenVoidedOrPublishedAgain_thenNothingChanges() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.calls("e", 3, NOON);
        account.command("fix", NOON + SECOND, NOON + SECOND, new Correction("e0", null));
        AccountState before = account.state.copy();
        account.forget();

        account.command("fix", NOON + SECOND, NOON + SECOND, new Correction("e0", null));
        account.command("fix2", NOON + SECOND, NOON + SECOND, new Correction("e0", null));
        assertThat(account.said).isEmpty();

        assertThat(account.call("e0", NOON)).isEqualTo(Verdict.DUPLICATE);
        assertThat(account.state).isEqualTo(before);
    }

    @Test
    void givenEvent_whenAmendedToADearerEndpoint_thenTotalsFollowAndLimitsAreJudgedOnce() {
        TestingAccount account = TestingAccount.on(TestingPlans.mem());
        IntStream.range(0, 4)
                .forEach(i -> account.apply(account.request("m" + i, NOON + i, "/v2/mem-it", Outcome.SUCCESS, null)));
        account.call("cheap", NOON + 10);
        account.forget();

        account.command(NOON + SECOND, new Correction("cheap", new Amendment("/v2/mem-it", null, null, null, null)));

        assertThat(account.said)
                .containsExactly(
                        "VOIDED cheap",
                        "COUNTED cheap",
                        "SOFT_LIMIT_REACHED complexity-per-minute 200",
                        "HARD_LIMIT_REACHED complexity-per-minute 200");
        assertThat(account.limitEvents).extracting(LimitEvent::cause).containsOnly(Cause.CORRECTED);
        assertThat(account.journal.get(0).costs().of("complexity")).isEqualTo(1);
        assertThat(account.journal.get(1).costs().of("complexity")).isEqualTo(40);
        assertThat(account.snapshot(NOON + SECOND).buckets())
                .filteredOn(bucket -> bucket.meterId().equals("requests"))
                .extracting(AccountSnapshot.Bucket::used)
                .containsExactly(5L, 5L);
    }

    @Test
    void givenBlockedAccount_whenAmendmentKeepsTheTotal_thenNothingFlickers() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.calls("e", 10, NOON);
        account.forget();

        account.command(NOON + SECOND, new Correction("e1", new Amendment("/other", null, null, null, null)));

        assertThat(account.said).containsExactly("VOIDED e1", "COUNTED e1");
    }

    @Test
    void givenCountedEvent_whenAmendedToAFailure_thenItBecomesFree() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.calls("e", 10, NOON);
        account.forget();

        account.command(
                NOON + SECOND, new Correction("e1", new Amendment(null, Outcome.SERVER_ERROR, null, null, null)));

        assertThat(account.said).containsExactly("VOIDED e1", "NOT_CONSUMING e1", "LIMIT_CLEARED rpm 9 CORRECTED");
    }

    @Test
    void givenFreeEvent_whenAmendedToASuccess_thenItIsCounted() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.calls("e", 8, NOON);
        account.apply(account.request("failed", NOON + 9, "/x", Outcome.SERVER_ERROR, null));
        account.forget();

        account.command(
                NOON + SECOND, new Correction("failed", new Amendment(null, Outcome.SUCCESS, null, null, null)));

        assertThat(account.said).containsExactly("VOIDED failed", "COUNTED failed", "SOFT_LIMIT_REACHED rpm 9");
        assertThat(account.journal.getFirst().costs().isZero()).isTrue();
    }

    @Test
    void givenClosedMinute_whenEventIsVoided_thenOnlyTheJournalAndOpenWindowsFollow() {
        TestingAccount account = TestingAccount.on(TestingPlans.mem());
        account.calls("e", 3, NOON);
        account.call("f", NOON + 5 * MINUTE);
        account.forget();

        account.command(NOON + 5 * MINUTE, new Correction("e0", null));

        JournalEntry voided = account.journal.getFirst();
        assertThat(voided.lateLimits()).containsExactly("requests-per-minute", "complexity-per-minute");
        assertThat(account.snapshot(NOON + 5 * MINUTE).buckets())
                .filteredOn(bucket -> bucket.limitId().equals("requests-per-day"))
                .extracting(AccountSnapshot.Bucket::used)
                .containsExactly(3L);
        assertThat(account.totals).isEmpty();
    }

    @Test
    void givenLateEvent_whenAmended_thenItStaysOutOfEveryTotal() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.call("a", NOON);
        account.call("b", NOON + 2 * MINUTE);
        account.call("late", NOON + 1);
        account.forget();

        account.command(NOON + 2 * MINUTE, new Correction("late", new Amendment("/y", null, null, null, null)));

        assertThat(account.said).containsExactly("VOIDED late", "LATE late");
        assertThat(account.journal.getFirst().costs().isZero()).isTrue();
    }

    @Test
    void givenPlanChangeInBetween_whenEarlierEventIsVoided_thenLimitsThatNeverCountedItAreLeftAlone() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute(), TestingPlans.mem());
        account.calls("e", 3, NOON);
        account.command(NOON + SECOND, new PlanAssigned("mem", Carry.KEEP));
        account.calls("f", 2, NOON + 2 * SECOND);

        account.command(NOON + 3 * SECOND, new Correction("e0", null));

        assertThat(account.snapshot(NOON + 3 * SECOND).buckets())
                .extracting(AccountSnapshot.Bucket::used)
                .containsOnly(2L);
        account.call("end", NOON + 5 * MINUTE);
        assertThat(account.totals)
                .filteredOn(total -> total.limitId().equals("rpm"))
                .extracting(UsageTotal::used)
                .containsExactly(2L);
    }

    @Test
    void givenScaledPlanChange_whenUsageBeforeItIsVoided_thenTheCarriedShareFollows() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute(), TestingPlans.twentyAMinute());
        account.calls("e", 9, NOON);
        account.command(NOON + SECOND, new PlanAssigned("twenty", Carry.SCALE));
        account.calls("f", 2, NOON + 2 * SECOND);
        assertThat(account.snapshot(NOON + 3 * SECOND).buckets().getFirst().hardReached())
                .isTrue();
        account.forget();

        account.command(NOON + 3 * SECOND, new Correction("e0", null));

        assertThat(account.said).containsExactly("VOIDED e0", "LIMIT_CLEARED rpm 18 PLAN_CHANGED");
        assertThat(account.snapshot(NOON + 3 * SECOND).buckets().getFirst().used())
                .isEqualTo(18);
    }

    @Test
    void givenCorrectionsThatCanNotBeFollowed_whenTheyArrive_thenEachIsRejectedWithItsReason() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.call("old", NOON - DAY);
        account.calls("e", 3, NOON + SECOND);
        account.command(NOON + SECOND, new Correction("e0", null));
        AccountState before = account.state.copy();
        account.forget();
        Amendment none = new Amendment(null, null, null, null, null);

        account.command(NOON, new Correction("never", null));
        account.command(NOON, new Correction("x".repeat(1_000), null));
        account.command(NOON, new Correction("old", null));
        account.command(NOON, new Correction("e0", none));
        account.command(NOON, new Correction("e1", new Amendment(null, Outcome.UNKNOWN, null, null, null)));
        account.command(NOON, new Correction("e1", new Amendment("", null, null, null, null)));
        account.command(NOON, new Correction("e1", new Amendment(null, null, -1L, null, null)));

        assertThat(account.rejections)
                .containsExactly(
                        RejectionReason.UNKNOWN_EVENT,
                        RejectionReason.UNKNOWN_EVENT,
                        RejectionReason.UNKNOWN_EVENT,
                        RejectionReason.INVALID_AMENDMENT,
                        RejectionReason.INVALID_AMENDMENT,
                        RejectionReason.MISSING_ENDPOINT,
                        RejectionReason.NEGATIVE_UNITS);
        assertThat(account.state).isEqualTo(before);
    }

    @Test
    void givenAPlanThatIsGone_whenItsEventIsVoided_thenWhatWasChargedByItIsTakenBack() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.calls("e", 9, NOON);
        account.forget();
        account.plans = Plans.empty().withRetired(List.of(TestingPlans.tenAMinute()));

        account.command("fix", NOON + SECOND, NOON + SECOND, new Correction("e3", null));
        account.call("later", NOON + DAY);

        assertThat(account.rejections).isEmpty();
        assertThat(account.journal.getFirst().verdict()).isEqualTo(Verdict.VOIDED);
        assertThat(account.journal.getFirst().lateLimits()).isEmpty();
        assertThat(account.totals)
                .filteredOn(total -> total.limitId().equals("rpm"))
                .extracting(UsageTotal::used)
                .containsExactly(8L);
    }

    @Test
    void givenAVersionThatTheCatalogNeverHad_whenAnEventThatItChargedIsCorrected_thenTheCorrectionIsRejected() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.calls("e", 3, NOON);
        AccountState before = account.state.copy();
        account.plans = Plans.of(TestingPlans.twentyAMinute());

        account.command("fix", NOON + SECOND, NOON + SECOND, new Correction("e1", null));
        account.command(
                "fix2",
                NOON + SECOND,
                NOON + SECOND,
                new Correction("e1", new Amendment("/v2/mem-it", null, null, null, null)));

        assertThat(account.rejections).containsExactly(RejectionReason.UNKNOWN_PLAN, RejectionReason.UNKNOWN_PLAN);
        assertThat(account.rejectionDetails)
                .first()
                .isEqualTo("the event was charged by version 1 of plan 'ten', which the catalog has never had");
        assertThat(account.state).isEqualTo(before);
    }

    @Test
    void givenManyCorrectionsOfOneEvent_whenTheBoundIsReached_thenFurtherOnesAreRejected() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.call("e", NOON);

        for (int i = 0; i < 20; i++) {
            account.command(
                    "fix" + i, NOON, NOON, new Correction("e", new Amendment("/x" + i, null, null, null, null)));
        }

        assertThat(account.rejections).hasSize(4).containsOnly(RejectionReason.INVALID_AMENDMENT);
        assertThat(account.snapshot(NOON).buckets().getFirst().used()).isEqualTo(1);
    }
}
