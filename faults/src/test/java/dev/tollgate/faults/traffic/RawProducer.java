package dev.tollgate.faults.traffic;

import dev.tollgate.schemas.registry.RegistryUnavailableException;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * The campaign's own producer, for commands, plans and what no library would send. It waits as long as Kafka or the
 * registry is away.
 */
public final class RawProducer implements AutoCloseable {
    private static final int FOR_EVER_MILLIS = 1_800_000;
    private static final Duration REGISTRY_PAUSE = Duration.ofMillis(200);

    private final KafkaProducer<byte[], byte[]> producer;
    private final AvroSerializer<SpecificRecord> serializer;
    private final TopicLayout layout;

    public RawProducer(String bootstrapServers, SchemaRegistryClient registry, TopicLayout layout) {
        this.serializer = new AvroSerializer<>(registry);
        this.layout = layout;
        this.producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        true,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        FOR_EVER_MILLIS,
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        5_000,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        FOR_EVER_MILLIS),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** Sends a record; the future tells where it stands. */
    public CompletableFuture<RecordMetadata> send(Topic topic, String key, SpecificRecord value) {
        return send(topic, key, bytes(topic, value));
    }

    /** Sends bytes. */
    public CompletableFuture<RecordMetadata> send(Topic topic, @Nullable String key, byte[] value) {
        CompletableFuture<RecordMetadata> done = new CompletableFuture<>();
        byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
        var _ = producer.send(new ProducerRecord<>(layout.name(topic), keyBytes, value), (metadata, failure) -> {
            if (failure == null) {
                done.complete(metadata);
            } else {
                done.completeExceptionally(failure);
            }
        });
        return done;
    }

    /** A value as the registry and the topic want it. */
    public byte[] bytes(Topic topic, SpecificRecord value) {
        long deadline = System.nanoTime() + Duration.ofMillis(FOR_EVER_MILLIS).toNanos();
        while (true) {
            try {
                return Objects.requireNonNull(serializer.serialize(layout.name(topic), value));
            } catch (RegistryUnavailableException e) {
                // The id of a schema is asked for once, which a fault may meet.
                if (System.nanoTime() >= deadline) {
                    throw e;
                }
                LockSupport.parkNanos(REGISTRY_PAUSE.toNanos());
            }
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
    }
}
