package dev.tollgate.gate.internal.account;

import java.util.concurrent.atomic.LongAdder;

/** What a gate has read of its topics since it was built; {@code GateMetrics} shows it. Thread-safe. */
public final class IntakeCounts {
    /** Snapshots taken over. */
    public final LongAdder snapshots = new LongAdder();

    /** Snapshots left alone because a newer one was known. */
    public final LongAdder outdatedSnapshots = new LongAdder();

    /** Records of the plan catalog taken over. */
    public final LongAdder plans = new LongAdder();

    /** Records that could not be read or used, and were skipped. */
    public final LongAdder malformed = new LongAdder();

    /** Accounts evicted to make room. */
    public final LongAdder evicted = new LongAdder();

    /** Acknowledged calls that joined another, because too many of their account wait for a snapshot. */
    public final LongAdder mergedCalls = new LongAdder();

    /** Attempts to reach Kafka or the registry that failed. */
    public final LongAdder feedFailures = new LongAdder();
}
