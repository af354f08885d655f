package dev.tollgate.planmodel.pricing;

/**
 * What one call costs on one meter: {@code base + perUnit * ceil(units / unitSize)}.
 *
 * <p>Example: base 5, 1 per 10 chunks. A call with 0 chunks costs 5, with 1 to 10 chunks 6, with 11 chunks 7. A call
 * that reports no units counts as one unit.
 *
 * @param base 0 to {@link #MAX}
 * @param perUnit 0 to {@link #MAX}
 * @param unitSize 1 to {@link #MAX}
 */
public record Cost(long base, long perUnit, long unitSize) {
    /** Largest value of each part: 10<sup>9</sup>. */
    public static final long MAX = 1_000_000_000L;

    public Cost {
        requireRange("base", base, 0);
        requireRange("perUnit", perUnit, 0);
        requireRange("unitSize", unitSize, 1);
    }

    /** The same for every call. */
    public static Cost flat(long base) {
        return new Cost(base, 0, 1);
    }

    /**
     * The cost of one call.
     *
     * @param units 0 or more
     * @throws ArithmeticException if the exact result does not fit into 64 bits
     */
    public long of(long units) {
        if (perUnit == 0) {
            return base;
        }
        return Math.addExact(base, Math.multiplyExact(perUnit, parts(units)));
    }

    /**
     * The cost of one call, or the maximum if it is more. Never throws.
     *
     * @param units 0 or more
     * @param max at least {@link #MAX}
     */
    public long ofAtMost(long units, long max) {
        if (perUnit == 0) {
            return base;
        }
        long parts = parts(units);
        return parts > max / perUnit ? max : Math.min(max, base + perUnit * parts);
    }

    /** How many parts of the unit size have begun. */
    private long parts(long units) {
        return units / unitSize + (units % unitSize == 0 ? 0 : 1);
    }

    private static void requireRange(String name, long value, long min) {
        if (value < min || value > MAX) {
            throw new IllegalArgumentException(name + " must be " + min + " to " + MAX + ", was " + value);
        }
    }
}
