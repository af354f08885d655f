package dev.tollgate.cli.demo;

import dev.tollgate.schemas.avro.EndpointCost;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.PerCallCap;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.testkit.traffic.TrafficProfile.WeightedEndpoint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The plans of a demo and the endpoints that traffic must call for their costs to matter. */
final class DemoPlans {
    private static final List<String> PLAIN = List.of("/v2/notes", "/v2/search", "/v2/collections");
    private static final int PLAIN_WEIGHT = 30;
    private static final int COSTLY_WEIGHT = 10;
    private static final int MAX_UNITS = 40;

    private DemoPlans() {}

    /** Every endpoint that a plan names, and some that fall to the default cost. */
    static List<WeightedEndpoint> endpoints(List<Plan> plans) {
        Map<String, WeightedEndpoint> endpoints = new LinkedHashMap<>();
        PLAIN.forEach(endpoint -> endpoints.put(endpoint, new WeightedEndpoint(endpoint, PLAIN_WEIGHT, 0)));
        for (Plan plan : plans) {
            for (PlanVersion version : plan.getVersions()) {
                for (Meter meter : version.getMeters()) {
                    for (EndpointCost cost : meter.getEndpointCosts()) {
                        add(endpoints, cost.getEndpoint(), cost.getCost().getPerUnit() > 0);
                    }
                }
                for (PerCallCap cap : version.getPerCallCaps()) {
                    add(endpoints, cap.getEndpoint(), false);
                }
            }
        }
        return List.copyOf(endpoints.values());
    }

    private static void add(Map<String, WeightedEndpoint> endpoints, String pattern, boolean byUnit) {
        String endpoint = pattern.replaceAll(":[^/]+", "example").replace("*", "example");
        endpoints.merge(
                endpoint,
                new WeightedEndpoint(endpoint, COSTLY_WEIGHT, byUnit ? MAX_UNITS : 0),
                (old, made) -> made.maxUnits() > old.maxUnits() ? made : old);
    }
}
