package dev.tollgate.planmodel;

import java.math.BigInteger;

/**
 * How much a limit allows: a number of units of its meter, or no bound at all.
 *
 * @param units 0 to {@link #MAX_UNITS}, or {@link Long#MAX_VALUE} for unlimited
 */
public record Amount(long units) {
    /** Largest finite amount: 10<sup>15</sup>. Leaves room for exact arithmetic on totals that have overshot. */
    public static final long MAX_UNITS = 1_000_000_000_000_000L;

    private static final Amount UNLIMITED = new Amount(Long.MAX_VALUE);

    public Amount {
        if ((units < 0 || units > MAX_UNITS) && units != Long.MAX_VALUE) {
            throw new IllegalArgumentException("amount must be 0 to " + MAX_UNITS + " or unlimited, was " + units);
        }
    }

    /** A finite amount, 0 to {@link #MAX_UNITS}. */
    public static Amount of(long units) {
        if (units == Long.MAX_VALUE) {
            throw new IllegalArgumentException("amount must be 0 to " + MAX_UNITS + ", was " + units);
        }
        return new Amount(units);
    }

    /** No bound: usage is counted and never warned about or blocked. */
    public static Amount unlimited() {
        return UNLIMITED;
    }

    public boolean isUnlimited() {
        return units == Long.MAX_VALUE;
    }

    /**
     * {@code used x to / from}, rounded up. Without a finite share on both sides usage is kept as it is; whoever used
     * any of nothing has used all. Above the largest amount it makes no difference how much was used: no more than that
     * is carried.
     */
    public static long scale(long used, Amount from, Amount to) {
        if (used == 0 || from.isUnlimited() || to.isUnlimited()) {
            return used;
        }
        if (from.units == 0) {
            return to.units;
        }
        return BigInteger.valueOf(used)
                .multiply(BigInteger.valueOf(to.units))
                .add(BigInteger.valueOf(from.units - 1))
                .divide(BigInteger.valueOf(from.units))
                .min(BigInteger.valueOf(MAX_UNITS))
                .longValueExact();
    }

    @Override
    public String toString() {
        return isUnlimited() ? "unlimited" : Long.toString(units);
    }
}
