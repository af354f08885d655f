package dev.tollgate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.plan.Cost;
import dev.tollgate.engine.plan.CostTable;
import dev.tollgate.engine.plan.WindowUnit;
import dev.tollgate.schemas.avro.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The gate has rules of its own where it must not depend on the engine; here the two are held together. */
class ConformanceTest {
    private static final long SEED = Long.getLong("tollgate.seed", 20_260_310L);
    private static final List<String> SEGMENTS = List.of("v2", "kb", ":id", ":", "*", "", "a b", "é", "query", "v2x");
    private static final List<String> METHODS = List.of("", "", "GET ", "get ", "POST ", "DELETE ", " ");

    private final Random random = new Random(SEED);

    private String text(int mostSegments) {
        List<String> parts = new ArrayList<>();
        int count = 1 + random.nextInt(mostSegments);
        for (int i = 0; i < count; i++) {
            parts.add(SEGMENTS.get(random.nextInt(SEGMENTS.size())));
        }
        return METHODS.get(random.nextInt(METHODS.size()))
                + (random.nextBoolean() ? "/" : "")
                + String.join("/", parts);
    }

    @Test
    void givenRandomPatterns_whenBothParseAndMatch_thenTheyAgree() {
        int matches = 0;
        for (int i = 0; i < 200_000; i++) {
            String pattern = text(4);
            String endpoint = text(4);
            Object ours = attempt(() -> EndpointPattern.of(pattern));
            Object theirs = attempt(() -> dev.tollgate.engine.plan.EndpointPattern.of(pattern));
            assertThat(ours == null).as("seed %s: '%s'", SEED, pattern).isEqualTo(theirs == null);
            if (ours instanceof EndpointPattern mine
                    && theirs instanceof dev.tollgate.engine.plan.EndpointPattern engines) {
                boolean matched = engines.matches(endpoint);
                matches += matched ? 1 : 0;
                assertThat(mine.matches(endpoint))
                        .as("seed %s: '%s' on '%s'", SEED, pattern, endpoint)
                        .isEqualTo(matched);
            }
        }
        assertThat(matches).isGreaterThan(2_000);
    }

    private interface Attempt {
        Object run();
    }

    private static @org.jspecify.annotations.Nullable Object attempt(Attempt attempt) {
        try {
            return attempt.run();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    @Test
    void givenRandomCostTables_whenBothPriceCalls_thenTheyAgree() {
        for (int round = 0; round < 2_000; round++) {
            List<CostTable.Entry> entries = new ArrayList<>();
            List<dev.tollgate.schemas.avro.EndpointCost> costs = new ArrayList<>();
            List<dev.tollgate.engine.plan.EndpointPattern> seen = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String pattern = text(3);
                Object parsed = attempt(() -> dev.tollgate.engine.plan.EndpointPattern.of(pattern));
                if (parsed instanceof dev.tollgate.engine.plan.EndpointPattern engines && !seen.contains(engines)) {
                    seen.add(engines);
                    Cost cost = new Cost(random.nextInt(100), random.nextInt(3), 1 + random.nextInt(20));
                    entries.add(new CostTable.Entry(engines, cost));
                    costs.add(new dev.tollgate.schemas.avro.EndpointCost(
                            pattern, new dev.tollgate.schemas.avro.Cost(cost.base(), cost.perUnit(), cost.unitSize())));
                }
            }
            CostTable table = new CostTable(Cost.flat(7), entries);
            Plan plan = TestingPlan.named("random").meter("m", 7).build();
            plan.getVersions().get(0).getMeters().get(0).setEndpointCosts(costs);
            CompiledPlan compiled =
                    new CompiledPlan("random", plan.getVersions().get(0));
            for (int i = 0; i < 50; i++) {
                String endpoint = text(4);
                long units = random.nextInt(200);
                assertThat(compiled.termsOf(endpoint).cost(0, units))
                        .as("seed %s: %s units of '%s' by %s", SEED, units, endpoint, costs)
                        .isEqualTo(table.costFor(endpoint).of(units));
            }
        }
    }

    @Test
    void givenRandomMoments_whenBothAlignWindows_thenTheyAgree() {
        for (int i = 0; i < 100_000; i++) {
            long moment = random.nextLong(4_102_444_800_000L);
            for (WindowUnit unit : WindowUnit.values()) {
                var ours = dev.tollgate.schemas.avro.WindowUnit.valueOf(unit.name());
                assertThat(Windows.startOf(ours, moment)).isEqualTo(unit.startOf(moment));
                assertThat(Windows.endOf(ours, moment)).isEqualTo(unit.endOf(moment));
                assertThat(Windows.maxMillis(ours)).isEqualTo(unit.maxMillis());
            }
        }
    }
}
