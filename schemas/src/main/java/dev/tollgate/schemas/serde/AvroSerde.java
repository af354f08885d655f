package dev.tollgate.schemas.serde;

import dev.tollgate.schemas.registry.SchemaRegistryClient;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * {@link AvroSerializer} and {@link AvroDeserializer} of one type, for Kafka Streams. Thread-safe.
 *
 * @param <T> the generated type
 */
public final class AvroSerde<T extends SpecificRecord> implements Serde<T> {
    private final AvroSerializer<T> serializer;
    private final AvroDeserializer<T> deserializer;

    /** Reads one type; {@link #configure} gives the registry. */
    public AvroSerde(Class<T> type) {
        serializer = new AvroSerializer<>();
        deserializer = new AvroDeserializer<>(type);
    }

    /** Reads one type with a registry client to share; needs no {@link #configure}. */
    public AvroSerde(Class<T> type, SchemaRegistryClient registry) {
        serializer = new AvroSerializer<>(registry);
        deserializer = new AvroDeserializer<>(type, registry);
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        serializer.configure(configs, isKey);
        deserializer.configure(configs, isKey);
    }

    @Override
    public Serializer<T> serializer() {
        return serializer;
    }

    @Override
    public Deserializer<T> deserializer() {
        return deserializer;
    }
}
