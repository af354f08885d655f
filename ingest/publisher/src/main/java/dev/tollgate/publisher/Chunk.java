package dev.tollgate.publisher;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Some events in order, taken from the hand-over queue together and settled together. */
final class Chunk {
    final List<Envelope> envelopes;
    final EventSchema schema;
    final long sizeBytes;

    private final AtomicInteger unsettled;
    /** The next event to send; delivery thread only. */
    private int next;

    private boolean gone;

    Chunk(List<Envelope> envelopes, EventSchema schema, KafkaLink link) {
        this.envelopes = envelopes;
        this.schema = schema;
        this.unsettled = new AtomicInteger(envelopes.size());
        long size = 0;
        for (Envelope envelope : envelopes) {
            envelope.belongsTo(this, link);
            size += envelope.sizeBytes();
        }
        this.sizeBytes = size;
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
}
