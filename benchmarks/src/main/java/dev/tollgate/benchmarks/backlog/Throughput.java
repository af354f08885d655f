package dev.tollgate.benchmarks.backlog;

import dev.tollgate.benchmarks.Pauses;
import dev.tollgate.benchmarks.StepLog;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How fast events were counted, from the moment at which the first one was until all were.
 *
 * @param events counted in that time
 * @param seconds of it
 * @param processor time spent in it
 */
record Throughput(long events, double seconds, ProcessorUse.Spent processor) {
    private static final long STEP_MILLIS = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /**
     * Watches a job.
     *
     * @param counted events that it has counted so far
     * @param goal how many it has to count
     * @throws IllegalStateException if it does not within ten minutes
     */
    static Throughput watch(LongSupplier counted, long goal, StepLog steps) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        await(counted, 1, deadline, steps);
        long before = counted.getAsLong();
        ProcessorUse use = new ProcessorUse();
        long start = System.nanoTime();
        await(counted, goal, deadline, steps);
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Throughput(goal - before, seconds, use.spent());
    }

    private static void await(LongSupplier counted, long goal, long deadline, StepLog steps) {
        long seen = counted.getAsLong();
        while (seen < goal) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "waited " + PATIENCE.toMinutes() + " minutes for " + goal + " events, saw " + seen);
            }
            Pauses.millis(STEP_MILLIS);
            seen = counted.getAsLong();
            steps.at(seen);
        }
    }

    double perSecond() {
        return events / seconds;
    }

    double processMicros() {
        return processor.processNanos() / 1e3 / events;
    }

    /** Microseconds per event of a group of threads. */
    double micros(ProcessorUse.Group group) {
        return processor.nanos(group) / 1e3 / events;
    }
}
