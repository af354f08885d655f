package dev.tollgate.publisher;

import dev.tollgate.schemas.event.DeliveryListener;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * One event on its way: encoded, with its key, and at the same time Kafka's callback for it, so that an event costs one
 * object.
 *
 * <p>Made on a publishing thread, then owned by the delivery thread; {@link #onCompletion} runs on the producer's
 * thread, or on the delivery thread within {@code send}.
 */
final class Envelope implements Callback {
    /** Object headers and fields of envelope and arrays, so that the memory bound holds for small events as well. */
    private static final int OVERHEAD_BYTES = 80;

    /** UTF-8 of the account id. */
    final byte[] key;
    /** Confluent prefix (filled in when it is sent) and Avro binary. */
    final byte[] payload;

    private final DeliveryListener delivery;
    private @Nullable Chunk chunk;
    private @Nullable KafkaLink link;
    private volatile boolean settled;
    /** Since when Kafka has rejected it, {@code System.nanoTime()}; 0 if it has not. */
    private volatile long rejectedSinceNanos;

    private volatile boolean isAlone;

    /** An event of which nobody wants to know where it is. */
    Envelope(byte[] key, byte[] payload) {
        this(key, payload, DeliveryListener.NONE);
    }

    Envelope(byte[] key, byte[] payload, DeliveryListener delivery) {
        this.key = key;
        this.payload = payload;
        this.delivery = delivery;
    }

    int sizeBytes() {
        return OVERHEAD_BYTES + key.length + payload.length;
    }

    void belongsTo(Chunk chunk, KafkaLink link) {
        this.chunk = chunk;
        this.link = link;
    }

    /** Whether Kafka has it, or never will: nothing is left to be done. */
    boolean isSettled() {
        return settled;
    }

    /**
     * Whether Kafka has rejected the batch that it was in, for its sake or for another's: which of them it was shows
     * when each is sent alone.
     */
    boolean isSuspect() {
        return rejectedSinceNanos != 0;
    }

    /** Says how it is sent now: alone, so that a rejection is its own, or with others. */
    void sendAlone(boolean alone) {
        isAlone = alone;
    }

    @Override
    public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception failure) {
        KafkaLink sender = link;
        Chunk mine = chunk;
        if (sender == null || mine == null || settled) {
            return;
        }
        if (failure == null) {
            settle(mine);
            sender.acknowledged(delivery, metadata);
        } else if (sender.isHopeless(failure) || (isAlone && sender.isRejectedForGood(failure, rejectedSinceNanos))) {
            settle(mine);
            sender.rejected(delivery, failure);
        } else {
            if (rejectedSinceNanos == 0 && KafkaLink.isRejection(failure)) {
                long now = System.nanoTime();
                rejectedSinceNanos = now == 0 ? 1 : now;
            }
            sender.failed(failure);
        }
    }

    /** Nobody will learn here where it is in the log. */
    void lostSight(LossReport losses) {
        if (!settled) {
            losses.tell(delivery, DeliveryListener::unknown);
        }
    }

    private void settle(Chunk mine) {
        settled = true;
        mine.settledOne();
    }
}
