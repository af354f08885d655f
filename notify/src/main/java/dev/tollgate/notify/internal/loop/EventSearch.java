package dev.tollgate.notify.internal.loop;

import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.topic.AccountPartitioner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/** Looks for an event in {@code limit-events}, from the oldest to the end that the topic has when it is asked. */
public final class EventSearch {
    private static final Duration POLL = Duration.ofMillis(200);

    private final String topic;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final Supplier<Deserializer<LimitEvent>> deserializers;

    /** @param consumers new consumers that see what is committed */
    public EventSearch(
            String topic,
            Supplier<Consumer<byte[], byte[]>> consumers,
            Supplier<Deserializer<LimitEvent>> deserializers) {
        this.topic = topic;
        this.consumers = consumers;
        this.deserializers = deserializers;
    }

    /**
     * @param account null to look into every partition
     * @return null if it is not there
     */
    public @Nullable LimitEvent find(String eventId, @Nullable String account, int partitions) {
        List<TopicPartition> wanted = account == null
                ? IntStream.range(0, partitions)
                        .mapToObj(number -> new TopicPartition(topic, number))
                        .toList()
                : List.of(new TopicPartition(topic, AccountPartitioner.partition(account, partitions)));
        try (Consumer<byte[], byte[]> consumer = consumers.get();
                Deserializer<LimitEvent> values = deserializers.get()) {
            consumer.assign(wanted);
            consumer.seekToBeginning(wanted);
            Map<TopicPartition, Long> ends = consumer.endOffsets(wanted);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> polled : consumer.poll(POLL)) {
                    LimitEvent event = decoded(values, polled);
                    if (event != null
                            && event.getLimitEventId().equals(eventId)
                            && (account == null || event.getAccountId().equals(account))) {
                        return event;
                    }
                }
            }
            return null;
        }
    }

    /** Null for what nobody can decode, and so nobody can look for. */
    private static @Nullable LimitEvent decoded(
            Deserializer<LimitEvent> values, ConsumerRecord<byte[], byte[]> polled) {
        try {
            return values.deserialize(polled.topic(), polled.value());
        } catch (SerializationException e) {
            return null;
        }
    }
}
