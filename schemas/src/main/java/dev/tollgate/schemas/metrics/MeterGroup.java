package dev.tollgate.schemas.metrics;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The meters of a role or library, in the order in which they are listed.
 *
 * @param role the word after {@code tollgate} in each name
 * @param title what exposes them
 * @param meters all of them
 */
public record MeterGroup(String role, String title, List<MeterDeclaration> meters) {
    public MeterGroup {
        meters = List.copyOf(meters);
        Set<String> names = new HashSet<>();
        for (MeterDeclaration meter : meters) {
            if (!meter.name().startsWith("tollgate." + role + ".")) {
                throw new IllegalArgumentException("meter " + meter.name() + " must begin with tollgate." + role);
            }
            if (!names.add(meter.prometheusName())) {
                throw new IllegalArgumentException("meter " + meter.name() + " is declared twice");
            }
        }
    }

    public static MeterGroup of(String role, String title, MeterDeclaration... meters) {
        return new MeterGroup(role, title, List.of(meters));
    }
}
