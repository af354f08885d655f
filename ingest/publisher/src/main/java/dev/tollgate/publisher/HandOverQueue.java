package dev.tollgate.publisher;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The bounded hand-over from the threads that publish to the one that sends: a ring that many threads fill without a
 * lock and one empties. Bounded by number of events and by their bytes.
 *
 * <p>A publishing thread claims a ticket with one compare-and-set and then fills the ticket's slot. The reader takes
 * slots in ticket order and waits for one that is claimed but not filled yet, so that what one thread published in
 * order leaves in order. The sign bit of the next ticket marks the queue as closed: a claim and a close cannot both
 * succeed, hence after {@link #close} the reader finds every event that was accepted.
 */
final class HandOverQueue {
    /** What became of an offer. */
    enum Offer {
        ACCEPTED,
        FULL,
        CLOSED
    }

    private static final long CLOSED_BIT = Long.MIN_VALUE;

    private final AtomicReferenceArray<@Nullable Envelope> slots;
    private final int mask;
    private final long maxBytes;
    /** Next ticket to claim. */
    private final AtomicLong tail = new AtomicLong();
    /** Next ticket to read; written by the reader alone. */
    private final AtomicLong head = new AtomicLong();

    private final AtomicLong bytes = new AtomicLong();

    /**
     * @param minCapacity number of events, rounded up to a power of two
     * @param maxBytes of all events together, by {@link Envelope#sizeBytes()}
     */
    HandOverQueue(int minCapacity, long maxBytes) {
        int capacity = minCapacity <= 1 ? 1 : Integer.highestOneBit(minCapacity - 1) << 1;
        this.slots = new AtomicReferenceArray<>(capacity);
        this.mask = capacity - 1;
        this.maxBytes = maxBytes;
    }

    Offer offer(Envelope envelope) {
        int size = envelope.sizeBytes();
        if (bytes.addAndGet(size) > maxBytes) {
            bytes.addAndGet(-size);
            return tail.get() < 0 ? Offer.CLOSED : Offer.FULL;
        }
        while (true) {
            long ticket = tail.get();
            if (ticket < 0 || ticket - head.get() > mask) {
                bytes.addAndGet(-size);
                return ticket < 0 ? Offer.CLOSED : Offer.FULL;
            }
            if (tail.compareAndSet(ticket, ticket + 1)) {
                slots.set((int) ticket & mask, envelope);
                return Offer.ACCEPTED;
            }
        }
    }

    /** The oldest event, or null if there is none or it is just being handed over. Reader only. */
    @Nullable
    Envelope poll() {
        long ticket = head.get();
        int slot = (int) ticket & mask;
        Envelope envelope = slots.get(slot);
        if (envelope == null) {
            return null;
        }
        slots.setRelease(slot, null);
        head.setRelease(ticket + 1);
        bytes.addAndGet(-envelope.sizeBytes());
        return envelope;
    }

    /** Takes no further offers. What was accepted before can still be polled. */
    void close() {
        tail.updateAndGet(ticket -> ticket | CLOSED_BIT);
    }

    /** Number of tickets claimed so far: an event that was accepted before this call has a lower ticket. */
    long claimed() {
        return tail.get() & ~CLOSED_BIT;
    }

    /** Number of tickets read so far. */
    long taken() {
        return head.get();
    }

    int size() {
        return (int) Math.max(0, claimed() - taken());
    }

    boolean isEmpty() {
        return claimed() == taken();
    }

    /** Whether more than half of the room is taken, in events or in bytes. */
    boolean isHalfFull() {
        return size() > mask / 2 || bytes.get() > maxBytes / 2;
    }
}
