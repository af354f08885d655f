package dev.tollgate.planmodel.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.planmodel.pricing.PerCallCap.Dimension;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EndpointPricingTest {
    private static final CostTable TABLE =
            new CostTable(Cost.flat(1), List.of(new CostTable.Entry(EndpointPattern.of("/kb/*"), new Cost(5, 1, 10))));

    private static PerCallCap cap(String pattern, Dimension dimension, long max) {
        return new PerCallCap(EndpointPattern.of(pattern), dimension, max);
    }

    @Test
    void givenTablesOfTwoMeters_whenAnEndpointIsPriced_thenEachGivesItsMostSpecificCost() {
        EndpointPricing pricing = new EndpointPricing("GET /kb/7", List.of(CostTable.flat(3), TABLE), List.of());

        assertThat(pricing.meters()).isEqualTo(2);
        assertThat(pricing.cost(0)).isEqualTo(Cost.flat(3));
        assertThat(pricing.cost(1)).isEqualTo(new Cost(5, 1, 10));
    }

    @Test
    void givenCapsInAnyOrder_whenSeveralMatch_thenTheMostSpecificOfItsDimensionHolds() {
        List<PerCallCap> caps = List.of(
                cap("*", Dimension.UNITS, 10),
                cap("GET /kb/:id", Dimension.UNITS, 30),
                cap("/kb/*", Dimension.UNITS, 20),
                cap("/kb/7", Dimension.INPUT_TOKENS, 5));

        EndpointPricing pricing = new EndpointPricing("GET /kb/7", List.of(), caps);

        assertThat(pricing.maxUnits()).isEqualTo(30);
        assertThat(pricing.maxInputTokens()).isEqualTo(5);
        assertThat(pricing.maxOutputItems()).isEqualTo(Long.MAX_VALUE);
        assertThat(new EndpointPricing("/other", List.of(), caps).maxUnits()).isEqualTo(10);
    }

    @Test
    void givenRandomCosts_whenWithinTheMaximum_thenTheBoundedCostIsTheExactOne() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            Cost cost = new Cost(random.nextInt(100), random.nextInt(3), 1 + random.nextInt(20));
            long units = random.nextInt(200);
            assertThat(cost.ofAtMost(units, Bounds.MAX_EVENT_COST))
                    .as("%s of %s", units, cost)
                    .isEqualTo(cost.of(units));
        }
    }

    @Test
    void givenExtremeUnits_whenPriced_thenTheExactCostThrowsAndTheBoundedOneIsTheMaximum() {
        Cost cost = new Cost(Cost.MAX, Cost.MAX, 1);

        assertThatThrownBy(() -> cost.of(Long.MAX_VALUE)).isInstanceOf(ArithmeticException.class);
        assertThat(cost.ofAtMost(Long.MAX_VALUE, Bounds.MAX_EVENT_COST)).isEqualTo(Bounds.MAX_EVENT_COST);
        assertThat(cost.ofAtMost(1_000, Bounds.MAX_EVENT_COST)).isEqualTo(Bounds.MAX_EVENT_COST);
        assertThat(cost.ofAtMost(998, Bounds.MAX_EVENT_COST)).isEqualTo(cost.of(998));
        assertThat(new Cost(5, 1, 10).of(11)).isEqualTo(7);
        assertThat(new Cost(5, 1, 10).of(0)).isEqualTo(5);
    }
}
