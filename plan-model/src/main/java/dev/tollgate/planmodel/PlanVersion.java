package dev.tollgate.planmodel;

import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.planmodel.contract.Identifiers;
import dev.tollgate.planmodel.pricing.CostTable;
import dev.tollgate.planmodel.pricing.EndpointPattern;
import dev.tollgate.planmodel.pricing.PerCallCap;
import dev.tollgate.planmodel.time.WindowCalendar;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One immutable version of a plan.
 *
 * @param planId the plan
 * @param version 1 or more, growing with the effective date; 0 only for the built-in plan {@code none}
 * @param effectiveFromMillis from when on it is in force, in event time, milliseconds since the epoch, inclusive
 * @param noticePeriodMillis how long ahead accounts are told of this version, 0 or more
 * @param title name for people
 * @param meters what is counted, 1 to {@link #MAX_METERS}
 * @param limits what is limited, at most {@link #MAX_LIMITS}; may be empty
 * @param perCallCaps largest single calls; may be empty
 * @param consumption the outcomes that are charged
 * @param calendar what windows of a day and longer follow, for accounts that have no calendar of their own
 */
public record PlanVersion(
        String planId,
        int version,
        long effectiveFromMillis,
        long noticePeriodMillis,
        String title,
        List<Meter> meters,
        List<Limit> limits,
        List<PerCallCap> perCallCaps,
        Set<Outcome> consumption,
        WindowCalendar calendar) {

    /** Most meters of one plan. */
    public static final int MAX_METERS = 16;

    /** Most limits of one plan. */
    public static final int MAX_LIMITS = 32;

    /** Outcomes charged where a plan does not say: successful calls. */
    public static final Set<Outcome> DEFAULT_CONSUMPTION = Set.of(Outcome.SUCCESS);

    /**
     * The built-in plan of accounts that are on no other: version 0 of {@code none}. Counts every call on the meter
     * {@code requests} and limits nothing.
     */
    public static final PlanVersion NONE = new PlanVersion(
            "none",
            0,
            0,
            0,
            "No plan",
            List.of(new Meter("requests", "request", CostTable.flat(1))),
            List.of(),
            List.of(),
            DEFAULT_CONSUMPTION);

    /** A version whose windows follow UTC. */
    public PlanVersion(
            String planId,
            int version,
            long effectiveFromMillis,
            long noticePeriodMillis,
            String title,
            List<Meter> meters,
            List<Limit> limits,
            List<PerCallCap> perCallCaps,
            Set<Outcome> consumption) {
        this(
                planId,
                version,
                effectiveFromMillis,
                noticePeriodMillis,
                title,
                meters,
                limits,
                perCallCaps,
                consumption,
                WindowCalendar.UTC);
    }

    /**
     * Copies and checks.
     *
     * @throws InvalidPlanException with every problem, if parts contradict each other
     */
    public PlanVersion {
        meters = List.copyOf(meters);
        limits = List.copyOf(limits);
        perCallCaps = List.copyOf(perCallCaps);
        consumption = Set.copyOf(consumption);
        List<String> problems = problemsOf(
                planId,
                version,
                effectiveFromMillis,
                noticePeriodMillis,
                title,
                meters,
                limits,
                perCallCaps,
                consumption);
        if (!problems.isEmpty()) {
            throw new InvalidPlanException(planId, version, problems);
        }
    }

    /** Whether another version is the same in everything but the title, which decides nothing. */
    public boolean hasContentOf(PlanVersion other) {
        return planId.equals(other.planId)
                && version == other.version
                && effectiveFromMillis == other.effectiveFromMillis
                && noticePeriodMillis == other.noticePeriodMillis
                && meters.equals(other.meters)
                && limits.equals(other.limits)
                && perCallCaps.equals(other.perCallCaps)
                && consumption.equals(other.consumption)
                && calendar.equals(other.calendar);
    }

    /** Everything that would be wrong with a plan of these parts, one sentence each; empty if it is sound. */
    public static List<String> problemsOf(
            String planId,
            int version,
            long effectiveFromMillis,
            long noticePeriodMillis,
            String title,
            List<Meter> meters,
            List<Limit> limits,
            List<PerCallCap> perCallCaps,
            Set<Outcome> consumption) {
        List<String> problems = new ArrayList<>();
        try {
            Identifiers.require("plan id", planId);
        } catch (IllegalArgumentException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        boolean builtIn = planId.equals("none");
        if (builtIn ? version != 0 : version < 1) {
            problems.add("version must be >= 1 (0 and the id 'none' belong to the built-in plan), was " + version);
        }
        if (effectiveFromMillis < 0) {
            problems.add("effectiveFromMillis must be >= 0, was " + effectiveFromMillis);
        }
        if (noticePeriodMillis < 0) {
            problems.add("noticePeriodMillis must be >= 0, was " + noticePeriodMillis);
        }
        if (title.isBlank() || title.length() > Bounds.MAX_TITLE_CHARACTERS) {
            problems.add("title must have 1 to " + Bounds.MAX_TITLE_CHARACTERS + " characters, was '" + title + "'");
        }
        if (consumption.isEmpty() || consumption.contains(Outcome.UNKNOWN)) {
            problems.add("consumption must name at least one known outcome, was " + consumption);
        }
        checkMeters(meters, problems);
        checkLimits(meters, limits, problems);
        checkCaps(perCallCaps, problems);
        return problems;
    }

    private static void checkMeters(List<Meter> meters, List<String> problems) {
        if (meters.isEmpty() || meters.size() > MAX_METERS) {
            problems.add("a plan must have 1 to " + MAX_METERS + " meters, has " + meters.size());
        }
        Set<String> ids = new HashSet<>();
        for (Meter meter : meters) {
            if (!ids.add(meter.id())) {
                problems.add("meter '" + meter.id() + "' is defined twice");
            }
        }
    }

    private static void checkLimits(List<Meter> meters, List<Limit> limits, List<String> problems) {
        if (limits.size() > MAX_LIMITS) {
            problems.add("a plan must have at most " + MAX_LIMITS + " limits, has " + limits.size());
        }
        Set<String> meterIds = new LinkedHashSet<>();
        meters.forEach(meter -> meterIds.add(meter.id()));
        Set<String> ids = new HashSet<>();
        for (Limit limit : limits) {
            if (!ids.add(limit.id())) {
                problems.add("limit '" + limit.id() + "' is defined twice");
            }
            if (!meterIds.contains(limit.meterId())) {
                problems.add("limit '" + limit.id() + "' names the meter '" + limit.meterId()
                        + "', which is not one of " + meterIds);
            }
        }
    }

    private static void checkCaps(List<PerCallCap> caps, List<String> problems) {
        record Key(EndpointPattern endpoint, PerCallCap.Dimension dimension) {}
        Set<Key> seen = new HashSet<>();
        for (PerCallCap cap : caps) {
            if (!seen.add(new Key(cap.endpoint(), cap.dimension()))) {
                problems.add("the " + cap.dimension() + " cap on '" + cap.endpoint() + "' is defined twice");
            }
        }
    }
}
