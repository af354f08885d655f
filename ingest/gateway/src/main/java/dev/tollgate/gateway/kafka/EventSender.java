package dev.tollgate.gateway.kafka;

import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.registry.RegistryUnavailableException;
import dev.tollgate.schemas.serde.AvroSerializer;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends request events with one idempotent producer and waits for the acknowledgement of each. Thread-safe.
 *
 * <p>Waiting is bounded: Kafka's own {@code delivery.timeout.ms} ends each event's fate, so that an event which is
 * reported as unconfirmed is no longer on its way.
 */
public final class EventSender implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EventSender.class);

    /** Beyond the delivery timeout, for the client's own bookkeeping. */
    private static final Duration SLACK = Duration.ofSeconds(1);

    private final KafkaProducer<byte[], byte[]> producer;
    private final AvroSerializer<RequestEvent> serializer = new AvroSerializer<>();
    private final String topic;
    private final Duration timeout;
    private final ThrottledWarning warning = new ThrottledWarning(log, Duration.ofSeconds(10));

    /**
     * @param clients Kafka's and the registry's properties by their own names
     * @param topic full name
     * @param timeout how long an event may take; at least 100 ms
     */
    public EventSender(Map<String, ?> clients, String topic, Duration timeout) {
        this.topic = topic;
        this.timeout = timeout;
        serializer.configure(clients, false);
        producer =
                new KafkaProducer<>(properties(clients, timeout), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** What the sender sets itself; a configuration must not. */
    public static List<String> ownProperties() {
        return List.of(
                ProducerConfig.ACKS_CONFIG,
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                ProducerConfig.PARTITIONER_CLASS_CONFIG,
                ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG,
                ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
                ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                ProducerConfig.MAX_BLOCK_MS_CONFIG);
    }

    private static Map<String, Object> properties(Map<String, ?> clients, Duration timeout) {
        int deliveryMillis = Math.toIntExact(timeout.toMillis());
        int lingerMillis = 2;
        Map<String, Object> properties = new HashMap<>();
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, "tollgate-gateway");
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        properties.put(ProducerConfig.LINGER_MS_CONFIG, lingerMillis);
        // Kafka wants delivery.timeout >= linger + request.timeout; a second request fits in when the first one gets
        // lost.
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.max(50, deliveryMillis / 2 - lingerMillis));
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 << 10);
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 32L << 20);
        // Within the time of a request a broker that has come back is found: the gateway is ready as soon as the watch
        // sees it, which has a connection of its own.
        properties.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, Math.clamp(deliveryMillis / 4, 50, 1_000));
        properties.putAll(clients);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, deliveryMillis);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Math.min(1_000L, deliveryMillis));
        return properties;
    }

    /** Kafka's meters of the producer. The caller closes them. */
    public KafkaClientMetrics meters() {
        return new KafkaClientMetrics(producer);
    }

    /**
     * Fetches the schema's id and the topic's metadata, so that the first events need not wait for them.
     *
     * @throws RegistryUnavailableException if the registry does not answer
     * @throws SerializationException if it rejects the schema
     * @throws KafkaException if the cluster does not know the topic or does not answer
     */
    public void prepare(RequestEvent sample) {
        serializer.serialize(topic, sample);
        producer.partitionsFor(topic);
    }

    /**
     * Sends events in their order and waits for all of them.
     *
     * @return what became of each, in the same order
     */
    public List<Delivery> send(List<RequestEvent> events) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(events.size());
        try {
            for (RequestEvent event : events) {
                records.add(new ProducerRecord<>(
                        topic,
                        event.getAccountId().getBytes(StandardCharsets.UTF_8),
                        serializer.serialize(topic, event)));
            }
        } catch (RegistryUnavailableException | SerializationException e) {
            warning.warn("cannot encode events: topic={}", topic, e);
            return Collections.nCopies(events.size(), Delivery.UNCONFIRMED);
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        List<Delivery> deliveries = send(records, deadline);
        // Of a batch that Kafka rejects it rejects each record, whichever was the bad one.
        for (int i = 0; i < records.size(); i++) {
            if (deliveries.get(i) == Delivery.REJECTED && records.size() > 1) {
                deliveries.set(i, send(List.of(records.get(i)), deadline).getFirst());
            }
        }
        return deliveries;
    }

    private List<Delivery> send(List<ProducerRecord<byte[], byte[]>> records, long deadline) {
        Delivery[] unconfirmed = new Delivery[records.size()];
        Arrays.fill(unconfirmed, Delivery.UNCONFIRMED);
        AtomicReferenceArray<Delivery> deliveries = new AtomicReferenceArray<>(unconfirmed);
        CountDownLatch outstanding = new CountDownLatch(records.size());
        for (int i = 0; i < records.size(); i++) {
            int index = i;
            // send() itself may wait for memory or metadata; the rest of the batch must not each wait as long again.
            if (System.nanoTime() - deadline >= 0) {
                outstanding.countDown();
                continue;
            }
            try {
                producer.send(records.get(i), (metadata, failure) -> {
                    if (failure == null) {
                        deliveries.set(index, Delivery.STORED);
                    } else {
                        if (isRejection(failure)) {
                            deliveries.set(index, Delivery.REJECTED);
                        }
                        warning.warn("Kafka did not confirm an event: topic={}", topic, failure);
                    }
                    outstanding.countDown();
                });
            } catch (InterruptException e) {
                Thread.currentThread().interrupt();
                break;
            } catch (KafkaException | IllegalStateException e) {
                warning.warn("Kafka did not take an event: topic={}", topic, e);
                outstanding.countDown();
            }
        }
        await(outstanding);
        List<Delivery> result = new ArrayList<>(records.size());
        for (int i = 0; i < records.size(); i++) {
            result.add(deliveries.get(i));
        }
        return result;
    }

    private static boolean isRejection(Exception failure) {
        return failure instanceof InvalidRecordException
                || failure instanceof InvalidTimestampException
                || failure instanceof RecordTooLargeException;
    }

    private void await(CountDownLatch outstanding) {
        try {
            // The answer is what has arrived by now; who is still missing is unconfirmed.
            boolean all = outstanding.await(timeout.plus(SLACK).toMillis(), TimeUnit.MILLISECONDS);
            if (!all) {
                log.debug("events still unconfirmed after {}: {}", timeout, outstanding.getCount());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends what is under way and waits for it, at most as long as an event may take. */
    @Override
    public void close() {
        producer.close(timeout);
        serializer.close();
    }
}
