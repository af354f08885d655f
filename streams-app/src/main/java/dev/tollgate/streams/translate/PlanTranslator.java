package dev.tollgate.streams.translate;

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
import dev.tollgate.engine.plan.Scope;
import dev.tollgate.engine.plan.Threshold;
import dev.tollgate.engine.plan.WindowUnit;
import dev.tollgate.schemas.avro.Plan;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Plans of the catalog topic to the engine's. */
public final class PlanTranslator {
    private static final int MAX_TITLE = 200;

    private PlanTranslator() {}

    /**
     * All versions of a plan.
     *
     * @throws IllegalArgumentException if a version is unsound or says something that this build does not know; the
     *     message names it
     */
    public static List<PlanVersion> versions(Plan plan) {
        List<PlanVersion> versions = new ArrayList<>();
        for (dev.tollgate.schemas.avro.PlanVersion version : plan.getVersions()) {
            versions.add(version(plan, version));
        }
        return versions;
    }

    private static PlanVersion version(Plan plan, dev.tollgate.schemas.avro.PlanVersion version) {
        Set<Outcome> charged = EnumSet.noneOf(Outcome.class);
        version.getChargedOutcomes().forEach(outcome -> charged.add(InputTranslator.outcome(outcome)));
        return new PlanVersion(
                plan.getPlanId(),
                version.getVersion(),
                version.getEffectiveFrom().toEpochMilli(),
                version.getNoticePeriodMs(),
                title(plan),
                version.getMeters().stream().map(PlanTranslator::meter).toList(),
                version.getLimits().stream().map(PlanTranslator::limit).toList(),
                version.getPerCallCaps().stream().map(PlanTranslator::cap).toList(),
                charged);
    }

    private static String title(Plan plan) {
        String title = plan.getTitle().isBlank() ? plan.getPlanId() : plan.getTitle();
        return title.length() > MAX_TITLE ? title.substring(0, MAX_TITLE) : title;
    }

    private static Meter meter(dev.tollgate.schemas.avro.Meter meter) {
        return new Meter(
                meter.getMeterId(),
                meter.getUnit().isBlank() ? meter.getMeterId() : meter.getUnit(),
                new CostTable(
                        cost(meter.getDefaultCost()),
                        meter.getEndpointCosts().stream()
                                .map(entry -> new CostTable.Entry(
                                        EndpointPattern.of(entry.getEndpoint()), cost(entry.getCost())))
                                .toList()));
    }

    private static Cost cost(dev.tollgate.schemas.avro.Cost cost) {
        return new Cost(cost.getBase(), cost.getPerUnit(), cost.getUnitSize());
    }

    private static Limit limit(dev.tollgate.schemas.avro.Limit limit) {
        Long amount = limit.getAmount();
        return new Limit(
                limit.getLimitId(),
                limit.getMeterId(),
                amount == null ? Amount.unlimited() : Amount.of(amount),
                algorithm(limit),
                switch (limit.getScope()) {
                    case ACCOUNT -> Scope.ACCOUNT;
                    case PROJECT -> Scope.PROJECT;
                    case API_KEY -> Scope.API_KEY;
                    case UNKNOWN -> throw unknown(limit, "scope", limit.getScope());
                },
                switch (limit.getMode()) {
                    case ENFORCE -> Mode.ENFORCE;
                    case ADVISORY -> Mode.ADVISORY;
                    case UNKNOWN -> throw unknown(limit, "mode", limit.getMode());
                },
                limit.getThresholds().stream()
                        .map(threshold -> threshold(limit, threshold))
                        .toList(),
                limit.getGraceMs());
    }

    private static Algorithm algorithm(dev.tollgate.schemas.avro.Limit limit) {
        return switch (limit.getAlgorithm()) {
            case FIXED_WINDOW -> new Algorithm.FixedWindow(window(limit));
            case LEAKY_BUCKET -> new Algorithm.LeakyBucket(length(limit, limit.getPeriodMs()));
            case SLIDING_WINDOW -> new Algorithm.SlidingWindow(length(limit, limit.getPeriodMs()));
            case CONCURRENCY -> new Algorithm.Concurrency(length(limit, limit.getLeaseMs()));
            case UNKNOWN -> throw unknown(limit, "algorithm", limit.getAlgorithm());
        };
    }

    private static long length(dev.tollgate.schemas.avro.Limit limit, @Nullable Long millis) {
        if (millis == null) {
            throw new IllegalArgumentException(
                    "limit " + limit.getLimitId() + " is a " + limit.getAlgorithm() + " without a length of time");
        }
        return millis;
    }

    private static WindowUnit window(dev.tollgate.schemas.avro.Limit limit) {
        dev.tollgate.schemas.avro.@Nullable WindowUnit window = limit.getWindow();
        if (window == null) {
            throw new IllegalArgumentException("limit " + limit.getLimitId() + " has a fixed window without a length");
        }
        return switch (window) {
            case SECOND -> WindowUnit.SECOND;
            case MINUTE -> WindowUnit.MINUTE;
            case HOUR -> WindowUnit.HOUR;
            case DAY -> WindowUnit.DAY;
            case MONTH -> WindowUnit.MONTH;
            case UNKNOWN -> throw unknown(limit, "window", window);
        };
    }

    private static Threshold threshold(
            dev.tollgate.schemas.avro.Limit limit, dev.tollgate.schemas.avro.Threshold threshold) {
        return new Threshold(
                switch (threshold.getKind()) {
                    case USED_AT_LEAST -> Threshold.Kind.USED_AT_LEAST;
                    case REMAINING_BELOW -> Threshold.Kind.REMAINING_BELOW;
                    case UNKNOWN -> throw unknown(limit, "threshold", threshold.getKind());
                },
                threshold.getBasisPoints());
    }

    private static PerCallCap cap(dev.tollgate.schemas.avro.PerCallCap cap) {
        return new PerCallCap(
                EndpointPattern.of(cap.getEndpoint()),
                switch (cap.getDimension()) {
                    case INPUT_TOKENS -> PerCallCap.Dimension.INPUT_TOKENS;
                    case OUTPUT_ITEMS -> PerCallCap.Dimension.OUTPUT_ITEMS;
                    case UNITS -> PerCallCap.Dimension.UNITS;
                    case UNKNOWN ->
                        throw new IllegalArgumentException(
                                "the cap on " + cap.getEndpoint() + " has a dimension that this build does not know");
                },
                cap.getMax());
    }

    private static IllegalArgumentException unknown(dev.tollgate.schemas.avro.Limit limit, String what, Enum<?> value) {
        return new IllegalArgumentException(
                "the " + what + " of limit " + limit.getLimitId() + " is one that this build does not know: " + value);
    }
}
