package dev.tollgate.cli.demo;

import dev.tollgate.cli.config.KafkaAccess;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicLayout;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads one topic from where it last stopped to its present end, committed records only. Keeps its place, so that
 * calling {@link #readOn} again reads only what is new.
 *
 * @param <T> type of the values
 */
final class TopicScan<T> implements AutoCloseable {
    private final Consumer<String, T> consumer;
    private final List<TopicPartition> partitions;

    /** @param consumer becomes the scan's own */
    TopicScan(Consumer<String, T> consumer, TopicLayout layout, Topic topic) {
        this.consumer = consumer;
        partitions = consumer.partitionsFor(layout.name(topic)).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** A scan of decoded records; each must be of the type. */
    static <T extends SpecificRecord> TopicScan<T> of(
            KafkaAccess kafka, SchemaRegistryClient registry, Topic topic, Class<T> type) {
        return new TopicScan<>(kafka.consumer(type, registry, true), kafka.layout(), topic);
    }

    /** Hands each record between the last position and the committed end to the visitor. */
    void readOn(java.util.function.Consumer<ConsumerRecord<String, T>> visitor) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (partitions.stream()
                .anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
            consumer.poll(Duration.ofMillis(100)).forEach(visitor);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
