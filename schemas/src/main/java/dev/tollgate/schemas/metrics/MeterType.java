package dev.tollgate.schemas.metrics;

/** How a meter behaves. */
public enum MeterType {
    /** Only grows, and begins at 0 with the process. */
    COUNTER,
    /** A value as it is now. */
    GAUGE,
    /** Number, sum and recent maximum of durations. */
    TIMER,
    /** A timer that also counts how many durations were no longer than each of a few bounds. */
    HISTOGRAM
}
