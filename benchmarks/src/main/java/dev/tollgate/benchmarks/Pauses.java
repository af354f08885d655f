package dev.tollgate.benchmarks;

import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

/** Waiting for moments. */
public final class Pauses {
    private Pauses() {}

    /** Returns when the clock of {@link System#nanoTime()} has reached a moment. */
    public static void untilNanos(long moment) {
        long rest = moment - System.nanoTime();
        while (rest > 0) {
            LockSupport.parkNanos(rest);
            rest = moment - System.nanoTime();
        }
    }

    public static void millis(long millis) {
        untilNanos(System.nanoTime() + millis * 1_000_000);
    }

    /** Microseconds since the epoch, by the clock that all processes of a machine share. */
    public static long nowMicros() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }
}
