package dev.tollgate.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.gate.internal.account.AccountRegistry;
import dev.tollgate.gate.internal.account.GateAccount;
import dev.tollgate.gate.internal.account.IntakeCounts;
import dev.tollgate.planmodel.PlanHistory.ChangedVersionException;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Dimension;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.WindowUnit;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class GateTest {
    private static final String ORDINARY = "/v2/notes";
    private static final String MEM_IT = "POST /v2/mem-it";

    private final TestingGate testing = new TestingGate();
    private final Gate gate = testing.gate;

    private void onMem(long version, long requestsMinute, long complexityMinute) {
        gate.apply(TestingPlan.mem(Algorithm.FIXED_WINDOW));
        gate.apply(TestingState.at(version, testing.now())
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, 100L, requestsMinute)
                .window("requests-per-day", "requests", WindowUnit.DAY, 4_000L, requestsMinute)
                .window("complexity-per-minute", "complexity", WindowUnit.MINUTE, 200L, complexityMinute)
                .window("complexity-per-day", "complexity", WindowUnit.DAY, 8_000L, complexityMinute)
                .build());
    }

    @Test
    void givenComplexityOf35Left_whenCallsCost40And1_thenOnlyTheSmallOneGoesAhead() {
        onMem(1, 5, 165);

        Decision large = gate.check("acme", MEM_IT);
        Decision small = gate.check("acme", ORDINARY);

        assertThat(large.allowed()).isFalse();
        assertThat(large.reason()).isEqualTo(Reason.RATE_LIMITED);
        assertThat(large.limitId()).isEqualTo("complexity-per-minute");
        assertThat(large.status()).isEqualTo(429);
        assertThat(large.retryAfterSeconds()).isEqualTo(50);
        assertThat(small.allowed()).isTrue();
    }

    @Test
    void givenEmptyMinute_whenMemItIsCalled_thenFivePassAndTheSixthDoesNot() {
        onMem(1, 0, 0);

        assertThat(testing.allowedOf(10, MEM_IT)).isEqualTo(5);
        assertThat(gate.check("acme", ORDINARY).allowed()).isFalse();
    }

    @Test
    void givenDeniedCall_whenSmallerOnesFollow_thenTheDeniedOneHasTakenNothingOfTheOtherLimits() {
        onMem(1, 97, 199);

        assertThat(gate.check("acme", MEM_IT).allowed()).isFalse();
        assertThat(gate.check("acme", ORDINARY).allowed()).isTrue();
        assertThat(gate.check("acme", ORDINARY).limitId()).isEqualTo("complexity-per-minute");
        assertThat(gate.check("acme", ORDINARY).headers()).containsEntry("X-RateLimit-Remaining", "2");
    }

    @Test
    void givenBlock_whenItsWindowEndsByTheGatesClock_thenCallsGoAheadWithoutNews() {
        onMem(1, 100, 100);
        assertThat(gate.check("acme", ORDINARY).limitId()).isEqualTo("requests-per-minute");

        testing.passMillis(49_999);
        assertThat(gate.check("acme", ORDINARY).retryAfterSeconds()).isEqualTo(1);
        testing.passMillis(1);

        assertThat(testing.allowedOf(200, ORDINARY)).isEqualTo(100);
    }

    @Test
    void givenTwoReachedLimits_whenDenied_thenTheOneThatHoldsLongestIsNamed() {
        gate.apply(TestingPlan.mem(Algorithm.FIXED_WINDOW));
        gate.apply(TestingState.at(1, testing.now())
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, 100L, 100)
                .window("requests-per-day", "requests", WindowUnit.DAY, 4_000L, 4_000)
                .build());

        Decision decision = gate.check("acme", ORDINARY);

        assertThat(decision.limitId()).isEqualTo("requests-per-day");
        assertThat(decision.retryAfterSeconds()).isEqualTo(11 * 3_600 + 29 * 60 + 50);
    }

    @Test
    void givenVersionThatIsNotWhatItWas_whenItsRecordIsRead_thenTheGateKeepsTheOneThatTheAccountingRoleKeeps() {
        onMem(1, 98, 100);
        Plan dearer = TestingPlan.named("mem")
                .meter("requests", 5)
                .limit("requests-per-minute", "requests", 100L, Algorithm.FIXED_WINDOW, WindowUnit.MINUTE)
                .build();

        assertThatThrownBy(() -> gate.apply(dearer))
                .isInstanceOf(ChangedVersionException.class)
                .hasMessageContaining("version 1 was published with other content");

        assertThat(gate.check("acme", ORDINARY).allowed()).isTrue();
        assertThat(gate.check("acme", ORDINARY).allowed()).isTrue();
        assertThat(gate.check("acme", ORDINARY).allowed()).isFalse();
    }

    @Test
    void givenMonthLimit_whenTheMonthEnds_thenTheNextOneHasItsOwnLength() {
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit("requests-per-month", "requests", 3L, Algorithm.FIXED_WINDOW, WindowUnit.MONTH)
                .build());
        gate.apply(TestingState.at(1, testing.now())
                .window("requests-per-month", "requests", WindowUnit.MONTH, 3L, 3)
                .build());
        assertThat(gate.check("acme", ORDINARY).allowed()).isFalse();

        testing.clock.set(Instant.parse("2026-04-01T00:00:00Z").toEpochMilli());

        assertThat(testing.allowedOf(9, ORDINARY)).isEqualTo(3);
        assertThat(gate.check("acme", ORDINARY).retryAfterSeconds()).isEqualTo(30L * 86_400);
    }

    @Test
    void givenPerCallCaps_whenCallIsLarger_thenItIsDeniedAndCountsNowhere() {
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit("requests-per-minute", "requests", 1L, Algorithm.FIXED_WINDOW, WindowUnit.MINUTE)
                .cap("addMessage", Dimension.INPUT_TOKENS, 8_000)
                .cap("*", Dimension.OUTPUT_ITEMS, 50)
                .cap("add*", Dimension.UNITS, 1)
                .build());
        gate.apply(TestingState.at(1, testing.now()).build());
        Call call = Call.of("acme", "addMessage");

        Decision tokens = gate.check(call.withInputTokens(8_001));
        Decision items = gate.check(call.withOutputItems(51));

        assertThat(tokens.reason()).isEqualTo(Reason.OVER_CALL_LIMIT);
        assertThat(tokens.status()).isEqualTo(422);
        assertThat(tokens.retryAfterSeconds()).isZero();
        assertThat(tokens.detail()).contains("8000 input tokens");
        assertThat(items.reason()).isEqualTo(Reason.OVER_CALL_LIMIT);
        assertThat(gate.check(call.withInputTokens(8_000).withOutputItems(50)).allowed())
                .isTrue();
        assertThat(gate.check(call).reason()).isEqualTo(Reason.RATE_LIMITED);
    }

    @Test
    void givenCostPerUnit_whenUnitsAreTold_thenStartedUnitSizesCount() {
        gate.apply(TestingPlan.named("mem")
                .meterPerUnit("credits", "POST /import", 5, 1, 10)
                .limit("credits-per-minute", "credits", 12L, Algorithm.FIXED_WINDOW, WindowUnit.MINUTE)
                .build());
        gate.apply(TestingState.at(1, testing.now()).build());

        assertThat(gate.check("acme", null, null, "POST /import", 71).allowed()).isFalse();
        assertThat(gate.check("acme", null, null, "POST /import", 11).allowed()).isTrue();
        assertThat(gate.check("acme", null, null, "POST /import", 1).allowed()).isFalse();
        assertThat(gate.check("acme", null, null, "POST /import", 0).allowed()).isTrue();
    }

    @Test
    void givenSuspension_whenItEnds_thenCallsGoAhead() {
        onMem(1, 0, 0);
        gate.apply(TestingState.at(2, testing.now())
                .suspended(TestingGate.START.plusSeconds(90), "scraping")
                .build());

        Decision temporary = gate.check("acme", ORDINARY);
        testing.passMillis(90_000);

        assertThat(temporary.reason()).isEqualTo(Reason.SUSPENDED);
        assertThat(temporary.status()).isEqualTo(429);
        assertThat(temporary.retryAfterSeconds()).isEqualTo(90);
        assertThat(temporary.detail()).contains("scraping");
        assertThat(gate.check("acme", ORDINARY).allowed()).isTrue();
    }

    @Test
    void givenSuspensionWithoutEnd_whenCalled_thenForbiddenAndWaitingDoesNotHelp() {
        gate.apply(TestingState.at(1, testing.now())
                .suspended(null, "unpaid")
                .exempt()
                .build());

        Decision decision = gate.check("acme", ORDINARY);

        assertThat(decision.status()).isEqualTo(403);
        assertThat(decision.retryAfterSeconds()).isZero();
        assertThat(decision.headers()).doesNotContainKey("Retry-After");
    }

    @Test
    void givenExemptAccount_whenAmountIsReached_thenCallsGoAhead() {
        gate.apply(TestingPlan.perMinute(1));
        gate.apply(TestingState.at(1, testing.now())
                .exempt()
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, 1L, 1)
                .build());

        assertThat(testing.allowedOf(50, ORDINARY)).isEqualTo(50);
    }

    @Test
    void givenAdvisoryAndUnlimitedLimits_whenPassed_thenTheyNeverDenyAndAreNotShown() {
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit("burst", "requests", 1L, Algorithm.FIXED_WINDOW, WindowUnit.SECOND, Scope.ACCOUNT, Mode.ADVISORY)
                .limit("all", "requests", null, Algorithm.FIXED_WINDOW, WindowUnit.DAY)
                .build());
        gate.apply(TestingState.at(1, testing.now()).build());

        assertThat(testing.allowedOf(50, ORDINARY)).isEqualTo(50);
        assertThat(gate.check("acme", ORDINARY).headers()).isEmpty();
    }

    @Test
    void givenOverride_whenSnapshotTellsIt_thenItsAmountHoldsAtOnce() {
        onMem(1, 100, 100);
        assertThat(gate.check("acme", ORDINARY).allowed()).isFalse();

        gate.apply(TestingState.at(2, testing.now())
                .override("requests-per-minute", 150L)
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, 150L, 100)
                .build());

        assertThat(testing.allowedOf(100, ORDINARY)).isEqualTo(50);
    }

    @Test
    void givenNewPlanVersion_whenItsDateComes_thenItsAmountsHoldWithoutNews() {
        var first = TestingPlan.perMinute(2).getVersions();
        gate.apply(TestingPlan.named("mem")
                .version(2, TestingGate.START.plusSeconds(120))
                .meter("requests", 1)
                .limit("requests-per-minute", "requests", 5L, Algorithm.FIXED_WINDOW, WindowUnit.MINUTE)
                .with(first));
        gate.apply(TestingState.at(1, testing.now())
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, 2L, 0)
                .build());
        assertThat(testing.allowedOf(9, ORDINARY)).isEqualTo(2);

        testing.passMillis(120_000);

        assertThat(testing.allowedOf(9, ORDINARY)).isEqualTo(5);
    }

    @Test
    void givenLimitsByProjectAndKey_whenOneIsUsedUp_thenOthersAreNot() {
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit(
                        "project",
                        "requests",
                        3L,
                        Algorithm.FIXED_WINDOW,
                        WindowUnit.MINUTE,
                        Scope.PROJECT,
                        Mode.ENFORCE)
                .limit("key", "requests", 2L, Algorithm.FIXED_WINDOW, WindowUnit.HOUR, Scope.API_KEY, Mode.ENFORCE)
                .build());
        gate.apply(TestingState.at(1, testing.now())
                .window("project", "requests", WindowUnit.MINUTE, 3L, 1, Scope.PROJECT, "p1")
                .build());

        assertThat(gate.check("acme", "p1", "k1", ORDINARY, 1).allowed()).isTrue();
        assertThat(gate.check("acme", "p1", "k1", ORDINARY, 1).allowed()).isTrue();
        assertThat(gate.check("acme", "p1", "k2", ORDINARY, 1).limitId()).isEqualTo("project");
        assertThat(gate.check("acme", "p2", "k1", ORDINARY, 1).limitId()).isEqualTo("key");
        assertThat(gate.check("acme", "p2", "k2", ORDINARY, 1).allowed()).isTrue();
        assertThat(gate.check("acme", "p2", "k2", ORDINARY, 1).headers()).containsEntry("X-RateLimit-Limit", "2");
    }

    @Test
    void givenRecordsOfTheAccountAndOfAKey_whenTheKeyIsUsedUp_thenOnlyItsCallsAreDeniedAndTheRestOfTheAccountStays() {
        gate.apply(planWithKeys());
        gate.apply(TestingState.at(1, testing.now())
                .override("account", 3L)
                .window("account", "requests", WindowUnit.MINUTE, 3L, 1)
                .build());
        gate.apply(TestingState.at(1, testing.now())
                .override("account", 3L)
                .of(Scope.API_KEY, "k1")
                .window("key", "requests", WindowUnit.MINUTE, 2L, 2, Scope.API_KEY, "k1")
                .build());

        assertThat(gate.check("acme", null, "k1", ORDINARY, 1).limitId()).isEqualTo("key");
        assertThat(gate.check("acme", null, "k2", ORDINARY, 1).allowed()).isTrue();
        assertThat(gate.check("acme", null, "k3", ORDINARY, 1).allowed()).isTrue();
        assertThat(gate.check("acme", null, "k4", ORDINARY, 1).limitId()).isEqualTo("account");
    }

    @Test
    void givenRecordOfAKeyBeforeThatOfItsAccount_whenBothAreRead_thenBothCount() {
        gate.apply(planWithKeys());
        gate.apply(TestingState.at(1, testing.now())
                .of(Scope.API_KEY, "k1")
                .window("key", "requests", WindowUnit.MINUTE, 2L, 2, Scope.API_KEY, "k1")
                .build());
        gate.apply(TestingState.at(2, testing.now())
                .window("account", "requests", WindowUnit.MINUTE, 10L, 10)
                .build());

        assertThat(gate.check("acme", null, "k1", ORDINARY, 1).allowed()).isFalse();
        assertThat(gate.check("acme", null, "k2", ORDINARY, 1).limitId()).isEqualTo("account");
        testing.passMillis(60_000);
        assertThat(gate.check("acme", null, "k1", ORDINARY, 1).allowed()).isTrue();
    }

    @Test
    void givenAPlanThatIsNotKnown_whenRecordsOfAccountAndKeyCome_thenBothStandInForIt() {
        gate.apply(TestingState.at(1, testing.now())
                .window("account", "requests", WindowUnit.MINUTE, 10L, 1)
                .build());
        gate.apply(TestingState.at(2, testing.now())
                .of(Scope.API_KEY, "k1")
                .window("key", "requests", WindowUnit.MINUTE, 2L, 2, Scope.API_KEY, "k1")
                .build());
        gate.apply(TestingState.at(3, testing.now())
                .window("account", "requests", WindowUnit.MINUTE, 10L, 9)
                .build());

        assertThat(gate.check("acme", null, "k1", ORDINARY, 1).limitId()).isEqualTo("key");
        assertThat(gate.check("acme", null, "k2", ORDINARY, 1).allowed()).isTrue();
        assertThat(gate.check("acme", null, "k2", ORDINARY, 1).limitId()).isEqualTo("account");
    }

    @Test
    void givenTenThousandKeys_whenTheirRecordsAreDeleted_thenNothingIsKeptOfThem() {
        AccountRegistry registry = new AccountRegistry(
                GateConfig.from(TestingGate.settings()),
                new IntakeCounts(),
                id -> true,
                testing.clock::get,
                (terms, caller) -> Decision.allowed(Map::of));
        registry.apply(planWithKeys());
        for (int i = 0; i < 10_000; i++) {
            registry.apply(TestingState.at(i, testing.now())
                    .of(Scope.API_KEY, "k" + i)
                    .window("key", "requests", WindowUnit.MINUTE, 2L, 2, Scope.API_KEY, "k" + i)
                    .build());
        }
        GateAccount account = Objects.requireNonNull(registry.find("acme"));
        assertThat(account.counters()).isBetween(10_000, 10_002);

        testing.passMillis(60_000);
        for (int i = 0; i < 10_000; i++) {
            registry.forget("acme", Scope.API_KEY, "k" + i);
        }

        assertThat(account.counters()).isLessThanOrEqualTo(2);
    }

    private static Plan planWithKeys() {
        return TestingPlan.named("mem")
                .meter("requests", 1)
                .limit(
                        "account",
                        "requests",
                        10L,
                        Algorithm.FIXED_WINDOW,
                        WindowUnit.MINUTE,
                        Scope.ACCOUNT,
                        Mode.ENFORCE)
                .limit("key", "requests", 2L, Algorithm.FIXED_WINDOW, WindowUnit.MINUTE, Scope.API_KEY, Mode.ENFORCE)
                .build();
    }

    @Test
    void givenOverflowBucket_whenAnUnlistedProjectCalls_thenItSharesThatBucket() {
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit(
                        "project",
                        "requests",
                        3L,
                        Algorithm.FIXED_WINDOW,
                        WindowUnit.MINUTE,
                        Scope.PROJECT,
                        Mode.ENFORCE)
                .build());
        gate.apply(TestingState.at(1, testing.now())
                .window("project", "requests", WindowUnit.MINUTE, 3L, 0, Scope.PROJECT, "p1")
                .window("project", "requests", WindowUnit.MINUTE, 3L, 3, Scope.PROJECT, "*")
                .build());

        assertThat(gate.check("acme", "p1", null, ORDINARY, 1).allowed()).isTrue();
        assertThat(gate.check("acme", "p999", null, ORDINARY, 1).allowed()).isFalse();
    }

    @Test
    void givenConcurrencyLimit_whenCallsEnd_thenTheirPlacesAreFree() {
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit("in-flight", "requests", 2L, Algorithm.CONCURRENCY, WindowUnit.MINUTE)
                .build());
        gate.apply(TestingState.at(1, testing.now()).build());
        Call call = Call.of("acme", ORDINARY);

        Permit first = gate.begin(call);
        Permit second = gate.begin(call);
        Permit third = gate.begin(call);
        first.end(Outcome.SERVER_ERROR);
        first.end(Outcome.SERVER_ERROR);
        Permit fourth = gate.begin(call);

        assertThat(second.decision().allowed()).isTrue();
        assertThat(third.decision().reason()).isEqualTo(Reason.CONCURRENCY);
        assertThat(third.decision().status()).isEqualTo(429);
        assertThat(fourth.decision().allowed()).isTrue();
        assertThat(gate.begin(call).decision().allowed()).isFalse();
    }

    @Test
    void givenCallsWhoseEndIsLost_whenTheirLeaseRunsOut_thenTheAccountIsNotLocked() {
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit("in-flight", "requests", 2L, Algorithm.CONCURRENCY, WindowUnit.MINUTE)
                .build());
        gate.apply(TestingState.at(1, testing.now()).build());
        Call call = Call.of("acme", ORDINARY);
        Permit lost = gate.begin(call);
        gate.begin(call);

        testing.passMillis(59_000);
        assertThat(gate.begin(call).decision().allowed()).isFalse();
        testing.passMillis(9_000);
        assertThat(gate.begin(call).decision().allowed()).isTrue();
        lost.end(Outcome.SUCCESS);

        assertThat(gate.begin(call).decision().allowed()).isTrue();
        assertThat(gate.begin(call).decision().allowed()).isFalse();
    }

    @Test
    void givenOtherGatesInFlight_whenSnapshotTellsThem_thenTheyTakePlaces() {
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit("in-flight", "requests", 3L, Algorithm.CONCURRENCY, WindowUnit.MINUTE)
                .build());
        Call call = Call.of("acme", ORDINARY);
        gate.apply(TestingState.at(1, testing.now()).build());
        gate.begin(call);

        gate.apply(TestingState.at(2, testing.now())
                .level("in-flight", "requests", Algorithm.CONCURRENCY, 3, 2, null, null)
                .build());

        assertThat(gate.begin(call).decision().allowed()).isTrue();
        assertThat(gate.begin(call).decision().allowed()).isFalse();
    }

    @Test
    void givenUnknownAccount_whenPolicySays_thenItIsAllowedDeniedOrJudgedByTheDefaultPlan() {
        TestingGate closed = new TestingGate("gate.unknown-account", "closed");
        TestingGate byPlan = new TestingGate("gate.default-plan", "mem");
        byPlan.gate.apply(TestingPlan.perMinute(3));

        assertThat(gate.check("nobody", ORDINARY).allowed()).isTrue();
        assertThat(gate.metrics().allowedUnknown()).isOne();
        assertThat(closed.gate.check("nobody", ORDINARY).reason()).isEqualTo(Reason.STALE);
        assertThat(closed.gate.check("nobody", ORDINARY).status()).isEqualTo(503);
        assertThat(byPlan.allowedOf(9, ORDINARY)).isEqualTo(3);
    }

    @Test
    void givenSnapshotWithoutItsPlan_whenCalled_thenEachCallCostsOne() {
        gate.apply(TestingState.at(1, testing.now())
                .plan("secret", 7)
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, 10L, 8)
                .build());

        assertThat(testing.allowedOf(9, ORDINARY)).isEqualTo(2);
    }

    @Test
    void givenOlderSnapshot_whenItComesLate_thenItChangesNothing() {
        onMem(7, 100, 0);

        onMem(6, 3, 0);

        assertThat(gate.check("acme", ORDINARY).allowed()).isFalse();
        assertThat(gate.metrics().outdatedSnapshots()).isOne();
    }

    @Test
    void givenResetTopology_whenVersionsBeginAnew_thenItsSnapshotsHoldOnceTheyAreNewer() {
        onMem(1_000, 100, 0);

        testing.passMillis(1);
        onMem(2, 40, 0);

        assertThat(testing.allowedOf(100, ORDINARY)).isEqualTo(60);
    }

    @Test
    void givenAllowedCallsWithoutSnapshot_whenTheyWaitTooLong_thenLimitsThatFailClosedDeny() {
        TestingGate strict =
                new TestingGate("gate.snapshot-max-age", "10s", "gate.stale.limit.requests-per-day", "closed");
        strict.gate.apply(TestingPlan.mem(Algorithm.FIXED_WINDOW));
        strict.gate.apply(TestingState.at(1, strict.now()).build());
        assertThat(strict.gate.check("acme", ORDINARY).allowed()).isTrue();

        strict.passMillis(10_000);
        assertThat(strict.gate.check("acme", ORDINARY).allowed()).isTrue();
        strict.passMillis(1);
        Decision stale = strict.gate.check("acme", ORDINARY);
        strict.gate.apply(TestingState.at(2, strict.now()).build());

        assertThat(stale.reason()).isEqualTo(Reason.STALE);
        assertThat(stale.status()).isEqualTo(503);
        assertThat(stale.limitId()).isEqualTo("requests-per-day");
        assertThat(stale.headers()).containsEntry("Retry-After", "5");
        assertThat(strict.gate.check("acme", ORDINARY).allowed()).isTrue();
    }

    @Test
    void givenIdleAccount_whenNothingHappensForLong_thenItIsNotStale() {
        TestingGate strict = new TestingGate("gate.snapshot-max-age", "10s", "gate.stale.default", "closed");
        strict.gate.apply(TestingPlan.mem(Algorithm.FIXED_WINDOW));
        strict.gate.apply(TestingState.at(1, strict.now()).build());

        strict.passMillis(3_600_000);

        assertThat(strict.gate.check("acme", ORDINARY).allowed()).isTrue();
    }

    @Test
    void givenMoreAccountsThanFit_whenSnapshotsCome_thenIdleOnesGo() {
        TestingGate small = new TestingGate("gate.max-accounts", "10");
        small.gate.apply(TestingPlan.perMinute(1));
        for (int i = 0; i < 10; i++) {
            small.gate.apply(
                    TestingState.at(1, small.now()).account("account-" + i).build());
        }
        small.passMillis(5_000);
        small.gate.check("account-3", ORDINARY);

        for (int i = 10; i < 18; i++) {
            small.gate.apply(
                    TestingState.at(1, small.now()).account("account-" + i).build());
        }

        assertThat(small.gate.accounts()).isEqualTo(10);
        assertThat(small.gate.metrics().evicted()).isEqualTo(8);
        assertThat(small.gate.check("account-3", ORDINARY).reason()).isEqualTo(Reason.RATE_LIMITED);
    }

    @Test
    @SuppressWarnings("NullAway") // What a caller without nullness checks may do.
    void givenNulls_whenChecked_thenNothingIsThrown() {
        onMem(1, 0, 0);

        assertThat(gate.check(null, ORDINARY).allowed()).isTrue();
        assertThat(gate.check("acme", null).allowed()).isTrue();
        assertThat(gate.begin(null == testing ? null : Call.of("acme", null))
                        .decision()
                        .allowed())
                .isTrue();
    }
}
