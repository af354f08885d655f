package dev.tollgate.engine.output;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an event was charged, by meter, in the order of the plan. Immutable. */
public final class Costs {
    private static final Costs NONE = new Costs(List.of(), new long[0]);

    private final List<String> meterIds;
    private final long[] amounts;
    private final boolean zero;

    private Costs(List<String> meterIds, long[] amounts) {
        this.meterIds = meterIds;
        this.amounts = amounts;
        this.zero = Arrays.stream(amounts).allMatch(amount -> amount == 0);
    }

    /** Nothing was charged. */
    public static Costs none() {
        return NONE;
    }

    /**
     * Costs by meter.
     *
     * @param meterIds one id for each amount
     * @param amounts 0 or more each
     * @throws IllegalArgumentException if the sizes differ or an amount is negative
     */
    public static Costs of(List<String> meterIds, long... amounts) {
        if (meterIds.size() != amounts.length) {
            throw new IllegalArgumentException(
                    "amounts must be one for each of the " + meterIds.size() + " meters, were " + amounts.length);
        }
        for (long amount : amounts) {
            if (amount < 0) {
                throw new IllegalArgumentException("amounts must be >= 0, were " + Arrays.toString(amounts));
            }
        }
        return new Costs(List.copyOf(meterIds), amounts.clone());
    }

    public int size() {
        return amounts.length;
    }

    /** Meter at a place, from 0 to {@link #size()} - 1. */
    public String meterId(int index) {
        return meterIds.get(index);
    }

    /** Charge on the meter at a place, from 0 to {@link #size()} - 1. */
    public long amount(int index) {
        return amounts[index];
    }

    /** Charge on a meter; 0 for a meter that is not listed. */
    public long of(String meterId) {
        int index = meterIds.indexOf(meterId);
        return index < 0 ? 0 : amounts[index];
    }

    /** Whether nothing was charged on any meter. */
    public boolean isZero() {
        return zero;
    }

    public Map<String, Long> asMap() {
        Map<String, Long> map = new LinkedHashMap<>();
        for (int i = 0; i < amounts.length; i++) {
            map.put(meterIds.get(i), amounts[i]);
        }
        return map;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Costs other
                && meterIds.equals(other.meterIds)
                && Arrays.equals(amounts, other.amounts);
    }

    @Override
    public int hashCode() {
        return 31 * meterIds.hashCode() + Arrays.hashCode(amounts);
    }

    @Override
    public String toString() {
        return asMap().toString();
    }
}
