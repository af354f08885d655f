package dev.tollgate.publisher;

import dev.tollgate.publisher.spool.SpoolPosition;
import dev.tollgate.publisher.spool.SpoolRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Some events in order, taken from the hand-over queue or read from the spool together, and let go of together. */
final class Chunk {
    final List<Envelope> envelopes;
    final EventSchema schema;
    final long sizeBytes;
    /** {@code System.nanoTime()} of when it was taken or read. */
    final long sinceNanos;

    private final AtomicInteger unsettled;
    /** The next event to send; delivery thread only. */
    private int next;

    private boolean gone;
    /** Where it ends in the spool, or null while it is in memory alone; delivery thread only. */
    private @Nullable SpoolPosition spooledUpTo;
    /** How many of its events the spool holds. */
    private long spooledEvents;

    Chunk(List<Envelope> envelopes, EventSchema schema, KafkaLink link, long nowNanos) {
        this.envelopes = envelopes;
        this.schema = schema;
        this.sinceNanos = nowNanos;
        this.unsettled = new AtomicInteger(envelopes.size());
        long size = 0;
        for (Envelope envelope : envelopes) {
            envelope.belongsTo(this, link);
            size += envelope.sizeBytes();
        }
        this.sizeBytes = size;
    }

    /** Lets go of it: its events are in the spool or nowhere. */
    void lostSight(LossReport losses) {
        for (Envelope envelope : envelopes) {
            envelope.lostSight(losses);
        }
    }

    void settledOne() {
        unsettled.decrementAndGet();
    }

    boolean isSettled() {
        return unsettled.get() == 0;
    }

    /** Number of events that Kafka has not acknowledged. */
    int unsettled() {
        return unsettled.get();
    }

    /** The next event that has to be sent, or null when all were handed to the producer. */
    @Nullable
    Envelope nextToSend() {
        while (next < envelopes.size()) {
            Envelope envelope = envelopes.get(next);
            if (!envelope.isSettled()) {
                return envelope;
            }
            next++;
        }
        return null;
    }

    /** Whether something that was handed to the producer has not come to an end yet. */
    boolean hasOutstanding() {
        for (int i = 0; i < next; i++) {
            if (!envelopes.get(i).isSettled()) {
                return true;
            }
        }
        return false;
    }

    void sentOne() {
        next++;
    }

    /** Starts over, after the producer that had it was given up. */
    void rewind() {
        next = 0;
    }

    /** Marks it as settled together with everything before it; delivery thread only. */
    void leave() {
        gone = true;
    }

    boolean isGone() {
        return gone;
    }

    /** What the spool has to keep of it. */
    List<SpoolRecord> unsettledRecords() {
        List<SpoolRecord> records = new ArrayList<>(envelopes.size());
        for (Envelope envelope : envelopes) {
            if (!envelope.isSettled()) {
                records.add(new SpoolRecord(envelope.key, envelope.payload));
            }
        }
        return records;
    }

    void spooled(SpoolPosition upTo, long events) {
        spooledUpTo = upTo;
        spooledEvents = events;
    }

    @Nullable
    SpoolPosition spooledUpTo() {
        return spooledUpTo;
    }

    long spooledEvents() {
        return spooledEvents;
    }
}
