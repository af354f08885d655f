package dev.tollgate.gate.internal.account;

import dev.tollgate.planmodel.PlanHistory;
import dev.tollgate.planmodel.PlanHistory.ChangedVersionException;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.plan.PlanTranslator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The plan catalog as this gate knows it. Written by the feed, read by every thread. */
final class PlanRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(PlanRegistry.class);

    /** Versions by plan, in the order of their effective dates. */
    private final Map<String, List<GatePlan>> versionsByPlan = new ConcurrentHashMap<>();

    /** What the accounting role has taken, as far as this release understands it. */
    private final PlanHistory history = new PlanHistory();

    /**
     * Called by the feed, in the order of the log.
     *
     * @throws IllegalArgumentException if a version cannot be used, or is not what it was, which the accounting role
     *     rejects too; the plan stays what it was
     */
    void put(Plan plan) {
        try {
            history.put(plan.getPlanId(), PlanTranslator.versions(plan));
        } catch (ChangedVersionException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            // A plan of a later release, perhaps: what of it is understood is used.
            LOG.debug("a plan is understood in part: plan={}", plan.getPlanId(), e);
        }
        List<GatePlan> versions = new ArrayList<>();
        for (PlanVersion version : plan.getVersions()) {
            versions.add(new GatePlan(plan.getPlanId(), version));
        }
        versions.sort(Comparator.comparingLong(version -> version.effectiveFromMillis));
        versionsByPlan.put(plan.getPlanId(), List.copyOf(versions));
    }

    void remove(String planId) {
        history.remove(planId);
        versionsByPlan.remove(planId);
    }

    /** The version in force at a moment, but no older one than the account is known to be on; null if there is none. */
    @Nullable
    GatePlan versionAt(String planId, int leastVersion, long nowMillis) {
        GatePlan found = null;
        for (GatePlan version : versionsByPlan.getOrDefault(planId, List.of())) {
            if (version.effectiveFromMillis <= nowMillis || version.version <= leastVersion) {
                found = version;
            }
        }
        return found;
    }

    /** When the version after this one takes effect; {@link GateTerms#FOREVER} if there is none. */
    long endOf(GatePlan plan) {
        for (GatePlan version : versionsByPlan.getOrDefault(plan.planId, List.of())) {
            if (version.effectiveFromMillis > plan.effectiveFromMillis) {
                return version.effectiveFromMillis;
            }
        }
        return GateTerms.FOREVER;
    }
}
