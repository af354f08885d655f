package dev.tollgate.engine;

import static dev.tollgate.engine.TestingAccount.DAY;
import static dev.tollgate.engine.TestingAccount.HOUR;
import static dev.tollgate.engine.TestingAccount.MINUTE;
import static dev.tollgate.engine.TestingAccount.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.internal.rule.CompiledPlan;
import dev.tollgate.engine.output.Costs;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Meter;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.pricing.Cost;
import dev.tollgate.planmodel.pricing.CostTable;
import dev.tollgate.planmodel.pricing.EndpointPattern;
import dev.tollgate.planmodel.pricing.PerCallCap;
import dev.tollgate.planmodel.pricing.PerCallCap.Dimension;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class VerdictTest {
    @Test
    void givenSeenEvent_whenItComesAgain_thenItIsADuplicateAndTheStateIsAsBefore() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.call("e", NOON);
        AccountState before = account.state.copy();

        assertThat(account.call("e", NOON)).isEqualTo(Verdict.DUPLICATE);
        assertThat(account.call("e", NOON + HOUR)).isEqualTo(Verdict.DUPLICATE);

        assertThat(account.state).isEqualTo(before);
        assertThat(account.journal.getLast().costs()).isEqualTo(Costs.none());
    }

    @Test
    void givenSeenEvent_whenItComesAgainAtTheEdgeOfTheHorizon_thenOnlyBeyondItIsNewOrLate() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.call("e", NOON);

        assertThat(account.call("e", NOON + DAY)).isEqualTo(Verdict.DUPLICATE);
        assertThat(account.call("e", NOON + DAY + 1)).isEqualTo(Verdict.COUNTED);
        assertThat(account.call("old", NOON)).isEqualTo(Verdict.LATE);
        assertThat(account.call("old", NOON + 1)).isEqualTo(Verdict.LATE);
        assertThat(account.call("old", NOON + 1)).isEqualTo(Verdict.DUPLICATE);
        assertThat(account.call("old", NOON)).isEqualTo(Verdict.LATE);
    }

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"AUTH_FAILED", "INVALID", "LIMITED", "SERVER_ERROR"})
    void givenDefaultConsumption_whenCallFailed_thenItIsFreeAndRemembered(Outcome outcome) {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        RequestInput failed = account.request("e", NOON, "/v2/notes", outcome, null);

        assertThat(account.apply(failed)).isEqualTo(Verdict.NOT_CONSUMING);

        assertThat(account.journal.getFirst().costs()).isEqualTo(Costs.none());
        assertThat(account.snapshot(NOON).buckets().getFirst().used()).isZero();
        assertThat(account.state.streamTimeMillis()).isEqualTo(NOON);
        assertThat(account.call("e", NOON)).isEqualTo(Verdict.DUPLICATE);
    }

    @Test
    void givenPlanThatChargesServerErrors_whenOneHappens_thenItIsCounted() {
        PlanVersion plan = new PlanVersion(
                "strict",
                1,
                0,
                0,
                "Strict",
                List.of(TestingPlans.REQUESTS),
                List.of(),
                List.of(),
                Set.of(Outcome.SUCCESS, Outcome.SERVER_ERROR));
        TestingAccount account = TestingAccount.on(plan);

        assertThat(account.apply(account.request("e", NOON, "/v2/notes", Outcome.SERVER_ERROR, null)))
                .isEqualTo(Verdict.COUNTED);
    }

    @Test
    void givenNoAssignment_whenCallArrives_thenItIsCountedOnTheBuiltInPlan() {
        TestingAccount account = new TestingAccount(TestingPlans.tenAMinute());

        assertThat(account.call("e", NOON)).isEqualTo(Verdict.COUNTED);

        assertThat(account.journal.getFirst().planId()).isEqualTo("none");
        assertThat(account.journal.getFirst().planVersion()).isZero();
        assertThat(account.journal.getFirst().costs().of("requests")).isEqualTo(1);
        assertThat(account.limitEvents).isEmpty();
    }

    @Test
    void givenDefaultPlan_whenUnassignedAccountCalls_thenItIsJudgedByIt() {
        TestingAccount account =
                new TestingAccount(new EngineSettings(60_000, DAY, "ten", 10), TestingPlans.tenAMinute());

        account.calls("e", 10, NOON);

        assertThat(account.limitEvents).hasSize(2);
        assertThat(account.journal.getFirst().planId()).isEqualTo("ten");
    }

    @Test
    void givenFreeEndpoint_whenCalled_thenItIsCountedAtNoCost() {
        Meter meter = new Meter(
                "credits",
                "credit",
                new CostTable(
                        Cost.flat(5), List.of(new CostTable.Entry(EndpointPattern.of("GET /health"), Cost.flat(0)))));
        TestingAccount account = TestingAccount.on(TestingPlans.plan(
                "p", 1, 0, List.of(meter), Limit.enforced("cpm", "credits", 10, TestingPlans.MINUTE)));

        assertThat(account.apply(account.request("e", NOON, "GET /health", Outcome.SUCCESS, null)))
                .isEqualTo(Verdict.COUNTED);
        assertThat(account.journal.getFirst().costs().isZero()).isTrue();
        assertThat(account.state.encode().length).isLessThan(60);
    }

    @Test
    void givenCostPerUnit_whenImported_thenStartedUnitsAreCharged() {
        Meter meter = new Meter(
                "credits",
                "credit",
                new CostTable(
                        Cost.flat(1),
                        List.of(new CostTable.Entry(
                                EndpointPattern.of("POST /api/knowledge-bases/:id/import"), new Cost(5, 1, 10)))));
        TestingAccount account = TestingAccount.on(TestingPlans.plan("p", 1, 0, List.of(meter)));
        String endpoint = "POST /api/knowledge-bases/42/import";

        account.apply(account.request("none", NOON, endpoint, Outcome.SUCCESS, null));
        account.apply(account.request("zero", NOON, endpoint, Outcome.SUCCESS, 0L));
        account.apply(account.request("ten", NOON, endpoint, Outcome.SUCCESS, 10L));
        account.apply(account.request("eleven", NOON, endpoint, Outcome.SUCCESS, 11L));

        assertThat(account.journal)
                .extracting(entry -> entry.costs().of("credits"))
                .containsExactly(6L, 5L, 6L, 7L);
    }

    @Test
    void givenPerCallCaps_whenCallIsLarger_thenItChargesNothing() {
        PlanVersion plan = new PlanVersion(
                "memos",
                1,
                0,
                0,
                "MemOS",
                List.of(TestingPlans.REQUESTS),
                List.of(Limit.enforced("rpm", "requests", 10, TestingPlans.MINUTE)),
                List.of(
                        new PerCallCap(EndpointPattern.of("searchMemory"), Dimension.INPUT_TOKENS, 4_000),
                        new PerCallCap(EndpointPattern.of("searchMemory"), Dimension.OUTPUT_ITEMS, 25)),
                PlanVersion.DEFAULT_CONSUMPTION);
        TestingAccount account = TestingAccount.on(plan);
        RequestInput search = account.request("a", NOON, "searchMemory", Outcome.SUCCESS, null);
        RequestInput other = account.request("d", NOON, "addMessage", Outcome.SUCCESS, null);

        assertThat(account.apply(Requested.sized(search, null, 4_000L, 25L))).isEqualTo(Verdict.COUNTED);
        assertThat(account.apply(Requested.sized(
                        account.request("b", NOON, "searchMemory", Outcome.SUCCESS, null), null, 4_001L, 1L)))
                .isEqualTo(Verdict.OVER_CALL_LIMIT);
        assertThat(account.apply(Requested.sized(
                        account.request("c", NOON, "searchMemory", Outcome.SUCCESS, null), null, 1L, 26L)))
                .isEqualTo(Verdict.OVER_CALL_LIMIT);
        assertThat(account.apply(Requested.sized(other, null, 9_999L, 99L))).isEqualTo(Verdict.COUNTED);
        assertThat(account.snapshot(NOON).buckets().getFirst().used()).isEqualTo(2);
    }

    @Test
    void givenStartOfACall_whenItsEndArrives_thenOnlyTheEndIsCharged() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        RequestInput start = Requested.ended(account.request("e", NOON), Phase.STARTED, Outcome.SUCCESS);

        assertThat(account.apply(start)).isEqualTo(Verdict.NOT_CONSUMING);
        assertThat(account.apply(start)).isEqualTo(Verdict.DUPLICATE);
        assertThat(account.call("e", NOON + MINUTE)).isEqualTo(Verdict.COUNTED);
        assertThat(account.call("e", NOON + MINUTE)).isEqualTo(Verdict.DUPLICATE);
        assertThat(account.apply(start)).isEqualTo(Verdict.DUPLICATE);
        assertThat(account.index.size()).isEqualTo(1);
    }

    @Test
    void givenEventAheadOfItsAppendTime_whenItArrives_thenOnlyBeyondTheSkewIsRejected() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.call("first", NOON);
        AccountState before = account.state.copy();

        account.send(Requested.appendedAt(account.request("ahead", NOON + MINUTE + 1), NOON));
        assertThat(account.rejections).containsExactly(RejectionReason.FUTURE_EVENT);
        assertThat(account.rejectionDetails.getFirst())
                .contains("60000 ms")
                .contains(Instant.ofEpochMilli(NOON).toString())
                .contains(Instant.ofEpochMilli(NOON + MINUTE + 1).toString());
        assertThat(account.state).isEqualTo(before);

        assertThat(account.apply(Requested.appendedAt(account.request("edge", NOON + MINUTE), NOON)))
                .isEqualTo(Verdict.COUNTED);
    }

    static Stream<Arguments> impossibleEvents() {
        TestingAccount account = new TestingAccount();
        RequestInput sound = account.request("e", NOON);
        return Stream.of(
                Arguments.of(RejectionReason.MISSING_EVENT_ID, Requested.named(sound, null, "acme", "/x")),
                Arguments.of(RejectionReason.MISSING_EVENT_ID, Requested.named(sound, " ", "acme", "/x")),
                Arguments.of(RejectionReason.MISSING_ACCOUNT_ID, Requested.named(sound, "e", null, "/x")),
                Arguments.of(RejectionReason.MISSING_ACCOUNT_ID, Requested.named(sound, "e", "", "/x")),
                Arguments.of(RejectionReason.MISSING_ENDPOINT, Requested.named(sound, "e", "acme", null)),
                Arguments.of(RejectionReason.MISSING_ENDPOINT, Requested.named(sound, "e", "acme", "")),
                Arguments.of(RejectionReason.FIELD_TOO_LONG, Requested.named(sound, "e".repeat(129), "acme", "/x")),
                Arguments.of(RejectionReason.FIELD_TOO_LONG, Requested.named(sound, "e", "acme", "/".repeat(513))),
                Arguments.of(RejectionReason.FIELD_TOO_LONG, Requested.by(sound, "p".repeat(129), null)),
                Arguments.of(RejectionReason.FIELD_TOO_LONG, Requested.by(sound, null, "k".repeat(129))),
                Arguments.of(RejectionReason.INVALID_TIME, account.request("e", -1)),
                Arguments.of(RejectionReason.INVALID_TIME, account.request("e", Long.MIN_VALUE)),
                Arguments.of(RejectionReason.INVALID_TIME, account.request("e", Long.MAX_VALUE)),
                Arguments.of(RejectionReason.FUTURE_EVENT, Requested.appendedAt(sound, Long.MIN_VALUE)),
                Arguments.of(RejectionReason.UNKNOWN_PHASE, Requested.ended(sound, Phase.UNKNOWN, Outcome.SUCCESS)),
                Arguments.of(RejectionReason.UNKNOWN_OUTCOME, Requested.ended(sound, Phase.COMPLETED, Outcome.UNKNOWN)),
                Arguments.of(RejectionReason.NEGATIVE_UNITS, Requested.sized(sound, -1L, null, null)),
                Arguments.of(RejectionReason.NEGATIVE_UNITS, Requested.sized(sound, null, -1L, null)),
                Arguments.of(RejectionReason.NEGATIVE_UNITS, Requested.sized(sound, null, null, -1L)));
    }

    @ParameterizedTest
    @MethodSource("impossibleEvents")
    void givenImpossibleEvent_whenItArrives_thenItIsRejectedWithItsReasonAndNothingElse(
            RejectionReason reason, RequestInput event) {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.calls("before", 10, NOON - 5 * MINUTE);
        AccountState before = account.state.copy();
        account.forget();

        account.send(event);

        assertThat(account.said).containsExactly("REJECTED " + reason);
        assertThat(account.rejectionDetails.getFirst()).isNotBlank();
        assertThat(account.state).isEqualTo(before);
    }

    @Test
    void givenHugeUnits_whenSumsCouldOverflow_thenTheEventIsRejected() {
        Meter meter = new Meter("chunks", "chunk", new CostTable(new Cost(0, 1_000, 1), List.of()));
        TestingAccount account = TestingAccount.on(
                TestingPlans.plan("p", 1, 0, List.of(meter), Limit.enforced("cpm", "chunks", 10, TestingPlans.MINUTE)));

        account.send(account.request("a", NOON, "/import", Outcome.SUCCESS, Long.MAX_VALUE));
        account.send(account.request("b", NOON, "/import", Outcome.SUCCESS, 1_000_000_001L));

        assertThat(account.rejections)
                .containsExactly(RejectionReason.ARITHMETIC_OVERFLOW, RejectionReason.ARITHMETIC_OVERFLOW);
        assertThat(account.apply(account.request("c", NOON, "/import", Outcome.SUCCESS, 1_000_000_000L)))
                .isEqualTo(Verdict.COUNTED);
    }

    @Test
    void givenEventOfAnotherAccount_whenGivenToAState_thenThatIsABugOfTheCaller() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());

        assertThatThrownBy(() -> account.send(Requested.named(account.request("e", NOON), "e", "other", "/x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("other")
                .hasMessageContaining("acme");
    }

    @Test
    void givenMoreEndpointsThanAreRemembered_whenCalled_thenCostsAreStillRight() {
        TestingAccount account = TestingAccount.on(TestingPlans.mem());
        for (int i = 0; i < CompiledPlan.MAX_REMEMBERED_ENDPOINTS + 10; i++) {
            account.apply(account.request("e" + i, NOON + i, "/made/up/" + i, Outcome.SUCCESS, null));
        }

        account.apply(account.request("m", NOON + MINUTE, "/v2/mem-it", Outcome.SUCCESS, null));

        assertThat(account.journal.getLast().costs().of("complexity")).isEqualTo(40);
    }

    @Test
    void givenUnrecognizedCommand_whenItArrives_thenItIsRejected() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());

        account.command(NOON, new AccountChange.Unrecognized("FROZEN"));

        assertThat(account.rejections).containsExactly(RejectionReason.UNKNOWN_COMMAND);
    }
}
