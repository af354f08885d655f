package dev.tollgate.schemas.plan;

import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Meter;
import dev.tollgate.planmodel.Mode;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Scope;
import dev.tollgate.planmodel.Threshold;
import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.planmodel.pricing.Cost;
import dev.tollgate.planmodel.pricing.CostTable;
import dev.tollgate.planmodel.pricing.EndpointPattern;
import dev.tollgate.planmodel.pricing.PerCallCap;
import dev.tollgate.planmodel.time.WindowCalendar;
import dev.tollgate.planmodel.time.WindowLength;
import dev.tollgate.schemas.avro.Plan;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Plans of the catalog topic to those of the plan model.
 *
 * <p>Whole plans are translated strictly: what this build does not know is an error. Gates know plans of later releases
 * in part, and translate costs, caps and windows one by one.
 */
public final class PlanTranslator {
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
        version.getChargedOutcomes().forEach(outcome -> charged.add(outcome(outcome)));
        return new PlanVersion(
                plan.getPlanId(),
                version.getVersion(),
                version.getEffectiveFrom().toEpochMilli(),
                version.getNoticePeriodMs(),
                title(plan),
                version.getMeters().stream().map(PlanTranslator::meter).toList(),
                version.getLimits().stream().map(PlanTranslator::limit).toList(),
                version.getPerCallCaps().stream().map(PlanTranslator::cap).toList(),
                charged,
                calendar(plan, version));
    }

    private static WindowCalendar calendar(Plan plan, dev.tollgate.schemas.avro.PlanVersion version) {
        try {
            return WindowTranslator.calendar(version.getCalendar());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "plan " + plan.getPlanId() + " version " + version.getVersion() + ": " + e.getMessage(), e);
        }
    }

    private static String title(Plan plan) {
        String title = plan.getTitle().isBlank() ? plan.getPlanId() : plan.getTitle();
        return title.length() > Bounds.MAX_TITLE_CHARACTERS ? title.substring(0, Bounds.MAX_TITLE_CHARACTERS) : title;
    }

    private static Meter meter(dev.tollgate.schemas.avro.Meter meter) {
        return new Meter(
                meter.getMeterId(), meter.getUnit().isBlank() ? meter.getMeterId() : meter.getUnit(), costs(meter));
    }

    /**
     * What calls cost on one meter.
     *
     * @throws IllegalArgumentException if a pattern or a cost is out of bounds, or a pattern is there twice
     */
    public static CostTable costs(dev.tollgate.schemas.avro.Meter meter) {
        return new CostTable(
                cost(meter.getDefaultCost()),
                meter.getEndpointCosts().stream()
                        .map(entry ->
                                new CostTable.Entry(EndpointPattern.of(entry.getEndpoint()), cost(entry.getCost())))
                        .toList());
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

    private static WindowLength window(dev.tollgate.schemas.avro.Limit limit) {
        dev.tollgate.schemas.avro.@Nullable WindowUnit window = limit.getWindow();
        if (window == null) {
            throw new IllegalArgumentException("limit " + limit.getLimitId() + " has a fixed window without a length");
        }
        WindowLength known = WindowTranslator.length(limit);
        if (known == null) {
            dev.tollgate.schemas.avro.@Nullable WindowLength length = limit.getWindowLength();
            throw new IllegalArgumentException("the window of limit " + limit.getLimitId()
                    + " is one that this build does not know: "
                    + (length == null ? window : length.getCount() + " " + length.getUnit()));
        }
        return known;
    }

    /** How a request ended. */
    public static Outcome outcome(dev.tollgate.schemas.avro.Outcome outcome) {
        return switch (outcome) {
            case SUCCESS -> Outcome.SUCCESS;
            case AUTH_FAILED -> Outcome.AUTH_FAILED;
            case INVALID -> Outcome.INVALID;
            case LIMITED -> Outcome.LIMITED;
            case SERVER_ERROR -> Outcome.SERVER_ERROR;
            case UNKNOWN -> Outcome.UNKNOWN;
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

    /**
     * One cap.
     *
     * @throws IllegalArgumentException if its pattern is malformed, its dimension unknown or its maximum negative
     */
    public static PerCallCap cap(dev.tollgate.schemas.avro.PerCallCap cap) {
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
