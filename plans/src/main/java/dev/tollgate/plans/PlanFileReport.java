package dev.tollgate.plans;

import dev.tollgate.schemas.avro.Plan;
import java.util.List;

/**
 * What a plan file says and what is wrong with it.
 *
 * @param file name of the file as it was given
 * @param plans the plans in the order of the file; empty if there is any error
 * @param errors why the file cannot be used, in the order of the file
 * @param warnings what is allowed but probably not meant, in the order of the file
 */
public record PlanFileReport(String file, List<Plan> plans, List<PlanProblem> errors, List<PlanProblem> warnings) {
    public PlanFileReport {
        plans = List.copyOf(plans);
        errors = List.copyOf(errors);
        warnings = List.copyOf(warnings);
    }

    /** Whether the file can be used; there may be warnings all the same. */
    public boolean isValid() {
        return errors.isEmpty();
    }
}
