package dev.tollgate.testkit.oracle;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A plan as the recount sees it: all its versions. A limit keeps its meter, algorithm, time and scope from version to
 * version, as plan files must.
 *
 * @param id plan id
 * @param versions oldest first, each in force from its date until that of the next one
 * @param calendar what windows of a day and longer follow
 */
public record RecountPlan(String id, List<Version> versions, OracleCalendar calendar) {

    private static final Version NOTHING = versionOf(OraclePlan.NONE);

    /** A plan whose windows follow UTC. */
    public RecountPlan(String id, List<Version> versions) {
        this(id, versions, OracleCalendar.UTC);
    }

    public RecountPlan {
        versions = List.copyOf(versions);
    }

    /** A plan of one version that was always in force, whose limits are all enforced. */
    public static RecountPlan of(OraclePlan plan) {
        return new RecountPlan(plan.id(), List.of(versionOf(plan)), plan.calendar());
    }

    private static Version versionOf(OraclePlan plan) {
        return new Version(
                plan.version(),
                0,
                plan.meters(),
                plan.limits().stream()
                        .map(limit -> new Limit(
                                limit,
                                false,
                                limit.usedBasisPoints().stream()
                                        .map(share -> new Threshold(share, false))
                                        .toList()))
                        .toList(),
                plan.caps(),
                plan.chargedOutcomes());
    }

    /** The version in force at a moment; before the first one every call is one request and nothing is limited. */
    Version at(long timeMillis) {
        Version found = NOTHING;
        for (Version version : versions) {
            if (version.effectiveFromMillis() <= timeMillis) {
                found = version;
            }
        }
        return found;
    }

    /**
     * What a plan says from a date on.
     *
     * @param number version number
     * @param effectiveFromMillis inclusive, in event time
     * @param meters what is counted
     * @param limits what is limited
     * @param caps largest single calls
     * @param chargedOutcomes names of the outcomes that are charged
     */
    public record Version(
            int number,
            long effectiveFromMillis,
            List<OraclePlan.Meter> meters,
            List<Limit> limits,
            List<OraclePlan.Cap> caps,
            Set<String> chargedOutcomes) {

        public Version {
            meters = List.copyOf(meters);
            limits = List.copyOf(limits);
            caps = List.copyOf(caps);
            chargedOutcomes = Set.copyOf(chargedOutcomes);
        }

        @Nullable
        Limit limit(String limitId) {
            for (Limit limit : limits) {
                if (limit.id().equals(limitId)) {
                    return limit;
                }
            }
            return null;
        }
    }

    /**
     * A limit and when it speaks up.
     *
     * @param counting what is counted how; its own thresholds are not looked at
     * @param advisory whether reaching it is only reported
     * @param thresholds shares of the amount that are reported
     */
    public record Limit(OraclePlan.Limit counting, boolean advisory, List<Threshold> thresholds) {
        public Limit {
            thresholds = List.copyOf(thresholds);
        }

        String id() {
            return counting.id();
        }
    }

    /**
     * A share of an amount.
     *
     * @param usedBasisPoints used share in hundredths of a percent
     * @param above whether usage must be above the share ("remaining below"), and not only reach it
     */
    public record Threshold(int usedBasisPoints, boolean above) {}
}
