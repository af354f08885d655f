package dev.tollgate.planmodel.pricing;

import dev.tollgate.planmodel.input.RequestTarget;
import java.util.List;

/**
 * What calls of one endpoint cost on each meter of a plan, and how large they may be: worked out once, asked with each
 * call.
 *
 * <p>Of several entries of a cost table that match, the most specific holds; likewise of several caps on one dimension.
 * The endpoint is {@linkplain RequestTarget#reduced reduced} first, so that no caller chooses a price by the form of a
 * target.
 */
public final class EndpointPricing {
    private final Cost[] costs;
    private final long maxInputTokens;
    private final long maxOutputItems;
    private final long maxUnits;

    /**
     * Resolves an endpoint.
     *
     * @param endpoint as it was called
     * @param tables one for each meter
     * @param caps of the plan, in any order
     */
    public EndpointPricing(String endpoint, List<CostTable> tables, List<PerCallCap> caps) {
        String called = RequestTarget.reduced(endpoint);
        this.costs = new Cost[tables.size()];
        for (int i = 0; i < costs.length; i++) {
            costs[i] = tables.get(i).costFor(called);
        }
        this.maxInputTokens = maxOf(called, PerCallCap.Dimension.INPUT_TOKENS, caps);
        this.maxOutputItems = maxOf(called, PerCallCap.Dimension.OUTPUT_ITEMS, caps);
        this.maxUnits = maxOf(called, PerCallCap.Dimension.UNITS, caps);
    }

    private static long maxOf(String endpoint, PerCallCap.Dimension dimension, List<PerCallCap> caps) {
        PerCallCap found = null;
        for (PerCallCap cap : caps) {
            if (cap.dimension() == dimension
                    && cap.endpoint().matches(endpoint)
                    && (found == null || cap.endpoint().compareTo(found.endpoint()) < 0)) {
                found = cap;
            }
        }
        return found == null ? Long.MAX_VALUE : found.max();
    }

    /** How many meters there are. */
    public int meters() {
        return costs.length;
    }

    /**
     * What a call costs on one meter.
     *
     * @param meter place of the meter's table, from 0
     */
    public Cost cost(int meter) {
        return costs[meter];
    }

    /** Largest allowed input; {@link Long#MAX_VALUE} where there is no cap. */
    public long maxInputTokens() {
        return maxInputTokens;
    }

    /** Largest allowed output; {@link Long#MAX_VALUE} where there is no cap. */
    public long maxOutputItems() {
        return maxOutputItems;
    }

    /** Most allowed units; {@link Long#MAX_VALUE} where there is no cap. */
    public long maxUnits() {
        return maxUnits;
    }
}
