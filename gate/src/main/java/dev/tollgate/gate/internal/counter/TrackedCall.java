package dev.tollgate.gate.internal.counter;

/**
 * What one call took of one counter, after its end, as long as it is not known whether a snapshot contains it. One of
 * the three methods is to be called, once. Safe for use by several threads.
 */
public final class TrackedCall {
    private final Counter counter;
    private final CounterRule rule;
    private final TrackedCalls.Generation generation;
    private final long cost;

    TrackedCall(Counter counter, CounterRule rule, TrackedCalls.Generation generation, long cost) {
        this.counter = counter;
        this.rule = rule;
        this.generation = generation;
        this.cost = cost;
    }

    /** The event is in the log: snapshots that reach the offset contain the call, others do not. */
    public void acknowledged(int partition, long offset) {
        counter.acknowledged(rule, generation, partition, offset, cost);
    }

    /** The event never gets into the log: the call is given back. */
    public void dropped() {
        counter.dropped(rule, generation, cost);
    }

    /** Where the event is will not be told: the call counts as one of which nobody tells. */
    public void unknown() {
        counter.unknown(generation, cost);
    }
}
