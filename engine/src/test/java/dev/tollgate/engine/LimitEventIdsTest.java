package dev.tollgate.engine;

import static dev.tollgate.engine.TestingAccount.DAY;
import static dev.tollgate.engine.TestingAccount.HOUR;
import static dev.tollgate.engine.TestingAccount.MINUTE;
import static dev.tollgate.engine.TestingAccount.NOON;
import static dev.tollgate.engine.TestingAccount.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.input.AccountChange.Carry;
import dev.tollgate.engine.input.AccountChange.OverrideSet;
import dev.tollgate.engine.input.AccountChange.PlanAssigned;
import dev.tollgate.engine.input.AccountChange.Reinstated;
import dev.tollgate.engine.input.AccountChange.Suspended;
import dev.tollgate.engine.output.LimitEvent.Kind;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Plans;
import dev.tollgate.planmodel.time.WindowUnit;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What happens twice has two ids. {@link TestingAccount} rejects an event whose id was there before. */
class LimitEventIdsTest {
    private static final PlanVersion FIRST = TestingPlans.tenAMinute();

    @Test
    void givenVersionThatIsRemovedAndComesAgain_whenItIsInForceAgain_thenThatIsAnotherEvent() {
        PlanVersion second = version("ten", 2, NOON, 0);
        TestingAccount account = TestingAccount.on(FIRST);
        account.call("a", NOON + SECOND);

        account.plans = Plans.of(FIRST, second);
        account.call("b", NOON + 2 * SECOND);
        account.plans = Plans.of(FIRST);
        account.call("c", NOON + 3 * SECOND);
        account.plans = Plans.of(FIRST, second);
        account.call("d", NOON + 4 * SECOND);

        assertThat(account.limitEvents)
                .extracting(event -> event.provenance().planVersion())
                .containsExactly(2, 1, 2);
        assertThat(account.kinds()).containsOnly(Kind.PLAN_CHANGED);
    }

    @Test
    void givenPlanThatIsLeftAndComeBackTo_whenItsNextVersionIsAnnouncedAgain_thenThatIsAnotherEvent() {
        TestingAccount account = onPlansWithNotice();
        account.call("a", NOON);

        account.command(NOON + SECOND, new PlanAssigned("y", Carry.KEEP));
        account.command(NOON + 2 * SECOND, new PlanAssigned("x", Carry.KEEP));

        assertThat(account.limitEvents)
                .filteredOn(event -> event.kind() == Kind.PLAN_CHANGE_SCHEDULED)
                .extracting(event -> event.provenance().planId())
                .containsExactly("x", "y", "x");
    }

    @Test
    void givenPlanThatTheClockHasComeTo_whenStreamTimeIsStillInTheOneBefore_thenThatOnesVersionIsNotAnnouncedAgain() {
        TestingAccount account = onPlansWithNotice();
        account.call("a", NOON);
        account.command("c", NOON + 2 * HOUR, NOON, new PlanAssigned("y", Carry.KEEP));
        account.tick(NOON + 3 * HOUR);
        assertThat(account.limitEvents.getLast().provenance().planId()).isEqualTo("y");
        account.forget();

        account.call("late", NOON + HOUR + MINUTE);
        account.tick(NOON + 3 * HOUR + 1);
        account.call("on time", NOON + 4 * HOUR);

        assertThat(account.limitEvents).isEmpty();
    }

    @Test
    void givenChangeThatIsForgotten_whenAnotherCommandSaysTheSameAgain_thenThatIsAnotherEvent() {
        TestingAccount account = TestingAccount.on(FIRST);
        account.command("a", NOON, NOON, new OverrideSet("rpm", Amount.of(100)));
        account.command("b", NOON + 1, NOON + 1, new OverrideSet("rpm", Amount.of(101)));
        account.call("later", NOON + 2 * DAY);

        account.command("c", NOON, NOON + 2 * DAY, new OverrideSet("rpm", Amount.of(100)));

        assertThat(account.kinds())
                .containsExactly(Kind.OVERRIDE_CHANGED, Kind.OVERRIDE_CHANGED, Kind.OVERRIDE_CHANGED);
    }

    @Test
    void givenSuspensionThatIsOver_whenACommandReinstatesAtThatMoment_thenThatIsAnotherEvent() {
        TestingAccount account = TestingAccount.on(FIRST);
        account.command(NOON, new Suspended(NOON + MINUTE));
        account.call("a", NOON + 2 * MINUTE);

        account.command("c", NOON + MINUTE, NOON + 2 * MINUTE, new Reinstated());

        assertThat(account.kinds()).containsExactly(Kind.SUSPENDED, Kind.REINSTATED, Kind.REINSTATED);
    }

    @Test
    void givenPlansThatCountOtherwiseUnderTheSameLimitId_whenBothAreReachedInTheSameWindow_thenThoseAreTwoEvents() {
        TestingAccount account = TestingAccount.on(
                limited("a", "requests", WindowUnit.HOUR),
                limited("b", "complexity", WindowUnit.HOUR),
                limited("c", "complexity", WindowUnit.DAY));
        account.command(NOON, new PlanAssigned("a", Carry.RESET));
        account.call("a", NOON);
        account.command(NOON + MINUTE, new PlanAssigned("b", Carry.KEEP));
        account.call("b", NOON + MINUTE);
        account.command(NOON + 2 * MINUTE, new PlanAssigned("c", Carry.KEEP));
        account.call("c", NOON + 2 * MINUTE);

        assertThat(account.limitEvents)
                .filteredOn(event -> event.kind() == Kind.HARD_LIMIT_REACHED)
                .extracting(event -> event.provenance().planId())
                .containsExactly("a", "b", "c");
        assertThat(account.limitEvents)
                .filteredOn(event -> event.kind() == Kind.HARD_LIMIT_REACHED)
                .extracting(event -> Objects.requireNonNull(event.bucket()).windowStartMillis())
                .containsOnly(NOON);
    }

    private static PlanVersion limited(String planId, String meter, WindowUnit unit) {
        return TestingPlans.plan(
                planId,
                1,
                0,
                List.of(TestingPlans.REQUESTS, TestingPlans.COMPLEXITY),
                Limit.enforced("limit", meter, 1, new Algorithm.FixedWindow(unit)));
    }

    /** An account on plan x. Plans x and y have a second version in ten days, announced twenty days ahead. */
    private static TestingAccount onPlansWithNotice() {
        TestingAccount account = new TestingAccount(
                version("x", 1, 0, 0),
                version("x", 2, NOON + 10 * DAY, 20 * DAY),
                version("y", 1, 0, 0),
                version("y", 2, NOON + 10 * DAY, 20 * DAY));
        account.command("c0", 0, 0, new PlanAssigned("x", Carry.KEEP));
        return account;
    }

    private static PlanVersion version(String planId, int version, long effectiveFrom, long noticePeriod) {
        return new PlanVersion(
                planId,
                version,
                effectiveFrom,
                noticePeriod,
                planId,
                List.of(TestingPlans.REQUESTS),
                List.of(Limit.enforced("rpm", "requests", 10, TestingPlans.MINUTE)),
                List.of(),
                PlanVersion.DEFAULT_CONSUMPTION);
    }
}
