package dev.tollgate.plans.catalog;

import dev.tollgate.planmodel.PlanHistory;
import dev.tollgate.planmodel.PlanHistory.ChangedVersionException;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.plan.PlanTranslator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a catalog says.
 *
 * @param plans the plans, by id
 * @param retired versions that were part of a plan once and are not now, by plan id; their numbers stay taken
 */
public record CatalogContent(Map<String, Plan> plans, Map<String, List<PlanVersion>> retired) {

    /** Copies both. */
    public CatalogContent {
        plans = new TreeMap<>(plans);
        retired = new TreeMap<>(retired);
    }

    /** A catalog that never had anything else than these plans. */
    public static CatalogContent of(Map<String, Plan> plans) {
        return new CatalogContent(plans, Map.of());
    }

    /** Takes the records of the catalog's log one by one, as the accounting role does. */
    static final class Builder {
        private final PlanHistory history = new PlanHistory();
        private final Map<String, Plan> plans = new HashMap<>();
        private final Map<String, Map<Integer, PlanVersion>> ever = new HashMap<>();

        void put(Plan plan) {
            try {
                history.put(plan.getPlanId(), PlanTranslator.versions(plan));
            } catch (ChangedVersionException e) {
                // The accounting role has rejected the record: it is a dead letter.
                return;
            } catch (IllegalArgumentException e) {
                // The accounting role has rejected it too, or is of a later release. It is shown as it stands there.
                plans.put(plan.getPlanId(), plan);
                return;
            }
            plans.put(plan.getPlanId(), plan);
            Map<Integer, PlanVersion> versions = ever.computeIfAbsent(plan.getPlanId(), _ -> new TreeMap<>());
            plan.getVersions().forEach(version -> versions.putIfAbsent(version.getVersion(), version));
        }

        void remove(String planId) {
            history.remove(planId);
            plans.remove(planId);
        }

        CatalogContent build() {
            Map<String, List<PlanVersion>> retired = new HashMap<>();
            ever.forEach((planId, versions) -> {
                List<PlanVersion> left = new ArrayList<>(versions.values());
                Plan plan = plans.get(planId);
                if (plan != null) {
                    plan.getVersions()
                            .forEach(version -> left.removeIf(other -> other.getVersion() == version.getVersion()));
                }
                if (!left.isEmpty()) {
                    retired.put(planId, List.copyOf(left));
                }
            });
            return new CatalogContent(plans, retired);
        }
    }
}
