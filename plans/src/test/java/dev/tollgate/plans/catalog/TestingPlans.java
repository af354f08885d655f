package dev.tollgate.plans.catalog;

import dev.tollgate.plans.PlanFile;
import dev.tollgate.plans.PlanFileException;
import dev.tollgate.schemas.avro.Plan;

/** Plans of one meter and one limit, version by version. */
final class TestingPlans {
    private TestingPlans() {}

    /** A version as the lines of a plan file; join as many as needed into {@link #plan}. */
    static String version(int number, String effectiveFrom, long amount) {
        return version(number, effectiveFrom, amount, "window: minute");
    }

    static String version(int number, String effectiveFrom, long amount, String time) {
        return """
                  - version: %d
                    effective_from: %s
                    notice_period: 30d
                    meters: {requests: {default: 1}}
                    limits: [{id: a-limit, meter: requests, amount: %d, %s}]
            """.formatted(number, effectiveFrom, amount, time);
    }

    static Plan plan(String id, String... versions) {
        String text = "plans:\n  - id: " + id + "\n    title: Plan " + id + "\n    versions:\n"
                + String.join("", versions).indent(2);
        try {
            return PlanFile.read(text, id + ".yaml").getFirst();
        } catch (PlanFileException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
