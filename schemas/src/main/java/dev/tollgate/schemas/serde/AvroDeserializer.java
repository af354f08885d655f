package dev.tollgate.schemas.serde;

import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.RegistryRejection;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import java.io.EOFException;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads generated Avro records from the Confluent wire format, whatever compatible schema they were written with.
 *
 * <p>Bad payloads end in a {@link SerializationException} that says what is wrong; a registry that does not answer ends
 * in {@link dev.tollgate.schemas.registry.RegistryUnavailableException}, which says nothing about the payload.
 * Thread-safe.
 *
 * @param <T> the generated type
 */
public final class AvroDeserializer<T extends SpecificRecord> implements Deserializer<T> {
    /** With the no-argument constructor: the generated class to read, by name. */
    public static final String TYPE = "tollgate.avro.type";

    private final ThreadLocal<@Nullable BinaryDecoder> decoders = new ThreadLocal<>();
    private final Map<Integer, SpecificDatumReader<T>> readers = new ConcurrentHashMap<>();
    private @Nullable Schema readerSchema;
    private @Nullable SchemaRegistryClient registry;
    private SerdeConfig config = SerdeConfig.defaults(false);

    /**
     * For Kafka, which calls {@link #configure}; needs {@value #TYPE} unless the writer's type is on the class path.
     */
    public AvroDeserializer() {
        AvroTypes.trust();
    }

    /** Reads one type; {@link #configure} gives the registry. */
    public AvroDeserializer(Class<T> type) {
        this();
        this.readerSchema = SpecificData.get().getSchema(type);
    }

    /** Reads one type with a registry client to share; needs no {@link #configure}. */
    public AvroDeserializer(Class<T> type, SchemaRegistryClient registry) {
        this(type);
        this.registry = registry;
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        config = SerdeConfig.from(configs, isKey);
        if (registry == null) {
            registry = new SchemaRegistryClient(RegistryConfig.from(configs));
        }
        Object type = configs.get(TYPE);
        if (readerSchema == null && type != null) {
            readerSchema = schemaOf(type);
        }
    }

    private static Schema schemaOf(Object type) {
        try {
            Class<?> loaded = type instanceof Class<?> given ? given : Class.forName(type.toString());
            return SpecificData.get().getSchema(loaded);
        } catch (ClassNotFoundException e) {
            throw new ConfigException(TYPE + " must name a generated Avro class, was '" + type + "'");
        }
    }

    /**
     * @return the record, or null for null
     * @throws UnknownSchemaException if the registry does not know the schema id
     * @throws WrongTypeException if the payload is a record of another type
     * @throws SerializationException if the payload is too short, foreign, cut off or too long
     * @throws dev.tollgate.schemas.registry.RegistryUnavailableException if the registry does not answer
     */
    @Override
    public @Nullable T deserialize(String topic, byte @Nullable [] data) {
        if (data == null) {
            return null;
        }
        int id = WireFormat.schemaId(data);
        SpecificDatumReader<T> reader = readers.get(id);
        if (reader == null) {
            reader = prepare(topic, id);
        }
        try {
            BinaryDecoder decoder = DecoderFactory.get()
                    .binaryDecoder(
                            data, WireFormat.PREFIX_BYTES, data.length - WireFormat.PREFIX_BYTES, decoders.get());
            decoders.set(decoder);
            // Avro declares no null here, but a null datum is what "reuse" means when there is nothing to reuse.
            T read = read(reader, decoder);
            if (!decoder.isEnd()) {
                throw new SerializationException(
                        "payload goes on after the record of schema id " + id + ": " + data.length + " bytes in all");
            }
            return read;
        } catch (EOFException e) {
            throw new SerializationException(
                    "payload ends within the record of schema id " + id + ": " + data.length + " bytes in all", e);
        } catch (SerializationException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new SerializationException("payload is not a record of schema id " + id + ": " + e, e);
        }
    }

    @SuppressWarnings("NullAway") // See the call: Avro's "reuse" parameter takes null but is not annotated so.
    private T read(SpecificDatumReader<T> reader, BinaryDecoder decoder) throws IOException {
        return reader.read(null, decoder);
    }

    private SpecificDatumReader<T> prepare(String topic, int id) {
        if (registry == null) {
            throw new IllegalStateException("AvroDeserializer is used before configure()");
        }
        try {
            // For the subject in the look-up only TOPIC_NAME is known before the record is read; the id decides anyway.
            String subject = topic + (config.isKey() ? "-key" : "-value");
            Schema writer = registry.schemaById(id, subject);
            Schema reader = readerSchema == null ? generated(writer) : readerSchema;
            if (!writer.getFullName().equals(reader.getFullName())) {
                throw new WrongTypeException(id, writer.getFullName(), reader.getFullName());
            }
            SpecificDatumReader<T> made = new SpecificDatumReader<>(writer, reader);
            readers.put(id, made);
            return made;
        } catch (RegistryRejection e) {
            throw new UnknownSchemaException(id, e);
        }
    }

    private static Schema generated(Schema writer) {
        Class<?> type = SpecificData.get().getClass(writer);
        if (type == null) {
            throw new SerializationException(
                    "no class for " + writer.getFullName() + "; set " + TYPE + " to the generated class to read");
        }
        return SpecificData.get().getSchema(type);
    }
}
