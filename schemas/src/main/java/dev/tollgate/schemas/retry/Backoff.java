package dev.tollgate.schemas.retry;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait after each failure in a row: the first time {@code first}, then twice as long each time up to
 * {@code longest}, and each time up to half as much again by chance, so that clients that failed together do not come
 * back together. From 200 ms to 1 s these are 200 to 300 ms, 400 to 600, 800 to 1,200, 1,000 to 1,500, and so on.
 *
 * <p>Not thread-safe.
 */
public final class Backoff {
    private final long firstNanos;
    private final long longestNanos;
    private final RandomGenerator random;
    private long leastNanos;

    /**
     * @param first least wait after the first failure, > 0
     * @param longest least wait after many failures, >= first; the wait itself is up to half as much longer
     * @param random what is added by chance comes from it
     * @throws IllegalArgumentException if the durations are out of range
     */
    public Backoff(Duration first, Duration longest, RandomGenerator random) {
        if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException("waits need 0 < first <= longest, were " + first + " and " + longest);
        }
        this.firstNanos = first.toNanos();
        this.longestNanos = longest.toNanos();
        this.random = random;
        this.leastNanos = firstNanos;
    }

    /** With chance that nobody can repeat; see {@link #Backoff(Duration, Duration, RandomGenerator)}. */
    public static Backoff between(Duration first, Duration longest) {
        return new Backoff(first, longest, RandomGenerator.getDefault());
    }

    /** There was a failure: how long to wait now. */
    public Duration next() {
        long least = leastNanos;
        leastNanos = least > longestNanos / 2 ? longestNanos : least * 2;
        return Duration.ofNanos(least + random.nextLong(least / 2 + 1));
    }

    /** There was a success: the next failure is the first of its row. */
    public void reset() {
        leastNanos = firstNanos;
    }
}
