package dev.tollgate.cli.accounts;

import dev.tollgate.cli.config.KafkaAccess;
import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.topic.AccountPartitioner;
import dev.tollgate.schemas.topic.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads what the topics have about one account: its partition from some time on up to its present committed end. */
final class AccountLog {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final KafkaAccess kafka;
    private final SchemaRegistryClient registry;

    AccountLog(KafkaAccess kafka, SchemaRegistryClient registry) {
        this.kafka = kafka;
        this.registry = registry;
    }

    /**
     * Shows the account's records. What cannot be decoded is passed over: the topology has rejected it too.
     *
     * @param from earliest append time, or null for the beginning of the topic
     * @throws CommandFailure if the cluster sends nothing for half a minute
     */
    <T extends SpecificRecord> void read(
            Topic topic, String account, Class<T> type, @Nullable Instant from, java.util.function.Consumer<T> reader) {
        String name = kafka.layout().name(topic);
        AvroDeserializer<T> values = new AvroDeserializer<>(type, registry);
        try (Consumer<String, byte[]> consumer = kafka.consumer(new ByteArrayDeserializer(), true)) {
            TopicPartition partition = new TopicPartition(
                    name,
                    AccountPartitioner.partition(
                            account, consumer.partitionsFor(name).size()));
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            seek(consumer, partition, from, end);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (consumer.position(partition) < end) {
                long before = consumer.position(partition);
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    if (account.equals(record.key())) {
                        show(values, record, reader);
                    }
                }
                if (consumer.position(partition) > before) {
                    deadline = System.nanoTime() + PATIENCE.toNanos();
                } else if (System.nanoTime() - deadline >= 0) {
                    throw new CommandFailure(
                            partition + " could not be read: nothing came for " + PATIENCE.toSeconds() + " s");
                }
            }
        }
    }

    private static void seek(
            Consumer<String, byte[]> consumer, TopicPartition partition, @Nullable Instant from, long end) {
        if (from == null) {
            consumer.seekToBeginning(List.of(partition));
            return;
        }
        OffsetAndTimestamp first =
                consumer.offsetsForTimes(Map.of(partition, from.toEpochMilli())).get(partition);
        consumer.seek(partition, first == null ? end : first.offset());
    }

    private static <T extends SpecificRecord> void show(
            AvroDeserializer<T> values, ConsumerRecord<String, byte[]> record, java.util.function.Consumer<T> reader) {
        T value;
        try {
            value = values.deserialize(record.topic(), record.value());
        } catch (SerializationException e) {
            return;
        }
        if (value != null) {
            reader.accept(value);
        }
    }
}
