package dev.tollgate.planmodel;

import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.planmodel.contract.Identifiers;
import dev.tollgate.planmodel.pricing.CostTable;

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
        if (unit.isBlank() || unit.length() > Bounds.MAX_UNIT_CHARACTERS) {
            throw new IllegalArgumentException("unit of meter " + id + " must have 1 to " + Bounds.MAX_UNIT_CHARACTERS
                    + " characters, was '" + unit + "'");
        }
    }
}
