package dev.tollgate.faults.traffic;

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
import dev.tollgate.schemas.avro.Threshold;
import dev.tollgate.schemas.avro.ThresholdKind;
import dev.tollgate.schemas.plan.WindowTranslator;
import dev.tollgate.testkit.oracle.OraclePlan;
import dev.tollgate.testkit.oracle.RecountPlan;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** The oracle's and the recount's plans as records of the catalog. */
final class PlanRecords {
    private static final int WHOLE_BASIS_POINTS = 10_000;

    private PlanRecords() {}

    static Plan of(OraclePlan plan) {
        return of(RecountPlan.of(plan));
    }

    static Plan of(RecountPlan plan) {
        return new Plan(
                plan.id(),
                "Plan of a fault campaign",
                "",
                plan.versions().stream().map(PlanRecords::version).toList());
    }

    private static PlanVersion version(RecountPlan.Version version) {
        return PlanVersion.newBuilder()
                .setVersion(Math.max(1, version.number()))
                .setEffectiveFrom(Instant.ofEpochMilli(version.effectiveFromMillis()))
                .setNoticePeriodMs(0)
                .setChecksum("faults-" + version.number())
                .setMeters(version.meters().stream().map(PlanRecords::meter).toList())
                .setLimits(version.limits().stream().map(PlanRecords::limit).toList())
                .setPerCallCaps(version.caps().stream()
                        .map(cap -> new PerCallCap(cap.pattern(), Dimension.valueOf(cap.dimension()), cap.max()))
                        .toList())
                .setChargedOutcomes(version.chargedOutcomes().stream()
                        .sorted()
                        .map(Outcome::valueOf)
                        .toList())
                .build();
    }

    private static Meter meter(OraclePlan.Meter meter) {
        List<EndpointCost> costs = meter.prices().stream()
                .map(priced -> new EndpointCost(priced.pattern(), cost(priced.price())))
                .toList();
        return new Meter(meter.id(), "unit", cost(meter.otherwise()), costs);
    }

    private static Cost cost(OraclePlan.Price price) {
        return new Cost(price.base(), price.perUnit(), price.unitSize());
    }

    private static Limit limit(RecountPlan.Limit limit) {
        OraclePlan.Limit counting = limit.counting();
        boolean fixed = counting.kind() == OraclePlan.Kind.FIXED_WINDOW;
        boolean leased = counting.kind() == OraclePlan.Kind.CONCURRENCY;
        Limit made = Limit.newBuilder()
                .setLimitId(counting.id())
                .setMeterId(counting.meter())
                .setAmount(counting.amount())
                .setAlgorithm(Algorithm.valueOf(counting.kind().name()))
                .setPeriodMs(fixed || leased ? null : counting.lengthMillis())
                .setLeaseMs(leased ? counting.lengthMillis() : null)
                .setScope(Scope.valueOf(counting.scope().name()))
                .setMode(limit.advisory() ? Mode.ADVISORY : Mode.ENFORCE)
                .setThresholds(
                        limit.thresholds().stream().map(PlanRecords::threshold).toList())
                .setGraceMs(counting.graceMillis())
                .build();
        if (fixed) {
            WindowTranslator.put(
                    made,
                    WindowLength.parse(counting.window().toLowerCase(Locale.ROOT))
                            .orElseThrow(),
                    WindowCalendar.UTC);
        }
        return made;
    }

    private static Threshold threshold(RecountPlan.Threshold threshold) {
        return threshold.above()
                ? new Threshold(ThresholdKind.REMAINING_BELOW, WHOLE_BASIS_POINTS - threshold.usedBasisPoints())
                : new Threshold(ThresholdKind.USED_AT_LEAST, threshold.usedBasisPoints());
    }
}
