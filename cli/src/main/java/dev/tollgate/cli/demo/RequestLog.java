package dev.tollgate.cli.demo;

import dev.tollgate.cli.config.KafkaAccess;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.topic.Topic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The topic that the pipeline reads, read by the demo itself: the recount learns from it when the log took each event,
 * and nothing from what the pipeline wrote.
 */
final class RequestLog implements AutoCloseable {
    private final TopicScan<byte[]> requests;
    private final AvroDeserializer<RequestEvent> deserializer;

    RequestLog(KafkaAccess kafka, SchemaRegistryClient registry) {
        requests = new TopicScan<>(
                kafka.consumer(new ByteArrayDeserializer(), true), kafka.layout(), Topic.REQUEST_EVENTS);
        deserializer = new AvroDeserializer<>(RequestEvent.class, registry);
    }

    /** Reads the topic from its beginning to its present end. */
    AppendTimes read() {
        AppendTimes times = new AppendTimes();
        requests.readOn(record -> {
            RequestEvent event = event(record);
            if (event != null) {
                times.add(event.getAccountId(), event.getEventId(), record.timestamp());
            }
        });
        return times;
    }

    private @Nullable RequestEvent event(ConsumerRecord<String, byte[]> record) {
        try {
            return deserializer.deserialize(record.topic(), record.value());
        } catch (SerializationException e) {
            // Bytes that are no event belong to the traffic, and the recount makes them again from the seed.
            return null;
        }
    }

    @Override
    public void close() {
        requests.close();
    }
}
