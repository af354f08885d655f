package dev.tollgate.engine.internal.rule;

import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Threshold;
import org.jspecify.annotations.Nullable;

/**
 * At which levels alerts fire and are over. Both are above 0, whatever the amount: see {@link Threshold}. Levels are in
 * the native unit of a bucket: units of the meter, or units x period for leaky buckets, so that a third of a unit is a
 * whole number too.
 */
public final class Levels {
    /** Of limits without a bound. No bucket gets there. */
    public static final long NEVER = Long.MAX_VALUE;

    private Levels() {}

    /**
     * Lowest level at which an alert fires.
     *
     * @param threshold null for the full amount
     */
    static long fires(Algorithm algorithm, Amount amount, @Nullable Threshold threshold) {
        if (amount.isUnlimited()) {
            return NEVER;
        }
        long whole = whole(algorithm, amount);
        if (threshold != null) {
            return threshold.firesAt(whole);
        }
        // A leaky bucket is full when one more unit would not fit, not only when it holds the amount to the last drop.
        return Math.max(1, algorithm instanceof Algorithm.LeakyBucket leaky ? whole - leaky.periodMillis() + 1 : whole);
    }

    /**
     * Level below which an alert that has fired is over. Blocks end as soon as there is room for one more unit.
     * Warnings of leaky buckets and sliding windows hold for another tenth of the amount: a level that sways around the
     * threshold would otherwise fire with every call.
     */
    public static long holds(Algorithm algorithm, Amount amount, @Nullable Threshold threshold) {
        long fires = fires(algorithm, amount, threshold);
        boolean sways = algorithm instanceof Algorithm.LeakyBucket || algorithm instanceof Algorithm.SlidingWindow;
        return threshold == null || fires == NEVER || !sways
                ? fires
                : Math.max(1, fires - whole(algorithm, amount) / 10);
    }

    private static long whole(Algorithm algorithm, Amount amount) {
        return algorithm instanceof Algorithm.LeakyBucket leaky
                ? Math.multiplyExact(amount.units(), leaky.periodMillis())
                : amount.units();
    }
}
