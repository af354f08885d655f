package dev.tollgate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.WindowUnit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Two topics, read in whatever order: a gate answers as one that read everything. */
class InterleavingTest {
    private static final String ENDPOINT = "/v2/notes";
    private static final String LARGE = "/v2/mem-it";
    private static final List<String> ACCOUNTS = List.of("a", "b", "c");
    private static final long START = TestingGate.START.toEpochMilli();

    /** Case 34a: the last window of the account is over when the gate starts, and its snapshot is read first. */
    @Test
    void givenASnapshotOfAWindowThatIsOver_whenItIsReadBeforeThePlan_thenWindowsEndByTheGatesClock() {
        TestingGate testing = new TestingGate();
        testing.gate.apply(TestingState.at(1, testing.now() - 180_000)
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, 10L, 10)
                .build());
        testing.gate.apply(TestingPlan.perMinute(10));

        assertThat(testing.gate.check("acme", ENDPOINT).headers())
                .containsEntry("X-RateLimit-Reset", "50")
                .containsEntry("X-RateLimit-Remaining", "9");
        assertThat(testing.allowedOf(100, ENDPOINT)).isEqualTo(9);
        assertThat(testing.gate.check("acme", ENDPOINT).retryAfterSeconds()).isEqualTo(50);
        testing.passMillis(50_000);
        assertThat(testing.allowedOf(100, ENDPOINT)).isEqualTo(10);
    }

    @Test
    void givenASnapshotWhosePlanNeverComes_whenItsWindowIsOver_thenTheNextHasAnEnd() {
        TestingGate testing = new TestingGate();
        testing.gate.apply(TestingState.at(1, testing.now() - 180_000)
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, 10L, 10)
                .build());

        assertThat(testing.allowedOf(100, ENDPOINT)).isEqualTo(10);
        assertThat(testing.gate.check("acme", ENDPOINT).retryAfterSeconds()).isBetween(1L, 60L);
        testing.passMillis(60_000);
        assertThat(testing.allowedOf(100, ENDPOINT)).isEqualTo(10);
    }

    @Test
    void givenAnyHistoryOfBothTopics_whenReadInAnyOrder_thenAnswersAreThoseOfAGateThatReadEverything() {
        long seed = Long.getLong("tollgate.seed", 1);
        int histories = Integer.getInteger("tollgate.histories", 400);
        for (int history = 0; history < histories; history++) {
            Random random = new Random(seed + history);
            List<List<Spec>> specs = specs(random);
            List<Plan> plans = plans(specs);
            List<LimitState> states = states(random, specs);
            long readAt = START + random.nextInt(200_000);
            long askedAt = readAt + 10 + random.nextInt(200_000);

            List<String> expected = answers(readAt, askedAt, gate -> {
                plans.forEach(gate::apply);
                states.forEach(gate::apply);
            });
            List<String> interleaved = answers(readAt, askedAt, gate -> interleave(random, plans, states, gate));

            assertThat(interleaved)
                    .as("seed %s", seed + history)
                    .containsExactlyElementsOf(expected)
                    .noneMatch(answer -> answer.contains("92233"));
        }
    }

    private record Spec(Algorithm algorithm, WindowUnit unit, long amount) {}

    /** Limits by version: from one to the next they change their algorithm, window and amount. */
    private static List<List<Spec>> specs(Random random) {
        List<List<Spec>> versions = new ArrayList<>();
        for (int version = random.nextInt(3); version >= 0; version--) {
            List<Spec> limits = new ArrayList<>();
            for (int limit = random.nextInt(3); limit >= 0; limit--) {
                limits.add(new Spec(
                        List.of(Algorithm.FIXED_WINDOW, Algorithm.LEAKY_BUCKET, Algorithm.SLIDING_WINDOW)
                                .get(random.nextInt(3)),
                        List.of(WindowUnit.MINUTE, WindowUnit.HOUR, WindowUnit.DAY)
                                .get(random.nextInt(3)),
                        5L + random.nextInt(20)));
            }
            versions.add(limits);
        }
        return versions;
    }

    /** The plan with one more version in each record, as the catalog has it. */
    private static List<Plan> plans(List<List<Spec>> specs) {
        List<Plan> plans = new ArrayList<>();
        for (int version = 1; version <= specs.size(); version++) {
            TestingPlan plan = TestingPlan.named("mem")
                    .version(version, Instant.ofEpochMilli(version))
                    .meter("requests", 1, LARGE, 7);
            int limit = 0;
            for (Spec spec : specs.get(version - 1)) {
                plan.limit("limit-" + limit++, "requests", spec.amount(), spec.algorithm(), spec.unit());
            }
            plans.add(
                    plans.isEmpty()
                            ? plan.build()
                            : plan.with(plans.get(plans.size() - 1).getVersions()));
        }
        return plans;
    }

    /** Snapshots as the topology makes them by those plans: of now, of windows that are over, of blocks. */
    private static List<LimitState> states(Random random, List<List<Spec>> specs) {
        List<LimitState> states = new ArrayList<>();
        for (String account : ACCOUNTS) {
            long at = START - random.nextInt(7_200_000);
            int planVersion = 1 + random.nextInt(specs.size());
            int count = 1 + random.nextInt(4);
            for (int version = 1; version <= count; version++) {
                at += random.nextInt(60_000);
                planVersion = Math.max(planVersion, 1 + random.nextInt(specs.size()));
                TestingState state =
                        TestingState.at(version, at).account(account).plan("mem", planVersion);
                int limit = 0;
                for (Spec spec : specs.get(planVersion - 1)) {
                    long used = random.nextInt((int) spec.amount() + 1);
                    String id = "limit-" + limit++;
                    if (spec.algorithm() == Algorithm.FIXED_WINDOW) {
                        state.window(id, "requests", spec.unit(), spec.amount(), used);
                    } else {
                        state.level(
                                id,
                                "requests",
                                spec.algorithm(),
                                spec.amount(),
                                used,
                                dev.tollgate.planmodel.time.WindowUnit.valueOf(
                                                spec.unit().name())
                                        .maxMillis(),
                                used == spec.amount() ? Instant.ofEpochMilli(at + 5_000) : null);
                    }
                }
                states.add(state.build());
            }
        }
        return states;
    }

    /** Each topic in its own order. */
    private static void interleave(Random random, List<Plan> plans, List<LimitState> states, Gate gate) {
        int plan = 0;
        int state = 0;
        while (plan < plans.size() || state < states.size()) {
            if (state == states.size() || (plan < plans.size() && random.nextInt(3) == 0)) {
                gate.apply(plans.get(plan++));
            } else {
                gate.apply(states.get(state++));
            }
        }
    }

    private static List<String> answers(long readAt, long askedAt, Consumer<Gate> reading) {
        AtomicLong clock = new AtomicLong(readAt);
        Gate gate = Gate.unfed(GateConfig.from(TestingGate.settings()), clock::get);
        reading.accept(gate);
        clock.set(askedAt);
        List<String> answers = new ArrayList<>();
        for (String account : ACCOUNTS) {
            for (String endpoint : List.of(ENDPOINT, LARGE)) {
                Decision decision = gate.check(account, endpoint);
                answers.add(account + " " + decision + " " + decision.headers());
            }
        }
        return answers;
    }

    @Test
    void givenBlocksAndSuspensions_whenThereIsNoRoom_thenIdleAccountsThatAreNotHeldGoFirst() {
        TestingGate small = new TestingGate("gate.max-accounts", "100");
        small.gate.apply(TestingPlan.perMinute(1));
        for (int i = 0; i < 100; i++) {
            TestingState state = TestingState.at(1, small.now()).account("account-" + i);
            if (i % 10 == 0) {
                state.window("requests-per-minute", "requests", WindowUnit.MINUTE, 1L, 1);
            } else if (i % 10 == 1) {
                state.suspended(null, "fraud");
            }
            small.gate.apply(state.build());
        }
        small.passMillis(2_000);
        for (int i = 0; i < 100; i++) {
            if (i % 10 > 1) {
                assertThat(small.gate.check("account-" + i, ENDPOINT).allowed()).isTrue();
            }
        }
        for (int i = 0; i < 1_000; i++) {
            small.gate.apply(TestingState.at(1, small.now()).account("new-" + i).build());
        }

        for (int i = 0; i < 100; i += 10) {
            assertThat(small.gate.check("account-" + i, ENDPOINT).reason()).isEqualTo(Reason.RATE_LIMITED);
            assertThat(small.gate.check("account-" + (i + 1), ENDPOINT).reason())
                    .isEqualTo(Reason.SUSPENDED);
        }
        assertThat(small.gate.accounts()).isEqualTo(100);
    }

    @Test
    void givenABlockedProject_whenTheAccountHasAnotherSnapshot_thenItIsHeldUntilItsOwnSaysOtherwise() {
        TestingGate small = new TestingGate("gate.max-accounts", "2");
        small.gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit(
                        "per-project",
                        "requests",
                        1L,
                        Algorithm.FIXED_WINDOW,
                        WindowUnit.MINUTE,
                        Scope.PROJECT,
                        dev.tollgate.schemas.avro.Mode.ENFORCE)
                .build());
        small.gate.apply(TestingState.at(1, small.now()).account("held").build());
        small.gate.apply(TestingState.at(2, small.now())
                .account("held")
                .of(Scope.PROJECT, "p")
                .window("per-project", "requests", WindowUnit.MINUTE, 1L, 1, Scope.PROJECT, "p")
                .build());
        for (int i = 0; i < 40; i++) {
            small.gate.apply(TestingState.at(1, small.now()).account("new-" + i).build());
        }

        assertThat(small.gate.check("held", "p", null, ENDPOINT, 1).reason()).isEqualTo(Reason.RATE_LIMITED);
    }

    @Test
    void givenNothingButBlockedAccounts_whenThereIsNoRoom_thenTheNewOneStillComesIn() {
        TestingGate small = new TestingGate("gate.max-accounts", "20");
        small.gate.apply(TestingPlan.perMinute(1));
        for (int i = 0; i < 60; i++) {
            small.gate.apply(TestingState.at(1, small.now())
                    .account("account-" + i)
                    .window("requests-per-minute", "requests", WindowUnit.MINUTE, 1L, 1)
                    .build());
        }

        assertThat(small.gate.accounts()).isEqualTo(20);
        assertThat(small.gate.check("account-59", ENDPOINT).reason()).isEqualTo(Reason.RATE_LIMITED);
    }

    @Test
    void givenADeniedAccountThatGoesOnCalling_whenThereIsNoRoom_thenIdleOnesGoBeforeIt() {
        TestingGate small = new TestingGate("gate.max-accounts", "10");
        small.gate.apply(TestingPlan.perMinute(1));
        for (int i = 0; i < 10; i++) {
            small.gate.apply(
                    TestingState.at(1, small.now()).account("account-" + i).build());
        }
        assertThat(small.gate.check("account-3", ENDPOINT).allowed()).isTrue();
        for (int i = 10; i < 18; i++) {
            small.passMillis(2_000);
            // Denied by its own count alone: no snapshot says so yet.
            assertThat(small.gate.check("account-3", ENDPOINT).allowed()).isFalse();
            small.gate.apply(
                    TestingState.at(1, small.now()).account("account-" + i).build());
        }

        assertThat(small.gate.check("account-3", ENDPOINT).reason()).isEqualTo(Reason.RATE_LIMITED);
    }

    @Test
    void givenACallThatCostsMoreThanALimitHolds_whenChecked_thenItIsNotToldToWait() {
        for (Algorithm algorithm : List.of(Algorithm.FIXED_WINDOW, Algorithm.LEAKY_BUCKET, Algorithm.SLIDING_WINDOW)) {
            TestingGate testing = new TestingGate();
            testing.gate.apply(TestingPlan.named("mem")
                    .meter("requests", 1, LARGE, 40)
                    .limit("small", "requests", 10L, algorithm, WindowUnit.MINUTE)
                    .build());
            testing.gate.apply(TestingState.at(1, testing.now()).build());

            Decision decision = testing.gate.check("acme", LARGE);

            assertThat(decision.reason()).isEqualTo(Reason.NEVER_FITS);
            assertThat(decision.status()).isEqualTo(422);
            assertThat(decision.limitId()).isEqualTo("small");
            assertThat(decision.retryAfterSeconds()).isZero();
            assertThat(decision.headers())
                    .doesNotContainKey("Retry-After")
                    .containsEntry("X-RateLimit-Remaining", "10");
            assertThat(new String(dev.tollgate.gate.http.Problem.of(decision), java.nio.charset.StandardCharsets.UTF_8))
                    .contains(
                            "\"type\":\"urn:tollgate:problem:never-fits\"",
                            "\"status\":422",
                            "\"violated-policies\":[\"small\"]",
                            "The call costs 40, and the limit small holds 10: waiting does not help.")
                    .doesNotContain("retry-after");
            assertThat(testing.allowedOf(100, ENDPOINT)).isEqualTo(10);
            // Neither when there is no room at the moment.
            assertThat(testing.gate.check("acme", LARGE).reason()).isEqualTo(Reason.NEVER_FITS);
        }
    }
}
