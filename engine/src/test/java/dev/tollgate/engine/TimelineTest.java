package dev.tollgate.engine;

import static dev.tollgate.engine.TestingAccount.DAY;
import static dev.tollgate.engine.TestingAccount.HOUR;
import static dev.tollgate.engine.TestingAccount.MINUTE;
import static dev.tollgate.engine.TestingAccount.NOON;
import static dev.tollgate.engine.TestingAccount.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.input.AccountChange.Carry;
import dev.tollgate.engine.input.AccountChange.ExemptionSet;
import dev.tollgate.engine.input.AccountChange.OverrideRemoved;
import dev.tollgate.engine.input.AccountChange.OverrideSet;
import dev.tollgate.engine.input.AccountChange.PlanAssigned;
import dev.tollgate.engine.input.AccountChange.Reinstated;
import dev.tollgate.engine.input.AccountChange.Suspended;
import dev.tollgate.engine.internal.timeline.Timeline;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.LimitEvent.Cause;
import dev.tollgate.engine.output.LimitEvent.Kind;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.PlanVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimelineTest {
    @Test
    void givenBlockedAccount_whenPlanIsRaisedAndUsageKept_thenBlockAndAlertAreClearedBecauseOfIt() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute(), TestingPlans.twentyAMinute());
        account.calls("e", 10, NOON);
        account.forget();

        account.command("upgrade", NOON + SECOND, NOON + SECOND, new PlanAssigned("twenty", Carry.KEEP));

        assertThat(account.said)
                .containsExactly(
                        "PLAN_CHANGED", "LIMIT_CLEARED rpm 10 PLAN_CHANGED", "LIMIT_CLEARED rpm 10 PLAN_CHANGED");
        assertThat(account.limitEvents).allSatisfy(event -> {
            assertThat(event.provenance().sourceId()).isEqualTo("upgrade");
            assertThat(event.provenance().planId()).isEqualTo("twenty");
            assertThat(event.provenance().reason()).isEqualTo("because");
            assertThat(event.provenance().actor()).isEqualTo("ops");
        });
        assertThat(account.snapshot(NOON + SECOND).buckets().getFirst().remaining())
                .isEqualTo(10);

        account.forget();
        account.calls("f", 10, NOON + 2 * SECOND);
        assertThat(account.kinds()).containsExactly(Kind.SOFT_LIMIT_REACHED, Kind.HARD_LIMIT_REACHED);
        assertThat(account.only(Kind.HARD_LIMIT_REACHED).id())
                .as("armed for the second time in this window")
                .isNotEqualTo(account.limitEvents.getFirst().id());
    }

    @Test
    void givenUsage_whenPlanIsLoweredBelowIt_thenTheNewLimitHoldsAtOnce() {
        TestingAccount account = TestingAccount.on(TestingPlans.twentyAMinute(), TestingPlans.tenAMinute());
        account.calls("e", 12, NOON);
        assertThat(account.limitEvents).isEmpty();

        account.command(NOON + SECOND, new PlanAssigned("ten", Carry.KEEP));

        assertThat(account.kinds())
                .containsExactly(Kind.PLAN_CHANGED, Kind.SOFT_LIMIT_REACHED, Kind.HARD_LIMIT_REACHED);
        assertThat(account.only(Kind.HARD_LIMIT_REACHED).cause()).isEqualTo(Cause.PLAN_CHANGED);
        assertThat(account.onlyBucket(Kind.HARD_LIMIT_REACHED).overshoot()).isEqualTo(2);
    }

    @Test
    void givenScheduledPlan_whenItsTimeComes_thenItIsAnnouncedAheadAndAppliedByEventTime() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute(), TestingPlans.twentyAMinute());
        account.call("a", NOON);

        account.command("later", NOON + HOUR, NOON, new PlanAssigned("twenty", Carry.KEEP));
        assertThat(((LimitEvent.AboutAccount) account.only(Kind.PLAN_CHANGE_SCHEDULED)).fromMillis())
                .isEqualTo(NOON + HOUR);
        account.forget();
        account.call("b", NOON + HOUR - 1);
        assertThat(account.limitEvents).isEmpty();
        account.call("c", NOON + HOUR);

        LimitEvent changed = account.only(Kind.PLAN_CHANGED);
        assertThat(changed.provenance().sourceId()).isEqualTo("later");
        assertThat(changed.provenance().planId()).isEqualTo("twenty");
        assertThat(account.journal).extracting(entry -> entry.planId()).containsExactly("ten", "twenty");
    }

    @Test
    void givenScheduledPlan_whenTickComesFirst_thenItIsSaidOnceAndStreamTimeStays() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute(), TestingPlans.twentyAMinute());
        account.calls("e", 10, NOON);
        account.command("later", NOON + SECOND, NOON, new PlanAssigned("twenty", Carry.KEEP));
        account.forget();
        assertThat(AccountingEngine.nextDeadline(account.state)).isEqualTo(NOON + SECOND);

        account.tick(NOON + SECOND);
        account.tick(NOON + SECOND);
        assertThat(account.said)
                .containsExactly(
                        "PLAN_CHANGED", "LIMIT_CLEARED rpm 10 PLAN_CHANGED", "LIMIT_CLEARED rpm 10 PLAN_CHANGED");
        assertThat(account.state.streamTimeMillis()).isEqualTo(NOON + 9);
        assertThat(account.snapshot(NOON + SECOND).planId()).isEqualTo("twenty");

        account.forget();
        account.call("f", NOON + SECOND);
        assertThat(account.said).containsExactly("COUNTED f");
    }

    @Test
    void givenEventFromBeforeTheChange_whenItArrivesAfterIt_thenItIsChargedByTheOldPlanAndJudgedByTheNew() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute(), TestingPlans.twentyAMinute());
        account.calls("e", 8, NOON);
        account.command(NOON + SECOND, new PlanAssigned("twenty", Carry.KEEP));
        account.call("f", NOON + 2 * SECOND);
        account.forget();

        account.calls("g", 5, NOON + 20);

        assertThat(account.journal).extracting(entry -> entry.planId()).containsOnly("ten");
        assertThat(account.limitEvents).isEmpty();
        assertThat(account.snapshot(NOON + 2 * SECOND).buckets().getFirst().used())
                .isEqualTo(14);
    }

    @Test
    void givenUsage_whenPlanChangesWithReset_thenTheWindowIsCutAndTheNewPartIsEmpty() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute(), TestingPlans.twentyAMinute());
        account.calls("e", 10, NOON);
        account.forget();

        account.command(NOON + SECOND, new PlanAssigned("twenty", Carry.RESET));
        account.call("f", NOON + 2 * SECOND);
        account.call("old", NOON + 20);

        assertThat(account.snapshot(NOON + 2 * SECOND).buckets())
                .extracting(AccountSnapshot.Bucket::used, AccountSnapshot.Bucket::windowStartMillis)
                .containsExactly(org.assertj.core.api.Assertions.tuple(1L, NOON + SECOND));
        account.call("end", NOON + 3 * MINUTE);
        assertThat(account.totals)
                .extracting(
                        UsageTotal::windowStartMillis,
                        UsageTotal::windowEndMillis,
                        UsageTotal::used,
                        UsageTotal::planId)
                .containsExactly(
                        org.assertj.core.api.Assertions.tuple(NOON, NOON + SECOND, 11L, "ten"),
                        org.assertj.core.api.Assertions.tuple(NOON + SECOND, NOON + MINUTE, 1L, "twenty"));
    }

    @Test
    void givenUsage_whenPlanChangesWithScale_thenTheShareIsKeptAndLateUsageStillMovesIt() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute(), TestingPlans.twentyAMinute());
        account.calls("e", 7, NOON);

        account.command(NOON + SECOND, new PlanAssigned("twenty", Carry.SCALE));
        assertThat(account.snapshot(NOON + SECOND).buckets().getFirst().used()).isEqualTo(14);

        account.call("f", NOON + 2 * SECOND);
        account.call("old", NOON + 20);
        assertThat(account.snapshot(NOON + 2 * SECOND).buckets().getFirst().used())
                .isEqualTo(17);

        account.forget();
        account.call("g", NOON + 3 * SECOND);
        assertThat(account.kinds()).containsExactly(Kind.SOFT_LIMIT_REACHED);
        account.call("end", NOON + 3 * MINUTE);
        assertThat(account.totals).extracting(UsageTotal::used).containsExactly(8L, 2L);
    }

    @Test
    void givenShareThatDoesNotDivide_whenScaled_thenItIsRoundedUp() {
        assertThat(Amount.scale(1, Amount.of(3), Amount.of(10))).isEqualTo(4);
        assertThat(Amount.scale(3, Amount.of(3), Amount.of(10))).isEqualTo(10);
        assertThat(Amount.scale(5, Amount.of(0), Amount.of(10))).isEqualTo(10);
        assertThat(Amount.scale(5, Amount.unlimited(), Amount.of(10))).isEqualTo(5);
        assertThat(Amount.scale(5, Amount.of(10), Amount.unlimited())).isEqualTo(5);
        assertThat(Amount.scale(0, Amount.of(0), Amount.of(10))).isZero();
    }

    /** Found with hostile input, seed 132: the product did not fit. */
    @Test
    void givenHugeUsageOfATinyAmount_whenScaledToAHugeAmount_thenNoMoreThanTheLargestAmountIsCarried() {
        assertThat(Amount.scale(1_000_000_000_000L, Amount.of(1), Amount.of(Amount.MAX_UNITS)))
                .isEqualTo(Amount.MAX_UNITS);
    }

    @Test
    void givenOverride_whenSetAndRemoved_thenTheAmountFollowsAndItIsSaid() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.calls("e", 10, NOON);
        account.forget();

        account.command(NOON + SECOND, new OverrideSet("rpm", Amount.of(100)));
        assertThat(account.kinds()).containsExactly(Kind.OVERRIDE_CHANGED, Kind.LIMIT_CLEARED, Kind.LIMIT_CLEARED);
        assertThat(account.limitEvents.getLast().cause()).isEqualTo(Cause.OVERRIDE_CHANGED);
        assertThat(account.snapshot(NOON + SECOND).overrides()).containsEntry("rpm", Amount.of(100));

        account.forget();
        account.command(NOON + 2 * SECOND, new OverrideRemoved("rpm"));
        assertThat(account.kinds())
                .containsExactly(Kind.OVERRIDE_CHANGED, Kind.SOFT_LIMIT_REACHED, Kind.HARD_LIMIT_REACHED);
        assertThat(account.snapshot(NOON + 2 * SECOND).overrides()).isEmpty();
    }

    @Test
    void givenExemption_whenItHolds_thenUsageIsCountedAndNothingIsRaisedUntilItEnds() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.calls("e", 10, NOON);
        account.forget();

        account.command(NOON + SECOND, new ExemptionSet(true));
        assertThat(account.said)
                .containsExactly("EXEMPTED", "LIMIT_CLEARED rpm 10 EXEMPTED", "LIMIT_CLEARED rpm 10 EXEMPTED");
        account.forget();
        account.calls("f", 10, NOON + 2 * SECOND);
        assertThat(account.limitEvents).isEmpty();
        assertThat(account.snapshot(NOON + 2 * SECOND).exempt()).isTrue();
        assertThat(account.snapshot(NOON + 2 * SECOND).buckets().getFirst().blockedUntilMillis())
                .isNull();

        account.command(NOON + 3 * SECOND, new ExemptionSet(false));
        assertThat(account.kinds())
                .containsExactly(Kind.EXEMPTION_ENDED, Kind.SOFT_LIMIT_REACHED, Kind.HARD_LIMIT_REACHED);
        assertThat(account.onlyBucket(Kind.HARD_LIMIT_REACHED).used()).isEqualTo(20);
    }

    @Test
    void givenTemporarySuspension_whenItsTimeIsOver_thenReinstatementIsSaidOnce() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.call("a", NOON);

        account.command(NOON + SECOND, new Suspended(NOON + MINUTE));
        LimitEvent suspended = account.only(Kind.SUSPENDED);
        assertThat(suspended.blockedUntilMillis()).isEqualTo(NOON + MINUTE);
        assertThat(suspended.provenance().reason()).isEqualTo("because");
        assertThat(account.snapshot(NOON + SECOND).suspended()).isTrue();
        assertThat(account.snapshot(NOON + SECOND).suspendedUntilMillis()).isEqualTo(NOON + MINUTE);
        assertThat(AccountingEngine.nextDeadline(account.state)).isEqualTo(NOON + MINUTE);

        account.tick(NOON + MINUTE);
        account.call("b", NOON + 2 * MINUTE);

        assertThat(account.only(Kind.REINSTATED).cause()).isEqualTo(Cause.TIME);
        assertThat(account.snapshot(NOON + 2 * MINUTE).suspended()).isFalse();
    }

    @Test
    void givenSuspensions_whenOneHolds_thenSnapshotsTellItsReasonAndTheStateKeepsNoOther() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.call("a", NOON);
        account.command(NOON + SECOND, new Suspended(NOON + MINUTE));
        account.state = AccountState.decode(account.state.encode());
        assertThat(account.snapshot(NOON + SECOND).suspensionReason()).isEqualTo("because");
        int suspendedBytes = account.state.encode().length;

        account.tick(NOON + MINUTE);
        int reinstatedBytes = account.state.encode().length;
        account.command(NOON + 2 * MINUTE, new Suspended(null));
        account.command(NOON + 3 * MINUTE, new Suspended(NOON + 5 * MINUTE));
        int twice = account.state.encode().length;
        account.command(NOON + 4 * MINUTE, new Reinstated());

        assertThat(account.snapshot(NOON + 4 * MINUTE).suspensionReason()).isNull();
        assertThat(reinstatedBytes).isLessThan(suspendedBytes - "because".length());
        assertThat(account.state.encode().length).isLessThan(twice - "because".length());
    }

    @Test
    void givenNoticePeriod_whenTheClockReachesIt_thenATickSaysItOnceAndEventsDoNotRepeatIt() {
        PlanVersion second = noticed(2, NOON + 10 * DAY);
        TestingAccount account = TestingAccount.on(noticed(1, 0), second);
        account.call("a", NOON);
        AccountState before = account.state.copy();

        assertThat(account.hasNotice(NOON + 3 * DAY - 1)).isFalse();
        account.tick(NOON + 3 * DAY - 1);
        assertThat(account.limitEvents).isEmpty();
        assertThat(account.hasNotice(NOON + 3 * DAY)).isTrue();
        assertThat(account.state).isEqualTo(before);
        account.tick(NOON + 3 * DAY);

        LimitEvent notice = account.only(Kind.PLAN_CHANGE_SCHEDULED);
        assertThat(notice.provenance().planVersion()).isEqualTo(2);
        assertThat(notice.provenance().eventTimeMillis()).isEqualTo(NOON + 3 * DAY);
        assertThat(((LimitEvent.AboutAccount) notice).fromMillis()).isEqualTo(NOON + 10 * DAY);
        assertThat(account.hasNotice(NOON + 4 * DAY)).isFalse();
        account.state = AccountState.decode(account.state.encode());
        account.tick(NOON + 4 * DAY);
        account.call("b", NOON + 4 * DAY);
        account.only(Kind.PLAN_CHANGE_SCHEDULED);
        TestingAccount byEvent = TestingAccount.on(noticed(1, 0), second);
        byEvent.call("a", NOON);
        byEvent.call("b", NOON + 4 * DAY);
        assertThat(byEvent.only(Kind.PLAN_CHANGE_SCHEDULED).id()).isEqualTo(notice.id());
    }

    @Test
    void givenNewerVersionAnnouncedByTheClock_whenEventTimeIsStillBehindAnOlderOne_thenThatIsNotAnnouncedAnyMore() {
        TestingAccount account =
                TestingAccount.on(noticed(1, 0), noticed(2, NOON + 10 * DAY), noticed(3, NOON + 20 * DAY));
        account.call("a", NOON);
        account.tick(NOON + 14 * DAY);
        assertThat(account.only(Kind.PLAN_CHANGE_SCHEDULED).provenance().planVersion())
                .isEqualTo(3);
        account.forget();

        account.call("caught up", NOON + 5 * DAY);
        account.call("now", NOON + 14 * DAY);

        assertThat(account.kinds()).containsExactly(Kind.PLAN_CHANGED);
    }

    @Test
    void givenAssignmentWithinANoticePeriod_whenItTakesEffect_thenTheNextVersionIsAnnouncedWithIt() {
        TestingAccount account =
                TestingAccount.on(TestingPlans.tenAMinute(), noticed(1, 0), noticed(2, NOON + 5 * DAY));
        account.call("a", NOON);

        account.command(NOON + SECOND, new PlanAssigned("five", Carry.KEEP));

        assertThat(account.kinds()).containsExactly(Kind.PLAN_CHANGED, Kind.PLAN_CHANGE_SCHEDULED);
        assertThat(account.only(Kind.PLAN_CHANGE_SCHEDULED).provenance().planVersion())
                .isEqualTo(2);
    }

    /** Five a minute, announced seven days ahead. */
    private static PlanVersion noticed(int version, long effectiveFrom) {
        return new PlanVersion(
                "five",
                version,
                effectiveFrom,
                7 * DAY,
                "Five",
                List.of(TestingPlans.REQUESTS),
                List.of(Limit.enforced("rpm", "requests", 5, TestingPlans.MINUTE)),
                List.of(),
                PlanVersion.DEFAULT_CONSUMPTION);
    }

    @Test
    void givenPermanentSuspension_whenReinstated_thenCallsInBetweenWereCounted() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.command(NOON, new Suspended(null));
        assertThat(account.only(Kind.SUSPENDED).blockedUntilMillis()).isEqualTo(Long.MAX_VALUE);
        account.call("a", NOON + 1);

        account.command(NOON + SECOND, new Reinstated());

        assertThat(account.kinds()).containsExactly(Kind.SUSPENDED, Kind.REINSTATED);
        assertThat(account.snapshot(NOON + SECOND).suspended()).isFalse();
        assertThat(account.snapshot(NOON + SECOND).buckets().getFirst().used()).isEqualTo(1);
    }

    @Test
    void givenReinstatementBeforeTheEnd_whenTheEndPasses_thenNothingIsSaid() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.command(NOON, new Suspended(NOON + MINUTE));
        account.command(NOON + SECOND, new Reinstated());
        account.forget();

        account.call("a", NOON + 2 * MINUTE);
        account.tick(NOON + 2 * MINUTE);

        assertThat(account.limitEvents).isEmpty();
    }

    @Test
    void givenCommand_whenItComesAgain_thenNothingHappens() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute(), TestingPlans.twentyAMinute());
        account.command("c", NOON, NOON, new PlanAssigned("twenty", Carry.KEEP));
        AccountState before = account.state.copy();
        account.forget();

        account.command("c", NOON, NOON, new PlanAssigned("twenty", Carry.KEEP));

        assertThat(account.said).isEmpty();
        assertThat(account.state).isEqualTo(before);
    }

    @Test
    void givenCommandsThatCanNotBeFollowed_whenTheyArrive_thenEachIsRejectedWithItsReason() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute(), TestingPlans.twentyAMinute());
        account.command(NOON, new PlanAssigned("twenty", Carry.KEEP));
        AccountState before = account.state.copy();
        account.forget();

        account.command(NOON, new PlanAssigned("ten", Carry.KEEP));
        account.command(NOON + 1, new PlanAssigned("nowhere", Carry.KEEP));
        account.command(NOON + 1, new OverrideSet("nothing", Amount.of(1)));
        account.command(NOON + 1, new OverrideRemoved("nothing"));
        account.command(NOON + 1, new Suspended(NOON + 1));
        account.command(-1, new ExemptionSet(true));
        account.command("", NOON, NOON, new ExemptionSet(true));

        assertThat(account.rejections)
                .containsExactly(
                        RejectionReason.CONFLICTING_ASSIGNMENT,
                        RejectionReason.UNKNOWN_PLAN,
                        RejectionReason.UNKNOWN_LIMIT,
                        RejectionReason.UNKNOWN_LIMIT,
                        RejectionReason.INVALID_SUSPENSION,
                        RejectionReason.INVALID_TIME,
                        RejectionReason.MISSING_EVENT_ID);
        assertThat(account.state).isEqualTo(before);
    }

    @Test
    void givenMoreChangesThanFit_whenOneMoreComes_thenItIsRejectedUntilOldOnesAreForgotten() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        for (int i = 0; i < 100; i++) {
            account.command(NOON + i, new OverrideSet("rpm", Amount.of(100 + i)));
        }
        assertThat(account.rejections)
                .hasSize(100 - Timeline.MAX_ENTRIES + 1)
                .containsOnly(RejectionReason.TOO_MANY_CHANGES);
        account.forget();

        account.call("later", NOON + 2 * DAY);
        account.command(NOON + 2 * DAY, new OverrideSet("rpm", Amount.of(7)));

        assertThat(account.rejections).isEmpty();
        assertThat(account.state.account().timeline().entries).hasSizeLessThan(5);
        assertThat(account.snapshot(NOON + 2 * DAY).overrides()).containsEntry("rpm", Amount.of(7));
    }

    @Test
    void givenNextVersionOfAPlan_whenItsNoticePeriodBegins_thenItIsAnnouncedAndThenInForce() {
        PlanVersion first = TestingPlans.tenAMinute();
        PlanVersion second = new PlanVersion(
                "ten",
                2,
                NOON + 10 * DAY,
                7 * DAY,
                "Five",
                List.of(TestingPlans.REQUESTS),
                List.of(Limit.enforced("rpm", "requests", 5, TestingPlans.MINUTE)),
                List.of(),
                PlanVersion.DEFAULT_CONSUMPTION);
        TestingAccount account = TestingAccount.on(first, second);
        account.call("a", NOON + 2 * DAY);
        assertThat(account.limitEvents).isEmpty();

        account.call("b", NOON + 3 * DAY + HOUR);
        account.call("c", NOON + 4 * DAY);
        LimitEvent scheduled = account.only(Kind.PLAN_CHANGE_SCHEDULED);
        assertThat(scheduled.provenance().planVersion()).isEqualTo(2);
        assertThat(((LimitEvent.AboutAccount) scheduled).fromMillis()).isEqualTo(NOON + 10 * DAY);

        account.forget();
        account.calls("d", 5, NOON + 10 * DAY);
        assertThat(account.kinds())
                .containsExactly(Kind.PLAN_CHANGED, Kind.SOFT_LIMIT_REACHED, Kind.HARD_LIMIT_REACHED);
        assertThat(account.journal).extracting(entry -> entry.planVersion()).containsOnly(2);
    }

    @Test
    void givenAssignmentFromThePast_whenANewerOneHolds_thenItOnlyMattersForThePast() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute(), TestingPlans.twentyAMinute());
        account.command(NOON, new PlanAssigned("twenty", Carry.KEEP));
        account.call("a", NOON + MINUTE);
        account.forget();

        account.command("past", NOON - HOUR, NOON + MINUTE, new PlanAssigned("ten", Carry.KEEP));

        assertThat(account.limitEvents).isEmpty();
        account.call("b", NOON + 30 * SECOND);
        assertThat(account.journal.getLast().planId()).isEqualTo("twenty");
    }

    @Test
    void givenAccountChangeKinds_whenEncoded_thenTheyComeBack() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute(), TestingPlans.twentyAMinute());
        account.call("a", NOON);
        List<AccountChange> changes = List.of(
                new PlanAssigned("twenty", Carry.SCALE),
                new OverrideSet("rpm", Amount.unlimited()),
                new OverrideRemoved("rpm"),
                new ExemptionSet(true),
                new Suspended(NOON + 10 * DAY),
                new Suspended(null),
                new Reinstated());
        for (int i = 0; i < changes.size(); i++) {
            account.command("c" + i, NOON + DAY + i, NOON, changes.get(i));
        }

        AccountState copy = AccountState.decode(account.state.encode());

        assertThat(copy).isEqualTo(account.state);
        assertThat(copy.account().timeline().entries)
                .extracting(entry -> entry.change)
                .containsAll(changes);
        assertThat(copy.account().timeline().entries.getLast().source()).isNotNull();
    }

    @Test
    void givenNextVersion_whenItComesIntoForceByTime_thenUsageIsJudgedByItAndTheOneAfterIsAnnounced() {
        PlanVersion first = TestingPlans.plan(
                "p", 1, 0, List.of(TestingPlans.REQUESTS), Limit.enforced("rpm", "requests", 20, TestingPlans.MINUTE));
        PlanVersion second = TestingPlans.plan(
                "p",
                2,
                NOON + 10 * SECOND,
                List.of(TestingPlans.REQUESTS),
                Limit.enforced("rpm", "requests", 5, TestingPlans.MINUTE));
        PlanVersion third = new PlanVersion(
                "p",
                3,
                NOON + 40 * SECOND,
                30 * SECOND,
                "p",
                first.meters(),
                first.limits(),
                List.of(),
                PlanVersion.DEFAULT_CONSUMPTION);
        TestingAccount account = TestingAccount.on(first, second, third);
        account.calls("e", 6, NOON);
        account.forget();

        account.apply(account.request("free", NOON + 11 * SECOND, "/x", Outcome.INVALID, null));

        assertThat(account.said)
                .containsExactly(
                        "PLAN_CHANGED",
                        "SOFT_LIMIT_REACHED rpm 6",
                        "HARD_LIMIT_REACHED rpm 6",
                        "PLAN_CHANGE_SCHEDULED",
                        "NOT_CONSUMING free");
        assertThat(account.only(Kind.HARD_LIMIT_REACHED).cause()).isEqualTo(Cause.PLAN_CHANGED);
        assertThat(account.only(Kind.HARD_LIMIT_REACHED).provenance().planVersion())
                .isEqualTo(2);
        account.forget();

        account.apply(account.request("again", NOON + 41 * SECOND, "/x", Outcome.INVALID, null));
        assertThat(account.said)
                .containsExactly(
                        "PLAN_CHANGED",
                        "LIMIT_CLEARED rpm 6 PLAN_CHANGED",
                        "LIMIT_CLEARED rpm 6 PLAN_CHANGED",
                        "NOT_CONSUMING again");
    }

    @Test
    void givenFullTimeline_whenEnoughOfItIsBeyondTheHorizon_thenTheNextChangeFindsRoom() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        for (int i = 0; i < 63; i++) {
            account.command(NOON + i * SECOND, new ExemptionSet(i % 2 == 0));
        }
        account.call("a", NOON + 63 * SECOND);
        account.call("b", NOON + DAY);
        account.forget();

        account.command(NOON + DAY, new ExemptionSet(true));
        assertThat(account.rejections).containsExactly(RejectionReason.TOO_MANY_CHANGES);
        account.forget();

        // Within the hour nothing else tidies up.
        account.call("c", NOON + DAY + 30 * SECOND);
        account.command(NOON + DAY + 30 * SECOND, new ExemptionSet(true));
        assertThat(account.rejections).isEmpty();
        assertThat(account.state.account().timeline().entries).hasSizeLessThan(64);
    }
}
