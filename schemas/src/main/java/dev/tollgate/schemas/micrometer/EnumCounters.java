package dev.tollgate.schemas.micrometer;

import io.micrometer.core.instrument.Counter;
import java.util.Arrays;
import java.util.function.Function;

/**
 * One counter for each constant of an enum, found by its ordinal: counting looks up no name and allocates nothing.
 * Thread-safe.
 *
 * @param <E> the enum
 */
public final class EnumCounters<E extends Enum<E>> {
    private final Counter[] counters;

    EnumCounters(Class<E> constants, Function<E, Counter> counter) {
        counters = Arrays.stream(constants.getEnumConstants()).map(counter).toArray(Counter[]::new);
    }

    /** One more. */
    public void increment(E constant) {
        counters[constant.ordinal()].increment();
    }

    /** So many more. */
    public void add(E constant, double amount) {
        counters[constant.ordinal()].increment(amount);
    }

    /** How many so far. */
    public long count(E constant) {
        return (long) counters[constant.ordinal()].count();
    }
}
