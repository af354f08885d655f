package dev.tollgate.benchmarks.backlog;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;

/** Compares the committed totals that a job has written with those of the events. */
final class TotalsReader {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Puts one record of an output topic into the totals. */
    interface Translation<V> {
        void put(Totals totals, String key, V value);
    }

    /**
     * What a topic says.
     *
     * @param records how many there were
     * @param difference how it differs from the sum of the events, in words, or null where it does not
     */
    record Reading(long records, @Nullable String difference) {}

    private TotalsReader() {}

    /** Reads a topic until what it says is what the events come to, for half a minute at most. */
    static <V> Reading await(
            BacklogStack stack, String topic, Deserializer<V> values, Translation<V> translation, Totals expected) {
        Totals actual = new Totals();
        long read = 0;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (KafkaConsumer<String, V> consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        stack.bootstrapServers(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                new StringDeserializer(),
                values)) {
            List<TopicPartition> partitions = partitions(topic);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (true) {
                ConsumerRecords<String, V> records = consumer.poll(Duration.ofMillis(200));
                for (ConsumerRecord<String, V> one : records) {
                    translation.put(actual, one.key(), one.value());
                    read++;
                }
                if (records.isEmpty()) {
                    @Nullable String difference = expected.differenceFrom(actual);
                    if (difference == null || System.nanoTime() > deadline) {
                        return new Reading(read, difference);
                    }
                }
            }
        }
    }

    static List<TopicPartition> partitions(String topic) {
        return IntStream.range(0, EventLog.PARTITIONS)
                .mapToObj(i -> new TopicPartition(topic, i))
                .toList();
    }
}
