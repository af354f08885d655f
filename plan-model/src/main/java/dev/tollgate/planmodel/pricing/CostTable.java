package dev.tollgate.planmodel.pricing;

import dev.tollgate.planmodel.input.RequestTarget;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What calls cost on one meter.
 *
 * @param defaultCost cost of endpoints that no entry matches
 * @param entries costs by endpoint pattern; kept most specific first, so the first match wins
 */
public record CostTable(Cost defaultCost, List<Entry> entries) {

    /**
     * One line of the table.
     *
     * @param pattern which endpoints
     * @param cost what a call costs
     */
    public record Entry(EndpointPattern pattern, Cost cost) {}

    public CostTable {
        Set<EndpointPattern> seen = new HashSet<>();
        for (Entry entry : entries) {
            if (!seen.add(entry.pattern())) {
                throw new IllegalArgumentException("endpoint pattern '" + entry.pattern() + "' is listed twice");
            }
        }
        entries = entries.stream()
                .sorted((a, b) -> a.pattern().compareTo(b.pattern()))
                .toList();
    }

    /** Every call costs the same. */
    public static CostTable flat(long base) {
        return new CostTable(Cost.flat(base), List.of());
    }

    /** The cost that applies to an endpoint, whose target is reduced first. */
    public Cost costFor(String endpoint) {
        String called = RequestTarget.reduced(endpoint);
        for (Entry entry : entries) {
            if (entry.pattern().matches(called)) {
                return entry.cost();
            }
        }
        return defaultCost;
    }
}
