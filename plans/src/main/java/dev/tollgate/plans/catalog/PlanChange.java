package dev.tollgate.plans.catalog;

import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What applying does to one plan.
 *
 * @param kind whether anything changes
 * @param plan the plan as the catalog has it afterwards, with all versions
 * @param added versions that the catalog did not have, oldest first
 * @param kept versions of the catalog that the file does not have, oldest first; they stay
 * @param retitled whether title or description change
 */
public record PlanChange(Kind kind, Plan plan, List<PlanVersion> added, List<PlanVersion> kept, boolean retitled) {

    /** Whether and how the catalog changes. */
    public enum Kind {
        /** The catalog did not have the plan. */
        CREATED,
        /** New versions, another title or another description. */
        CHANGED,
        /** The catalog has all of it already; nothing is written. */
        UNCHANGED
    }

    public PlanChange {
        added = List.copyOf(added);
        kept = List.copyOf(kept);
    }

    /** The plan's id. */
    public String planId() {
        return plan.getPlanId();
    }

    /** One line for people: {@code plan mem created: version 1 from 2026-01-01T00:00:00Z}. */
    public String sentence() {
        String versions = added.stream()
                .map(version -> "version " + version.getVersion() + " from " + version.getEffectiveFrom())
                .collect(Collectors.joining(", "));
        return switch (kind) {
            case CREATED -> "plan " + planId() + " created: " + versions;
            case CHANGED ->
                "plan " + planId() + " changed: " + versions
                        + (retitled ? (versions.isEmpty() ? "" : ", ") + "title or description" : "");
            case UNCHANGED -> "plan " + planId() + " unchanged";
        };
    }
}
