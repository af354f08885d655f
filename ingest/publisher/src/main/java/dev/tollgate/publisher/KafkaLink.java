package dev.tollgate.publisher;

import dev.tollgate.schemas.event.DeliveryListener;
import dev.tollgate.schemas.retry.Backoff;
import dev.tollgate.schemas.serde.WireFormat;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Kafka producer and what becomes of it. The producer retries by itself without end and in order (idempotent, no
 * delivery time-out), which covers every outage. What it reports as failed is what it will not retry: missing
 * permission, a lost producer state and the like. Then the order of what follows is at stake, so the producer is
 * stopped within the failing callback, before it sends another batch, and replaced; the delivery thread sends
 * everything unacknowledged again.
 *
 * <p>{@link #send} and {@link #recover} belong to the delivery thread; the rest is called by the producer's thread as
 * well.
 */
final class KafkaLink {
    private static final Logger log = LoggerFactory.getLogger(KafkaLink.class);

    private final Map<String, Object> properties;
    private final String topic;
    private final PublisherCounters counters;
    private final LossReport losses;
    private final long rejectAfterNanos;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final AtomicReference<@Nullable KafkaProducer<byte[], byte[]>> producer = new AtomicReference<>();

    private volatile @Nullable Thread sendingThread;
    private volatile long lastProgressNanos = System.nanoTime();
    private @Nullable Exception rejection;
    private final Backoff backoff = Backoff.between(Duration.ofMillis(500), Duration.ofSeconds(30));
    private long pauseNanos;
    private long failedAtNanos;

    /**
     * Opens the producer.
     *
     * @param rejectAfter how long a record that Kafka rejects is sent again before it is given up
     * @throws KafkaException if the configuration is rejected; a cluster that is away or whose name does not resolve
     *     yet is no failure
     */
    KafkaLink(
            Map<String, Object> properties,
            String topic,
            Duration rejectAfter,
            PublisherCounters counters,
            LossReport losses) {
        this.properties = properties;
        this.topic = topic;
        this.rejectAfterNanos = rejectAfter.toNanos();
        this.counters = counters;
        this.losses = losses;
        try {
            producer.set(open());
        } catch (KafkaException e) {
            if (!isUnresolved(e)) {
                throw e;
            }
            failed(e);
        }
    }

    private KafkaProducer<byte[], byte[]> open() {
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static boolean isUnresolved(KafkaException e) {
        return e.getCause() instanceof ConfigException cause
                && String.valueOf(cause.getMessage()).contains("resolvable bootstrap");
    }

    /**
     * Hands an event to the producer, without waiting.
     *
     * @return false if it cannot be taken now: no metadata yet, no buffer memory, or the link has failed
     */
    boolean send(Envelope envelope, int schemaId) {
        KafkaProducer<byte[], byte[]> open = producer.get();
        if (open == null || failure.get() != null) {
            return false;
        }
        WireFormat.writePrefix(schemaId, envelope.payload);
        rejection = null;
        sendingThread = Thread.currentThread();
        try {
            // The callback tells what becomes of it.
            var unused = open.send(new ProducerRecord<>(topic, envelope.key, envelope.payload), envelope);
        } catch (RuntimeException e) {
            rejection = e;
        } finally {
            sendingThread = null;
        }
        Exception rejected = rejection;
        if (rejected == null) {
            return true;
        }
        if (!(rejected instanceof TimeoutException)) {
            failed(rejected);
        }
        return false;
    }

    /** Whether a record can never be sent whatever happens, so that keeping it would hold up all others for ever. */
    boolean isHopeless(Exception e) {
        return e instanceof RecordTooLargeException;
    }

    /** Whether Kafka rejects what is in a record, or its time; a topic may still be configured otherwise. */
    static boolean isRejection(Exception e) {
        return e instanceof InvalidRecordException || e instanceof InvalidTimestampException;
    }

    /**
     * Whether such a rejection of a record that was sent alone is to be taken for final. All others wait for it, in
     * order.
     *
     * @param sinceNanos when it was first rejected, 0 for never before
     */
    boolean isRejectedForGood(Exception e, long sinceNanos) {
        return isRejection(e) && sinceNanos != 0 && System.nanoTime() - sinceNanos >= rejectAfterNanos;
    }

    void acknowledged(DeliveryListener delivery, @Nullable RecordMetadata metadata) {
        lastProgressNanos = System.nanoTime();
        counters.acknowledged(1);
        // Of a duplicate of an older batch, Kafka no longer says where it is.
        losses.tell(
                delivery,
                metadata == null || !metadata.hasOffset()
                        ? DeliveryListener::unknown
                        : listener -> listener.acknowledged(metadata.partition(), metadata.offset()));
    }

    void rejected(DeliveryListener delivery, Exception e) {
        lastProgressNanos = System.nanoTime();
        losses.tell(delivery, DeliveryListener::dropped);
        losses.dropped(isRejection(e) ? DropReason.REJECTED_BY_KAFKA : DropReason.TOO_LARGE_FOR_KAFKA, 1);
        log.debug("Kafka rejects an event for good: topic={}", topic, e);
    }

    /** Takes a failure of one record. The first one ends the producer. */
    void failed(Exception e) {
        if (Thread.currentThread().equals(sendingThread)) {
            // Within send(), which decides.
            rejection = e;
            return;
        }
        if (!failure.compareAndSet(null, e)) {
            return;
        }
        log.warn("producer failed and will be replaced: topic={}", topic, e);
        KafkaProducer<byte[], byte[]> failed = producer.get();
        if (failed != null) {
            failed.close(Duration.ZERO);
        }
    }

    boolean hasFailed() {
        return failure.get() != null;
    }

    /** {@code System.nanoTime()} of the last acknowledgement. */
    long lastProgressNanos() {
        return lastProgressNanos;
    }

    /**
     * Replaces a failed producer, if it is time to. After that no callback of the old one comes any more.
     *
     * @return whether a new one is open and everything unacknowledged has to be sent again
     */
    boolean recover(long nowNanos) {
        KafkaProducer<byte[], byte[]> failed = producer.getAndSet(null);
        if (failed != null) {
            // Joins its thread, which close() within a callback could not.
            failed.close(Duration.ZERO);
            if (lastProgressNanos - failedAtNanos > 0) {
                backoff.reset();
            }
            pauseNanos = backoff.next().toNanos();
            failedAtNanos = nowNanos;
        }
        if (nowNanos - failedAtNanos < pauseNanos) {
            return false;
        }
        try {
            producer.set(open());
            failure.set(null);
            return true;
        } catch (KafkaException e) {
            failedAtNanos = nowNanos;
            pauseNanos = backoff.next().toNanos();
            log.warn("producer cannot be opened: topic={} nextTryMillis={}", topic, pauseNanos / 1_000_000, e);
            return false;
        }
    }

    /** Ends the producer; what it has not sent by now stays unacknowledged. */
    void close() {
        failure.compareAndSet(null, new IllegalStateException("closed"));
        KafkaProducer<byte[], byte[]> open = producer.getAndSet(null);
        if (open != null) {
            open.close(Duration.ZERO);
        }
    }
}
