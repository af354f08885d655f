package dev.tollgate.planmodel;

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

    @Override
    public String toString() {
        return isUnlimited() ? "unlimited" : Long.toString(units);
    }
}
