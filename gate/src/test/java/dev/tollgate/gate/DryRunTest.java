package dev.tollgate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Dimension;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.WindowUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@link Gate#dryRun} answers as a check would, and leaves everything as it was. */
class DryRunTest {
    private static final Call MEM_IT = Call.of("acme", "POST /v2/mem-it");

    private final TestingGate testing = new TestingGate();
    private final Gate gate = testing.gate;

    private static void onMem(Gate gate, Algorithm algorithm, long now) {
        gate.apply(TestingPlan.mem(algorithm));
        gate.apply(TestingState.at(1, now).build());
    }

    @ParameterizedTest
    @EnumSource(
            value = Algorithm.class,
            names = {"FIXED_WINDOW", "SLIDING_WINDOW", "LEAKY_BUCKET"})
    void givenRoomForFiveCalls_whenAThousandAreTriedDry_thenFiveGoAheadAllTheSame(Algorithm algorithm) {
        onMem(gate, algorithm, testing.now());

        for (int i = 0; i < 1_000; i++) {
            assertThat(gate.dryRun(MEM_IT).allowed()).isTrue();
        }

        assertThat(testing.allowedOf(10, MEM_IT.endpoint())).isEqualTo(5);
        Decision real = gate.check(MEM_IT);
        Decision dry = gate.dryRun(MEM_IT);
        assertThat(dry.status()).isEqualTo(429).isEqualTo(real.status());
        assertThat(dry.limitId()).isEqualTo(real.limitId());
        assertThat(dry.retryAfterSeconds()).isEqualTo(real.retryAfterSeconds());
        assertThat(dry.headers()).isEqualTo(real.headers());
        assertThat(gate.dryRun(Call.of("acme", "/v2/notes")).status())
                .isEqualTo(gate.check(Call.of("acme", "/v2/notes")).status());
    }

    @Test
    void givenAnyAnswer_whenItWasDry_thenNoMeterHasCountedIt() {
        TestingGate closed = new TestingGate("gate.unknown-account", "closed");
        onMem(gate, Algorithm.FIXED_WINDOW, testing.now());
        gate.apply(TestingState.at(1, testing.now())
                .account("late")
                .suspended(null, "unpaid")
                .build());

        assertThat(gate.dryRun(MEM_IT).status()).isEqualTo(200);
        assertThat(gate.dryRun(Call.of("stranger", "/")).status()).isEqualTo(200);
        assertThat(gate.dryRun(Call.of("late", "/")).status()).isEqualTo(403);
        assertThat(closed.gate.dryRun(MEM_IT).status()).isEqualTo(503);

        for (Gate asked : new Gate[] {gate, closed.gate}) {
            assertThat(asked.metrics().allowed()).isZero();
            assertThat(asked.metrics().allowedUnknown()).isZero();
            for (Reason reason : Reason.values()) {
                assertThat(asked.metrics().deniedBecause(reason))
                        .as(reason.name())
                        .isZero();
            }
        }
        gate.check(MEM_IT);
        gate.check(Call.of("stranger", "/"));
        gate.begin(Call.of("late", "/"));
        assertThat(gate.metrics().allowed()).isEqualTo(2);
        assertThat(gate.metrics().allowedUnknown()).isEqualTo(1);
        assertThat(gate.metrics().deniedBecause(Reason.SUSPENDED)).isEqualTo(1);
    }

    @Test
    void givenAConcurrencyLimit_whenAskedDry_thenNoPlaceIsTaken() {
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit("in-flight", "requests", 1L, Algorithm.CONCURRENCY, WindowUnit.MINUTE)
                .build());
        gate.apply(TestingState.at(1, testing.now()).build());

        assertThat(gate.dryRun(MEM_IT).allowed()).isTrue();
        Permit first = gate.begin(MEM_IT);
        assertThat(first.decision().allowed()).isTrue();
        assertThat(gate.dryRun(MEM_IT).reason()).isEqualTo(Reason.CONCURRENCY);
        first.end(Outcome.SUCCESS);
        assertThat(gate.dryRun(MEM_IT).allowed()).isTrue();
    }

    @Test
    void givenACallThatIsTooLargeOrAnExemptAccount_whenAskedDry_thenTheAnswerIsThatOfACheck() {
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit("requests-per-minute", "requests", 1L, Algorithm.FIXED_WINDOW, WindowUnit.MINUTE)
                .cap("*", Dimension.UNITS, 5)
                .build());
        gate.apply(TestingState.at(1, testing.now()).build());

        assertThat(gate.dryRun(MEM_IT.withUnits(6)).reason()).isEqualTo(Reason.OVER_CALL_LIMIT);
        assertThat(gate.dryRun(MEM_IT.withUnits(5)).allowed()).isTrue();

        gate.apply(TestingState.at(2, testing.now())
                .exempt()
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, 1L, 1)
                .build());
        assertThat(gate.dryRun(MEM_IT.withUnits(6)).allowed()).isTrue();
    }
}
