package dev.tollgate.notify.internal.loop;

import dev.tollgate.notify.internal.lane.LaneProgress;
import dev.tollgate.schemas.avro.NotifyProgress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a partition of {@code notify-progress} from its beginning to the end that it has now, transactions that are
 * still open included: it waits until they have ended. So nothing that the last owner of the partition has stored is
 * overlooked.
 */
public final class ProgressReader {
    /** Longer than a transaction of a process that died stays open. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration POLL = Duration.ofMillis(100);

    private final String topic;
    private final Admin admin;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final Supplier<Deserializer<NotifyProgress>> deserializers;

    /**
     * @param topic full name of the topic
     * @param consumers new consumers that see what is committed
     * @param deserializers new ones, as one is not for two threads
     */
    public ProgressReader(
            String topic,
            Admin admin,
            Supplier<Consumer<byte[], byte[]>> consumers,
            Supplier<Deserializer<NotifyProgress>> deserializers) {
        this.topic = topic;
        this.admin = admin;
        this.consumers = consumers;
        this.deserializers = deserializers;
    }

    /**
     * @throws KafkaException if the cluster does not answer, or a transaction stays open
     * @throws org.apache.kafka.common.errors.SerializationException if a record of the endpoint cannot be decoded
     */
    public StoredProgress read(String endpoint, int number) throws InterruptedException {
        TopicPartition partition = new TopicPartition(topic, number);
        long end = end(partition);
        Map<String, LaneProgress> accounts = new HashMap<>();
        String disabled = null;
        try (Consumer<byte[], byte[]> consumer = consumers.get();
                Deserializer<NotifyProgress> values = deserializers.get()) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (consumer.position(partition) < end) {
                if (System.nanoTime() - deadline >= 0) {
                    throw new TimeoutException(
                            "a transaction on " + partition + " has been open for " + PATIENCE.toSeconds() + " s");
                }
                for (ConsumerRecord<byte[], byte[]> polled : consumer.poll(POLL)) {
                    ProgressKey key = ProgressKey.parse(polled.key());
                    if (!key.endpoint().equals(endpoint)) {
                        continue;
                    }
                    @Nullable NotifyProgress value = values.deserialize(topic, polled.value());
                    if (key.account().isEmpty()) {
                        disabled = value == null ? null : value.getDisabledUrlHash();
                    } else if (value == null) {
                        accounts.remove(key.account());
                    } else {
                        accounts.put(key.account(), progress(value));
                    }
                }
            }
        }
        return new StoredProgress(accounts, disabled);
    }

    private long end(TopicPartition partition) throws InterruptedException {
        try {
            return admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                    .partitionResult(partition)
                    .get()
                    .offset();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException known ? known : new KafkaException(e);
        }
    }

    private static LaneProgress progress(NotifyProgress value) {
        Long retryVersion = value.getRetryVersion();
        if (retryVersion == null || value.getNextAttemptAt() == null) {
            return LaneProgress.doneUpTo(value.getVersion());
        }
        return new LaneProgress(
                value.getVersion(),
                retryVersion,
                value.getAttempts(),
                value.getNextAttemptAt().toEpochMilli());
    }
}
