package dev.tollgate.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.WindowUnit;
import org.junit.jupiter.api.Test;

/** {@link Gate#quote} says what a check would answer and what it would take, and leaves everything as it was. */
class QuoteTest {
    private static final Call MEM_IT = Call.of("acme", "/v2/mem-it");
    private static final long MINUTE_END = TestingGate.START.toEpochMilli() + 50_000;

    private final TestingGate testing = new TestingGate();
    private final Gate gate = testing.gate;

    private Quote.LimitCost cost(String limitId) {
        return gate.quote(MEM_IT).costs().stream()
                .filter(cost -> cost.limitId().equals(limitId))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void givenAPlan_whenACallIsQuoted_thenEachLimitSaysWhatItTakesAndWhatIsLeft() {
        gate.apply(TestingPlan.mem(Algorithm.FIXED_WINDOW));
        gate.apply(TestingState.at(1, testing.now())
                .window("complexity-per-minute", "complexity", WindowUnit.MINUTE, 200L, 120)
                .build());

        Quote quote = gate.quote(MEM_IT);

        assertThat(quote.decision().allowed()).isTrue();
        assertThat(quote.plan()).isEqualTo(new Quote.PlanRef("mem", 1));
        assertThat(quote.costs())
                .extracting(
                        Quote.LimitCost::limitId,
                        Quote.LimitCost::cost,
                        Quote.LimitCost::used,
                        Quote.LimitCost::amount,
                        Quote.LimitCost::fits)
                .containsExactly(
                        tuple("requests-per-minute", 1L, 0L, 100L, true),
                        tuple("requests-per-day", 1L, 0L, 4_000L, true),
                        tuple("complexity-per-minute", 40L, 120L, 200L, true),
                        tuple("complexity-per-day", 40L, 0L, 8_000L, true));
    }

    @Test
    void givenAThousandQuotes_whenTheyWereGiven_thenNothingWasTaken() {
        gate.apply(TestingPlan.mem(Algorithm.FIXED_WINDOW));
        gate.apply(TestingState.at(1, testing.now()).build());

        for (int i = 0; i < 1_000; i++) {
            assertThat(gate.quote(MEM_IT).decision().allowed()).isTrue();
        }

        assertThat(testing.allowedOf(10, "/v2/mem-it")).isEqualTo(5);
        assertThat(gate.metrics().allowed()).isEqualTo(5);
        Quote.LimitCost minute = cost("complexity-per-minute");
        assertThat(minute.used()).isEqualTo(200);
        assertThat(minute.fits()).isFalse();
        assertThat(minute.fitsAtMillis()).isEqualTo(MINUTE_END);
        Decision decision = gate.quote(MEM_IT).decision();
        assertThat(decision.limitId()).isEqualTo("complexity-per-minute");
        assertThat(decision.retryAfterSeconds()).isEqualTo(50);
    }

    @Test
    void givenLimitsThatHaveNoSay_whenACallIsQuoted_thenItsCostIsToldAllTheSame() {
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 3)
                .limit("free", "requests", null, Algorithm.FIXED_WINDOW, WindowUnit.DAY)
                .limit("advice", "requests", 2L, Algorithm.FIXED_WINDOW, WindowUnit.DAY, Scope.ACCOUNT, Mode.ADVISORY)
                .build());
        gate.apply(TestingState.at(1, testing.now()).build());

        assertThat(gate.quote(MEM_IT).decision().allowed()).isTrue();
        assertThat(gate.quote(MEM_IT).costs())
                .extracting(
                        Quote.LimitCost::limitId,
                        Quote.LimitCost::enforced,
                        Quote.LimitCost::cost,
                        Quote.LimitCost::amount,
                        Quote.LimitCost::fits,
                        Quote.LimitCost::fitsAtMillis)
                .containsExactly(
                        tuple("free", true, 3L, null, true, testing.now()),
                        tuple("advice", false, 3L, 2L, false, null));
    }

    @Test
    void givenLimitsOfProjectsAndKeys_whenACallIsQuoted_thenTheyAreThoseOfItsOwn() {
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit("each", "requests", 20L, Algorithm.FIXED_WINDOW, WindowUnit.DAY, Scope.PROJECT, Mode.ENFORCE)
                .build());
        gate.apply(TestingState.at(1, testing.now()).build());
        gate.apply(TestingState.at(2, testing.now())
                .of(Scope.PROJECT, "p")
                .window("each", "requests", WindowUnit.DAY, 20L, 18, Scope.PROJECT, "p")
                .build());

        assertThat(gate.quote(MEM_IT.withProject("p")).costs())
                .extracting(Quote.LimitCost::scopeKey, Quote.LimitCost::used)
                .containsExactly(tuple("p", 18L));
        assertThat(gate.quote(MEM_IT.withProject("q")).costs())
                .extracting(Quote.LimitCost::scopeKey, Quote.LimitCost::used)
                .containsExactly(tuple("q", 0L));
        assertThat(gate.quote(MEM_IT).costs())
                .extracting(Quote.LimitCost::scopeKey, Quote.LimitCost::used)
                .containsExactly(tuple("", 0L));
    }

    @Test
    void givenNoAccountOrNoPlan_whenACallIsQuoted_thenItHasNoPlanAndNoCosts() {
        assertThat(gate.quote(Call.of("stranger", "/")).plan()).isNull();

        gate.apply(TestingState.at(1, testing.now())
                .window("requests-per-day", "requests", WindowUnit.DAY, 10L, 10)
                .build());
        Quote standIn = gate.quote(MEM_IT);

        assertThat(standIn.decision().limitId()).isEqualTo("requests-per-day");
        assertThat(standIn.plan()).isNull();
        assertThat(standIn.costs()).isEmpty();
    }

    @Test
    void givenAPlanThatIsTakenOutOfTheCatalog_whenTheAccountIsToldOfAnew_thenItsPriceIsUnknown() {
        gate.apply(TestingPlan.mem(Algorithm.FIXED_WINDOW));
        gate.forgetPlan("mem");
        gate.apply(TestingState.at(1, testing.now()).build());

        assertThat(gate.quote(MEM_IT).plan()).isNull();
    }
}
