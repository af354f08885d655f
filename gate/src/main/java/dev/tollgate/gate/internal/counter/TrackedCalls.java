package dev.tollgate.gate.internal.counter;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Own calls of one counter that are over and of which the publisher tells where they are in the log: those that no
 * snapshot is known to contain yet.
 *
 * <p>A snapshot contains exactly the calls whose offset it has reached. So a call waits for its acknowledgement, and
 * then, if its offset is beyond the newest snapshot, for a snapshot that reaches it. A call whose acknowledgement comes
 * after the snapshot that contains it counts twice in between, which errs on the side of the limit.
 *
 * <p>Calls are kept by the window that they ended in (of a leaky bucket or sliding window: its period); the newest two
 * such generations are kept, so that a call of which nobody tells anything does not count for ever. Acknowledged calls
 * wait in a queue of at most {@value #MAX_WAITING}; when it is full, a call joins the newest one in it, which then
 * waits for the later of both offsets.
 *
 * <p>All access is guarded by this object's monitor, which whoever changes the counter's baseline accordingly holds
 * meanwhile. No decision takes it.
 */
final class TrackedCalls {
    static final int MAX_WAITING = 1_024;
    private static final int FIRST_CAPACITY = 16;
    private static final int NO_PARTITION = -1;

    /** The calls that ended in one window or period. */
    static final class Generation {
        private long key;
        private long cost;
        private long acknowledged;
        private long[] offsets = new long[FIRST_CAPACITY];
        private long[] costs = new long[FIRST_CAPACITY];
        private int waiting;

        Generation(long key) {
            this.key = key;
        }

        long key() {
            return key;
        }

        /** Cost of all calls that are not known to be contained. */
        long cost() {
            return cost;
        }
    }

    private final LongAdder merged;
    private @Nullable Generation newest;
    private @Nullable Generation previous;
    private int partition = NO_PARTITION;
    private long reachedOffset = Long.MIN_VALUE;
    private long newestOffset = Long.MIN_VALUE;

    /** @param merged counts calls that joined another because the queue was full */
    TrackedCalls(LongAdder merged) {
        this.merged = merged;
    }

    /** A call has ended; it counts as not contained. */
    Generation ended(long key, long cost) {
        Generation current = newest;
        if (current == null || current.key < key) {
            previous = current;
            current = new Generation(key);
            newest = current;
        } else if (current.key > key && previous != null && previous.key == key) {
            current = previous;
        }
        current.cost += cost;
        return current;
    }

    /** The windows are others now: the calls of the current one count in another. */
    void rename(long key, long newKey) {
        Generation current = of(key);
        if (current != null) {
            current.key = newKey;
        }
        newest = current;
        previous = null;
    }

    /** Whether the calls of a generation are still kept. */
    boolean isKept(Generation generation) {
        return generation == newest || generation == previous;
    }

    /** The generation of a window, null if no tracked call has ended in it. */
    @Nullable
    Generation of(long key) {
        Generation current = newest;
        if (current != null && current.key == key) {
            return current;
        }
        Generation before = previous;
        return before != null && before.key == key ? before : null;
    }

    /** Lets go of generations that ended before one. */
    void forgetBefore(long key) {
        if (previous != null && previous.key < key) {
            previous = null;
        }
        if (newest != null && newest.key < key) {
            newest = null;
        }
    }

    /** Cost of all calls that are kept and not known to be contained. */
    long cost() {
        return (newest == null ? 0 : newest.cost) + (previous == null ? 0 : previous.cost);
    }

    /**
     * Cost of a generation's calls of which nothing has been told yet and that the newest snapshot may contain all the
     * same. A publisher's acknowledgements come in the order of the log: where one is beyond the snapshot, so are all
     * that are still to come.
     */
    long mayBeContained(@Nullable Generation generation) {
        return generation == null || newestOffset > reachedOffset ? 0 : generation.cost - generation.acknowledged;
    }

    /** Takes a call out: it never gets into the log, or nobody knows where it will be. */
    void remove(Generation generation, long cost) {
        generation.cost -= cost;
    }

    /**
     * A call is in the log. One of another partition than the account's is of no use: the service has published it for
     * somebody else.
     *
     * @return whether the newest snapshot contains it, and it waits no more
     */
    boolean acknowledged(Generation generation, int itsPartition, long offset, long cost) {
        if (partition == NO_PARTITION) {
            partition = itsPartition;
        }
        if (partition == itsPartition) {
            newestOffset = Math.max(newestOffset, offset);
        }
        if (partition != itsPartition || offset <= reachedOffset) {
            generation.cost -= cost;
            return partition == itsPartition;
        }
        insert(generation, offset, cost);
        return false;
    }

    private void insert(Generation generation, long offset, long cost) {
        generation.acknowledged += cost;
        int end = generation.waiting;
        if (end == MAX_WAITING) {
            merged.increment();
            generation.offsets[end - 1] = Math.max(generation.offsets[end - 1], offset);
            generation.costs[end - 1] += cost;
            return;
        }
        if (end == generation.offsets.length) {
            generation.offsets = Arrays.copyOf(generation.offsets, end * 2);
            generation.costs = Arrays.copyOf(generation.costs, end * 2);
        }
        // Acknowledgements of one partition come in its order, but for several publishers in one process.
        int place = end;
        while (place > 0 && generation.offsets[place - 1] > offset) {
            generation.offsets[place] = generation.offsets[place - 1];
            generation.costs[place] = generation.costs[place - 1];
            place--;
        }
        generation.offsets[place] = offset;
        generation.costs[place] = cost;
        generation.waiting = end + 1;
    }

    /** A snapshot has come, and with it the partition of the account and the last offset in the snapshot. */
    void reached(int itsPartition, long offset) {
        if (partition != itsPartition) {
            // What was acknowledged in another partition waits for nothing.
            release(newest);
            release(previous);
            partition = itsPartition;
            newestOffset = Long.MIN_VALUE;
        }
        reachedOffset = offset;
    }

    private static void release(@Nullable Generation generation) {
        if (generation != null) {
            for (int i = 0; i < generation.waiting; i++) {
                generation.cost -= generation.costs[i];
            }
            generation.waiting = 0;
            generation.acknowledged = 0;
        }
    }

    /** Takes out the calls of a generation that the newest snapshot contains; their cost. */
    long takeContained(@Nullable Generation generation) {
        if (generation == null) {
            return 0;
        }
        int count = 0;
        long contained = 0;
        while (count < generation.waiting && generation.offsets[count] <= reachedOffset) {
            contained += generation.costs[count++];
        }
        if (count > 0) {
            generation.waiting -= count;
            System.arraycopy(generation.offsets, count, generation.offsets, 0, generation.waiting);
            System.arraycopy(generation.costs, count, generation.costs, 0, generation.waiting);
            generation.cost -= contained;
            generation.acknowledged -= contained;
        }
        return contained;
    }

    /** {@link #takeContained(Generation)} of all generations. */
    long takeContained() {
        return takeContained(newest) + takeContained(previous);
    }
}
