package dev.tollgate.gate;

import dev.tollgate.planmodel.time.WindowCalendar;
import dev.tollgate.planmodel.time.WindowLength;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.Dimension;
import dev.tollgate.schemas.avro.EndpointCost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.PerCallCap;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.WindowUnit;
import dev.tollgate.schemas.plan.WindowTranslator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes plans as the catalog holds them. */
public final class TestingPlan {
    private final String id;
    private final List<Meter> meters = new ArrayList<>();
    private final List<Limit> limits = new ArrayList<>();
    private WindowCalendar calendar = WindowCalendar.UTC;
    private final List<PerCallCap> caps = new ArrayList<>();
    private int version = 1;
    private Instant effectiveFrom = Instant.EPOCH;

    private TestingPlan(String id) {
        this.id = id;
    }

    public static TestingPlan named(String id) {
        return new TestingPlan(id);
    }

    /** The published limits of Mem.ai, as fixed windows or leaky buckets. */
    public static Plan mem(Algorithm algorithm) {
        return named("mem")
                .meter("requests", 1)
                .meter("complexity", 1, "/v2/mem-it", 40)
                .limit("requests-per-minute", "requests", 100L, algorithm, WindowUnit.MINUTE)
                .limit("requests-per-day", "requests", 4_000L, algorithm, WindowUnit.DAY)
                .limit("complexity-per-minute", "complexity", 200L, algorithm, WindowUnit.MINUTE)
                .limit("complexity-per-day", "complexity", 8_000L, algorithm, WindowUnit.DAY)
                .build();
    }

    /** One limit of so many requests a minute. */
    public static Plan perMinute(long amount) {
        return named("mem")
                .meter("requests", 1)
                .limit("requests-per-minute", "requests", amount, Algorithm.FIXED_WINDOW, WindowUnit.MINUTE)
                .build();
    }

    TestingPlan version(int version, Instant effectiveFrom) {
        this.version = version;
        this.effectiveFrom = effectiveFrom;
        return this;
    }

    /** A meter with endpoint and cost by turns. */
    TestingPlan meter(String meterId, long preset, Object... endpointsAndCosts) {
        List<EndpointCost> costs = new ArrayList<>();
        for (int i = 0; i < endpointsAndCosts.length; i += 2) {
            costs.add(new EndpointCost(
                    (String) endpointsAndCosts[i], new Cost(((Number) endpointsAndCosts[i + 1]).longValue(), 0L, 1L)));
        }
        meters.add(new Meter(meterId, "", new Cost(preset, 0L, 1L), costs));
        return this;
    }

    TestingPlan meterPerUnit(String meterId, String endpoint, long base, long perUnit, long unitSize) {
        meters.add(new Meter(
                meterId,
                "",
                new Cost(1L, 0L, 1L),
                List.of(new EndpointCost(endpoint, new Cost(base, perUnit, unitSize)))));
        return this;
    }

    TestingPlan limit(String limitId, String meterId, @Nullable Long amount, Algorithm algorithm, WindowUnit unit) {
        return limit(limitId, meterId, amount, algorithm, unit, Scope.ACCOUNT, Mode.ENFORCE);
    }

    TestingPlan limit(
            String limitId,
            String meterId,
            @Nullable Long amount,
            Algorithm algorithm,
            WindowUnit unit,
            Scope scope,
            Mode mode) {
        boolean fixed = algorithm == Algorithm.FIXED_WINDOW;
        boolean timed = algorithm == Algorithm.LEAKY_BUCKET || algorithm == Algorithm.SLIDING_WINDOW;
        limits.add(Limit.newBuilder()
                .setLimitId(limitId)
                .setMeterId(meterId)
                .setAmount(amount)
                .setAlgorithm(algorithm)
                .setWindow(fixed ? unit : null)
                .setPeriodMs(
                        timed
                                ? dev.tollgate.planmodel.time.WindowUnit.valueOf(unit.name())
                                        .maxMillis()
                                : null)
                .setLeaseMs(algorithm == Algorithm.CONCURRENCY ? 60_000L : null)
                .setScope(scope)
                .setMode(mode)
                .setThresholds(List.of())
                .setGraceMs(60_000L)
                .setBucketName(unit.name().toLowerCase(java.util.Locale.ROOT))
                .build());
        return this;
    }

    /** A fixed window of any length; {@link #follows} comes before it. */
    TestingPlan fixed(String limitId, String meterId, long amount, WindowLength length) {
        Limit limit = Limit.newBuilder()
                .setLimitId(limitId)
                .setMeterId(meterId)
                .setAmount(amount)
                .setAlgorithm(Algorithm.FIXED_WINDOW)
                .setScope(Scope.ACCOUNT)
                .setMode(Mode.ENFORCE)
                .setThresholds(List.of())
                .setGraceMs(60_000L)
                .build();
        WindowTranslator.put(limit, length, calendar);
        limits.add(limit);
        return this;
    }

    /** What windows of a day and longer follow. */
    TestingPlan follows(WindowCalendar windowCalendar) {
        this.calendar = windowCalendar;
        return this;
    }

    TestingPlan cap(String endpoint, Dimension dimension, long max) {
        caps.add(new PerCallCap(endpoint, dimension, max));
        return this;
    }

    public Plan build() {
        return with(List.of());
    }

    /** With the versions of another plan before it. */
    Plan with(List<PlanVersion> earlier) {
        List<PlanVersion> versions = new ArrayList<>(earlier);
        versions.add(PlanVersion.newBuilder()
                .setVersion(version)
                .setEffectiveFrom(effectiveFrom)
                .setNoticePeriodMs(0)
                .setChecksum("")
                .setMeters(meters)
                .setLimits(limits)
                .setPerCallCaps(caps)
                .setChargedOutcomes(List.of(Outcome.SUCCESS))
                .setCalendar(WindowTranslator.calendar(calendar))
                .build());
        return new Plan(id, id, "", versions);
    }
}
