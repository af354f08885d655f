package dev.tollgate.engine.plan;

/**
 * What is counted.
 *
 * @param id unique in the plan, for example {@code requests}
 * @param unit what one is called, for people: {@code request}, {@code credit}
 * @param costs what each call adds
 */
public record Meter(String id, String unit, CostTable costs) {
    public Meter {
        Identifiers.require("meter id", id);
        if (unit.isBlank() || unit.length() > 64) {
            throw new IllegalArgumentException(
                    "unit of meter " + id + " must have 1 to 64 characters, was '" + unit + "'");
        }
    }
}
