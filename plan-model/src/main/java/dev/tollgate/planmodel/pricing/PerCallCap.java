package dev.tollgate.planmodel.pricing;

/**
 * The largest single call. A call above it is denied by the service; if it is reported all the same it is journalled
 * and charges nothing.
 *
 * @param endpoint which endpoints; of several caps on one dimension the most specific holds
 * @param dimension what is measured
 * @param max largest allowed value, 0 or more
 */
public record PerCallCap(EndpointPattern endpoint, Dimension dimension, long max) {

    /** What a per-call cap measures. */
    public enum Dimension {
        INPUT_TOKENS,
        OUTPUT_ITEMS,
        UNITS
    }

    public PerCallCap {
        if (max < 0) {
            throw new IllegalArgumentException(
                    "max of the " + dimension + " cap on '" + endpoint + "' must be >= 0, was " + max);
        }
    }
}
