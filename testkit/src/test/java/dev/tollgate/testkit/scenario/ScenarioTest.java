package dev.tollgate.testkit.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.engine.input.Outcome;
import dev.tollgate.engine.plan.Algorithm;
import dev.tollgate.engine.plan.Amount;
import dev.tollgate.engine.plan.Cost;
import dev.tollgate.engine.plan.CostTable;
import dev.tollgate.engine.plan.EndpointPattern;
import dev.tollgate.engine.plan.Limit;
import dev.tollgate.engine.plan.Meter;
import dev.tollgate.engine.plan.Mode;
import dev.tollgate.engine.plan.PerCallCap;
import dev.tollgate.engine.plan.PlanVersion;
import dev.tollgate.engine.plan.Plans;
import dev.tollgate.engine.plan.Scope;
import dev.tollgate.engine.plan.Threshold;
import dev.tollgate.engine.plan.WindowUnit;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScenarioTest {
    private static final Algorithm MINUTE = new Algorithm.FixedWindow(WindowUnit.MINUTE);
    private static final Meter REQUESTS = new Meter("requests", "request", CostTable.flat(1));

    @ParameterizedTest
    @ValueSource(strings = {"mem", "memos", "memory-crystal", "memories-ai", "disorder"})
    void givenScenario_whenRunThroughTheEngine_thenExactlyWhatItSaysFollows(String name) {
        Scenario scenario = ScenarioReader.shipped(name);
        EngineScenario engine = new EngineScenario(plans());

        assertThat(scenario.steps()).isNotEmpty();
        for (Scenario.Step step : scenario.steps()) {
            assertThat(engine.run(step))
                    .as("%s, line %d: %s", scenario.title(), step.line(), step.verb())
                    .isEqualTo(step.expected());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "12:00:00 call a",
                "scenario x\nday 2026-13-01",
                "scenario x\nday 2026-03-10\nnoon call a",
                "scenario x\nday 2026-03-10\n12:00:00 shout a",
                "scenario x\n= counted",
                "day 2026-03-10\n12:00:00 call a"
            })
    void givenMistake_whenRead_thenItIsRefused(String text) {
        assertThatThrownBy(() -> ScenarioReader.read(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void givenMistakeInALine_whenRead_thenTheMessageNamesIt() {
        assertThatThrownBy(() -> ScenarioReader.read("scenario x\nday 2026-03-10\n\n12:00:00 shout a"))
                .hasMessageStartingWith("line 4: 'shout' must be one of");
    }

    /** The plans that scenarios speak of: the published numbers of four services, and two small ones. */
    private static Plans plans() {
        return Plans.of(
                plan(
                        "mem",
                        List.of(REQUESTS, meter("complexity", Cost.flat(1), entry("/v2/mem-it", Cost.flat(40)))),
                        List.of(
                                leaky("requests-per-minute", "requests", 100, 60_000),
                                leaky("requests-per-day", "requests", 4_000, 86_400_000),
                                leaky("complexity-per-minute", "complexity", 200, 60_000),
                                leaky("complexity-per-day", "complexity", 8_000, 86_400_000)),
                        List.of()),
                plan(
                        "memos",
                        List.of(REQUESTS),
                        List.of(
                                Limit.enforced("quota", "requests", 5, new Algorithm.FixedWindow(WindowUnit.MONTH)),
                                new Limit(
                                        "qps",
                                        "requests",
                                        Amount.of(3),
                                        new Algorithm.FixedWindow(WindowUnit.SECOND),
                                        Scope.ACCOUNT,
                                        Mode.ADVISORY,
                                        List.of(),
                                        60_000)),
                        List.of(
                                cap("addMessage", PerCallCap.Dimension.INPUT_TOKENS, 4_000),
                                cap("searchMemory", PerCallCap.Dimension.INPUT_TOKENS, 4_000),
                                cap("searchMemory", PerCallCap.Dimension.OUTPUT_ITEMS, 25),
                                cap("getMessage", PerCallCap.Dimension.OUTPUT_ITEMS, 50))),
                crystal("crystal-free", 100, 2L, 50L),
                crystal("crystal-starter", 250, 5L, 200L),
                plan("memories", List.of(REQUESTS), List.of(Limit.enforced("rpm", "requests", 4, MINUTE)), List.of()),
                plan("memories-2", List.of(REQUESTS), List.of(Limit.enforced("rpm", "requests", 2, MINUTE)), List.of()),
                plan("ten", List.of(REQUESTS), List.of(Limit.enforced("rpm", "requests", 10, MINUTE)), List.of()));
    }

    private static PlanVersion crystal(String id, long credits, long inFlight, long embeddings) {
        List<Threshold> thresholds = List.of(Threshold.remainingBelowPercent(20), Threshold.usedPercent(90));
        return plan(
                id,
                List.of(
                        meter(
                                "credits",
                                Cost.flat(1),
                                entry("POST /api/mcp/search-messages", Cost.flat(5)),
                                entry("POST /api/knowledge-bases/:id/import", new Cost(5, 1, 10)),
                                entry("POST /api/mcp/recall", Cost.flat(10))),
                        meter("embedding_calls", Cost.flat(0), entry("POST /api/mcp/recall", Cost.flat(1)))),
                List.of(
                        new Limit(
                                "credits-per-minute",
                                "credits",
                                Amount.of(credits),
                                MINUTE,
                                Scope.ACCOUNT,
                                Mode.ENFORCE,
                                thresholds,
                                60_000),
                        new Limit(
                                "concurrent-requests",
                                "credits",
                                Amount.of(inFlight),
                                new Algorithm.Concurrency(60_000),
                                Scope.ACCOUNT,
                                Mode.ENFORCE,
                                List.of(),
                                0),
                        Limit.enforced(
                                "embeddings-per-day",
                                "embedding_calls",
                                embeddings,
                                new Algorithm.FixedWindow(WindowUnit.DAY)),
                        new Limit(
                                "share-per-key",
                                "credits",
                                Amount.unlimited(),
                                MINUTE,
                                Scope.API_KEY,
                                Mode.ADVISORY,
                                List.of(),
                                60_000)),
                List.of());
    }

    private static Meter meter(String id, Cost otherwise, CostTable.Entry... entries) {
        return new Meter(id, "unit", new CostTable(otherwise, List.of(entries)));
    }

    private static CostTable.Entry entry(String pattern, Cost cost) {
        return new CostTable.Entry(EndpointPattern.of(pattern), cost);
    }

    private static PerCallCap cap(String pattern, PerCallCap.Dimension dimension, long max) {
        return new PerCallCap(EndpointPattern.of(pattern), dimension, max);
    }

    private static Limit leaky(String id, String meter, long amount, long period) {
        return Limit.enforced(id, meter, amount, new Algorithm.LeakyBucket(period));
    }

    private static PlanVersion plan(String id, List<Meter> meters, List<Limit> limits, List<PerCallCap> caps) {
        return new PlanVersion(id, 1, 0, 0, id, meters, limits, caps, Set.of(Outcome.SUCCESS));
    }
}
