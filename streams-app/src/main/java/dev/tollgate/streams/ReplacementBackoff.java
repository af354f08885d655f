package dev.tollgate.streams;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * How long to pause before a thread is replaced: {@value #FIRST_MILLIS} ms, doubled with each fault in a row up to
 * {@value #LONGEST_MILLIS} ms, and up to half as much again by chance, so that instances that failed together do not
 * come back together.
 *
 * <p>Faults during a pause belong to the fault that it is for: one outage ends all threads. After
 * {@value #WELL_MINUTES} minutes without a fault the row is over. Times are of {@link System#nanoTime}. Thread-safe.
 */
final class ReplacementBackoff {
    static final long FIRST_MILLIS = 500;
    static final long LONGEST_MILLIS = 30_000;
    static final int WELL_MINUTES = 2;

    private final RandomGenerator random;
    private int row;
    private boolean failedBefore;
    private long lastFaultNanos;
    private long pauseEndsNanos;

    ReplacementBackoff(RandomGenerator random) {
        this.random = random;
    }

    /**
     * There was a fault.
     *
     * @return milliseconds until the end of the pause
     */
    synchronized long failed(long nowNanos) {
        if (failedBefore && nowNanos - lastFaultNanos > TimeUnit.MINUTES.toNanos(WELL_MINUTES)) {
            row = 0;
        }
        boolean pausing = isPausing(nowNanos);
        failedBefore = true;
        lastFaultNanos = nowNanos;
        if (!pausing) {
            long least = Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(row, 10));
            row++;
            pauseEndsNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(least + random.nextLong(least / 2 + 1));
        }
        return TimeUnit.NANOSECONDS.toMillis(pauseEndsNanos - nowNanos);
    }

    /** Whether it is too early to begin again. */
    synchronized boolean isPausing(long nowNanos) {
        return failedBefore && pauseEndsNanos - nowNanos > 0;
    }
}
