package dev.tollgate.gate.internal.counter;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one bucket: the newest snapshot, and the calls that this gate has admitted since.
 *
 * <p>Methods that take part in a decision are called by any thread, neither lock nor wait nor, but for the first call
 * in a new window, allocate. {@link #take} compares and counts in one atomic step, so threads of one gate never admit
 * more than what remains. {@link #apply} is called by one thread at a time.
 *
 * <p>Where {@code closed} is false, the call is in flight until {@link #close}, {@link #endTracked} or
 * {@link #giveBack}: as long as it is, no snapshot can contain it, because its event is published when it ends.
 *
 * <p>This object's monitor guards what is known of tracked calls, together with the baseline that is made of it; no
 * decision takes it.
 */
public abstract class Counter {
    /** Counts the cost if there is room for it. */
    public abstract boolean take(CounterRule rule, long nowMillis, long cost, boolean closed);

    /** Whether there would be room. */
    public abstract boolean hasRoom(CounterRule rule, long nowMillis, long cost);

    /** Undoes {@link #take}: the call was denied by another limit, or ended in a way that is not charged. */
    public abstract void giveBack(CounterRule rule, long nowMillis, long cost, boolean closed);

    /** A call that was taken as in flight has ended and is charged; nobody tells where its event is. */
    public abstract void close(long cost);

    /** As {@link #close}, where somebody will tell: until then the call counts as one that no snapshot contains. */
    public final TrackedCall endTracked(CounterRule rule, long nowMillis, long cost) {
        return new TrackedCall(this, rule, closeTracked(rule, nowMillis, cost), cost);
    }

    abstract TrackedCalls.Generation closeTracked(CounterRule rule, long nowMillis, long cost);

    abstract void acknowledged(
            CounterRule rule, TrackedCalls.Generation generation, int partition, long offset, long cost);

    abstract void dropped(CounterRule rule, TrackedCalls.Generation generation, long cost);

    abstract void unknown(TrackedCalls.Generation generation, long cost);

    /** Usage as headers show it, in units of the meter: the snapshot's and this gate's own. */
    public abstract long used(CounterRule rule, long nowMillis);

    /** When usage goes down next (window end, next unit of a leaky bucket); {@code nowMillis} if there is no usage. */
    public abstract long resetsAt(CounterRule rule, long nowMillis);

    /**
     * When there will be room for the cost if nothing else is admitted; for one that never fits, when the bucket is
     * empty.
     */
    public abstract long roomAt(CounterRule rule, long nowMillis, long cost);

    /** Takes over what a snapshot says. */
    protected abstract void apply(CounterRule rule, Snapshot snapshot, long horizonMillis);

    /** Of one thread at a time: the newest snapshot, which is taken over again where the rule changes. */
    private @Nullable Snapshot told;

    /** Takes over what a snapshot says, and keeps it. */
    public final synchronized void tell(CounterRule rule, Snapshot snapshot, long horizonMillis) {
        told = snapshot;
        apply(rule, snapshot, horizonMillis);
    }

    /** The newest snapshot, null if there was none. */
    public final synchronized @Nullable Snapshot told() {
        return told;
    }

    /**
     * The rule counts in another way from now on, by the same algorithm: takes the newest snapshot over again and keeps
     * the own calls that it does not contain, whose ends and acknowledgements are still to come.
     */
    public final synchronized void changeRule(CounterRule before, CounterRule after, long nowMillis) {
        recount(before, after, nowMillis);
    }

    abstract void recount(CounterRule before, CounterRule after, long nowMillis);

    /** Whether it has counted calls of this gate. */
    public abstract boolean hasOwnCalls();

    /** What tracks calls from now on: all that are tracked later are newer than the snapshot that is known. */
    final TrackedCalls newTrackedCalls(LongAdder merged) {
        TrackedCalls calls = new TrackedCalls(merged);
        Snapshot known = told;
        if (known != null) {
            calls.reached(known.sourcePartition(), known.sourceOffset());
        }
        return calls;
    }

    /** @param merged counts tracked calls that joined another, see {@link TrackedCalls} */
    public static Counter forRule(CounterRule rule, FleetShare fleet, LongAdder merged, long nowMillis) {
        return switch (rule.algorithm()) {
            case LEAKY_BUCKET -> new LeakyCounter(merged);
            case CONCURRENCY -> new ConcurrencyCounter();
            case FIXED_WINDOW, SLIDING_WINDOW, UNKNOWN -> new WindowCounter(rule, fleet, merged, nowMillis);
        };
    }
}
