package dev.tollgate.streams.task;

import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.EndpointCost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.Threshold;
import dev.tollgate.schemas.avro.ThresholdKind;
import dev.tollgate.schemas.avro.WindowUnit;
import java.time.Instant;
import java.util.List;

/** Plans that the tests agree on. */
public final class TestingPlans {
    /** From long before any test's time. */
    public static final Instant ALWAYS = Instant.parse("2020-01-01T00:00:00Z");

    private TestingPlans() {}

    /**
     * Requests cost 1, {@code /v2/mem-it} costs 40 complexity and everything else 1; {@code perMinute} requests a
     * minute, 4000 a day, twice as much complexity.
     */
    public static Plan mem(String planId, long perMinute) {
        return plan(planId, version(1, ALWAYS, perMinute));
    }

    public static Plan plan(String planId, PlanVersion... versions) {
        return new Plan(planId, "Test plan", "", List.of(versions));
    }

    public static PlanVersion version(int version, Instant effectiveFrom, long perMinute) {
        return PlanVersion.newBuilder()
                .setVersion(version)
                .setEffectiveFrom(effectiveFrom)
                .setNoticePeriodMs(0)
                .setChecksum("test-" + version)
                .setMeters(List.of(
                        new Meter("requests", "request", new Cost(1L, 0L, 1L), List.of()),
                        new Meter(
                                "complexity",
                                "unit",
                                new Cost(1L, 0L, 1L),
                                List.of(new EndpointCost("/v2/mem-it", new Cost(40L, 0L, 1L))))))
                .setLimits(List.of(
                        limit("requests-per-minute", "requests", perMinute, WindowUnit.MINUTE),
                        limit("requests-per-day", "requests", 4_000, WindowUnit.DAY),
                        limit("complexity-per-minute", "complexity", 2 * perMinute, WindowUnit.MINUTE),
                        limit("complexity-per-day", "complexity", 8_000, WindowUnit.DAY)))
                .setPerCallCaps(List.of())
                .setChargedOutcomes(List.of(Outcome.SUCCESS))
                .build();
    }

    /**
     * {@code perMinute} requests a minute and {@code perDay} a day for each API key; each project drains 60 a minute.
     */
    public static Plan byKey(String planId, long perMinute, long perDay) {
        PlanVersion version = version(1, ALWAYS, 1_000_000);
        Limit drains = limit("project-drains", "requests", 60, WindowUnit.MINUTE);
        drains.setScope(Scope.PROJECT);
        drains.setAlgorithm(Algorithm.LEAKY_BUCKET);
        drains.setWindow(null);
        drains.setPeriodMs(60_000L);
        Limit minute = limit("key-per-minute", "requests", perMinute, WindowUnit.MINUTE);
        minute.setScope(Scope.API_KEY);
        Limit day = limit("key-per-day", "requests", perDay, WindowUnit.DAY);
        day.setScope(Scope.API_KEY);
        version.setLimits(
                List.of(limit("requests-per-day", "requests", 1_000_000, WindowUnit.DAY), minute, day, drains));
        return plan(planId, version);
    }

    private static Limit limit(String id, String meter, long amount, WindowUnit window) {
        return Limit.newBuilder()
                .setLimitId(id)
                .setMeterId(meter)
                .setAmount(amount)
                .setAlgorithm(Algorithm.FIXED_WINDOW)
                .setWindow(window)
                .setScope(Scope.ACCOUNT)
                .setMode(Mode.ENFORCE)
                .setThresholds(List.of(new Threshold(ThresholdKind.USED_AT_LEAST, 9_000)))
                .setGraceMs(60_000)
                .setBucketName(id.endsWith("day") ? "day" : "minute")
                .build();
    }
}
