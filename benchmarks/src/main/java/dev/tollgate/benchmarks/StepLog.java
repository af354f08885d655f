package dev.tollgate.benchmarks;

import java.io.PrintStream;
import java.util.Locale;

/**
 * Tells on standard error what is being done and how far it is: a line for each step when it ends, and one in between
 * every ten seconds. One step at a time. Not thread-safe.
 */
public final class StepLog {
    private static final long QUIET_NANOS = 10_000_000_000L;

    private final PrintStream err;
    private String step = "";
    private long goal;
    private long beganNanos;
    private long toldNanos;

    public StepLog(PrintStream err) {
        this.err = err;
    }

    /**
     * Begins a step.
     *
     * @param name for people
     * @param goal how much there is to do, 1 or more, or 0 if that is not known
     */
    public void begin(String name, long goal) {
        this.step = name;
        this.goal = goal;
        this.beganNanos = System.nanoTime();
        this.toldNanos = beganNanos;
    }

    /** How much of the step is done. */
    public void at(long done) {
        long now = System.nanoTime();
        if (goal > 0 && now - toldNanos > QUIET_NANOS) {
            toldNanos = now;
            err.printf(Locale.ROOT, "  %-60s %3d %%%n", step, 100 * done / goal);
        }
    }

    /**
     * Ends the step.
     *
     * @param outcome what it gave, for people; may be empty
     */
    public void end(String outcome) {
        err.printf(Locale.ROOT, "%-62s %6.1f s  %s%n", step, (System.nanoTime() - beganNanos) / 1e9, outcome);
    }
}
