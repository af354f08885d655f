package dev.tollgate.cli.demo;

import dev.tollgate.cli.config.KafkaAccess;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.topic.Topic;
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
final class TopicScan<T extends SpecificRecord> implements AutoCloseable {
    private final Consumer<String, T> consumer;
    private final List<TopicPartition> partitions;

    TopicScan(KafkaAccess kafka, SchemaRegistryClient registry, Topic topic, Class<T> type) {
        consumer = kafka.consumer(type, registry, true);
        partitions = consumer.partitionsFor(kafka.layout().name(topic)).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
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
