package dev.tollgate.engine;

import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Meter;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.pricing.Cost;
import dev.tollgate.planmodel.pricing.CostTable;
import dev.tollgate.planmodel.pricing.EndpointPattern;
import dev.tollgate.planmodel.pricing.PerCallCap;
import dev.tollgate.planmodel.time.WindowUnit;
import java.util.List;

/** Plans that tests share. */
final class TestingPlans {
    static final Algorithm MINUTE = new Algorithm.FixedWindow(WindowUnit.MINUTE);
    static final Algorithm DAY = new Algorithm.FixedWindow(WindowUnit.DAY);
    static final Meter REQUESTS = new Meter("requests", "request", CostTable.flat(1));
    static final Meter COMPLEXITY = new Meter(
            "complexity",
            "token",
            new CostTable(Cost.flat(1), List.of(new CostTable.Entry(EndpointPattern.of("/v2/mem-it"), Cost.flat(40)))));

    private TestingPlans() {}

    /** 10 requests a minute, warned about at 90 %. */
    static PlanVersion tenAMinute() {
        return plan("ten", 1, 0, List.of(REQUESTS), Limit.enforced("rpm", "requests", 10, MINUTE));
    }

    /** 20 requests a minute under the same limit id as {@link #tenAMinute}. */
    static PlanVersion twentyAMinute() {
        return plan("twenty", 1, 0, List.of(REQUESTS), Limit.enforced("rpm", "requests", 20, MINUTE));
    }

    /** The published numbers of Mem.ai, in fixed windows. */
    static PlanVersion mem() {
        return plan(
                "mem",
                1,
                0,
                List.of(REQUESTS, COMPLEXITY),
                Limit.enforced("requests-per-minute", "requests", 100, MINUTE),
                Limit.enforced("requests-per-day", "requests", 4_000, DAY),
                Limit.enforced("complexity-per-minute", "complexity", 200, MINUTE),
                Limit.enforced("complexity-per-day", "complexity", 8_000, DAY));
    }

    static PlanVersion plan(String id, int version, long effectiveFrom, List<Meter> meters, Limit... limits) {
        return new PlanVersion(
                id,
                version,
                effectiveFrom,
                0,
                id,
                meters,
                List.of(limits),
                List.<PerCallCap>of(),
                PlanVersion.DEFAULT_CONSUMPTION);
    }
}
