package dev.tollgate.testkit.oracle;

import dev.tollgate.testkit.oracle.OraclePlan.Kind;
import dev.tollgate.testkit.oracle.RecountPlan.Threshold;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * That a threshold or the full amount was reached and still holds, and where the lines lie. Lines are in units of the
 * meter, of leaky buckets in units x period.
 *
 * @param threshold null for the full amount
 * @param advisory whether it is only reported
 */
record RecountHeld(@Nullable Threshold threshold, boolean advisory) {
    private static final BigInteger WHOLE = BigInteger.valueOf(10_000);

    /**
     * Lowest level at which it is reached. Nothing used reaches nothing. A leaky bucket is full when it has no room for
     * one more unit.
     */
    static BigInteger line(OraclePlan.Limit limit, long amount, @Nullable Threshold threshold) {
        BigInteger whole = whole(limit, amount);
        BigInteger line;
        if (threshold != null) {
            BigInteger share = whole.multiply(BigInteger.valueOf(threshold.usedBasisPoints()));
            BigInteger[] parts = share.divideAndRemainder(WHOLE);
            line = threshold.above() || parts[1].signum() > 0 ? parts[0].add(BigInteger.ONE) : parts[0];
        } else {
            line = limit.kind() == Kind.LEAKY_BUCKET
                    ? whole.subtract(BigInteger.valueOf(limit.lengthMillis() - 1))
                    : whole;
        }
        return line.max(BigInteger.ONE);
    }

    /**
     * Level below which it is over. Warnings of leaky buckets and sliding windows hold for another tenth of the amount,
     * so that a level that sways around the line does not warn with each call.
     */
    static BigInteger endsBelow(OraclePlan.Limit limit, long amount, @Nullable Threshold threshold) {
        BigInteger line = line(limit, amount, threshold);
        boolean sways = limit.kind() == Kind.LEAKY_BUCKET || limit.kind() == Kind.SLIDING_WINDOW;
        return threshold == null || !sways
                ? line
                : line.subtract(whole(limit, amount).divide(BigInteger.TEN)).max(BigInteger.ONE);
    }

    private static BigInteger whole(OraclePlan.Limit limit, long amount) {
        return limit.kind() == Kind.LEAKY_BUCKET
                ? BigInteger.valueOf(amount).multiply(BigInteger.valueOf(limit.lengthMillis()))
                : BigInteger.valueOf(amount);
    }
}
