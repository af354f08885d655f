package dev.tollgate.streams.replay;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The committed records of one partition, from the oldest that there is to the end that it had when this was opened, in
 * order. Records that are not wanted are passed over as they are fetched, so memory holds one fetch.
 */
final class PartitionReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Consumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final Predicate<ConsumerRecord<byte[], byte[]>> wanted;
    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> fetched = new ArrayDeque<>();
    private final long beginning;
    private final long end;

    /**
     * Finds the ends of a partition.
     *
     * @param clientProperties Kafka client settings, at least {@code bootstrap.servers}
     * @throws KafkaException if the brokers do not answer, or there is no such partition
     */
    PartitionReader(
            Map<String, ?> clientProperties,
            TopicPartition partition,
            Predicate<ConsumerRecord<byte[], byte[]>> wanted) {
        Map<String, Object> config = new HashMap<>(clientProperties);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        this.consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.partition = partition;
        this.wanted = wanted;
        try {
            consumer.assign(List.of(partition));
            this.end = Objects.requireNonNull(
                    consumer.endOffsets(List.of(partition)).get(partition));
            this.beginning = Objects.requireNonNull(
                    consumer.beginningOffsets(List.of(partition)).get(partition));
            consumer.seekToBeginning(List.of(partition));
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    /** The offset of the oldest record; above 0 where records have expired. */
    long beginning() {
        return beginning;
    }

    /** How many offsets there are from the beginning to the end. */
    long length() {
        return end - beginning;
    }

    /** How many of them are behind the reader. */
    long done() {
        return Math.min(end, consumer.position(partition)) - beginning;
    }

    /**
     * The next wanted record, or null at the end; the same one until {@link #advance} is called.
     *
     * @throws KafkaException if nothing comes for half a minute
     */
    @Nullable
    ConsumerRecord<byte[], byte[]> peek() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (fetched.isEmpty() && consumer.position(partition) < end) {
            long before = consumer.position(partition);
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.offset() < end && wanted.test(record)) {
                    fetched.add(record);
                }
            }
            if (consumer.position(partition) > before) {
                deadline = System.nanoTime() + PATIENCE.toNanos();
            } else if (System.nanoTime() - deadline >= 0) {
                throw new KafkaException(partition + " could not be read up to offset " + end
                        + ": nothing came behind offset " + before + " for " + PATIENCE.toSeconds() + " s");
            }
        }
        return fetched.peek();
    }

    /** Goes past the record that {@link #peek} shows. */
    void advance() {
        fetched.remove();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
