package dev.tollgate.schemas.serde;

import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes generated Avro records in the Confluent wire format.
 *
 * <p>Configuration (Confluent's names and defaults): {@code schema.registry.url}, {@code auto.register.schemas} (true),
 * {@code use.latest.version} (false), {@code basic.auth.credentials.source}, {@code basic.auth.user.info},
 * {@code key.subject.name.strategy}, {@code value.subject.name.strategy}. With {@code auto.register.schemas=false} the
 * schema must be registered already; with {@code use.latest.version=true} besides, the id of the subject's newest
 * version is written, which must be the record's own schema.
 *
 * <p>Thread-safe: a Kafka producer serializes on the threads of its callers.
 *
 * @param <T> the generated type
 */
public final class AvroSerializer<T extends SpecificRecord> implements Serializer<T> {
    private static final int INITIAL_BYTES = 512;
    /** A buffer that one huge record has grown past this is given up rather than kept by its thread. */
    private static final int KEPT_BYTES = 1 << 20;

    private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);
    private final Map<Target, Prepared> prepared = new ConcurrentHashMap<>();
    private @Nullable SchemaRegistryClient registry;
    private SerdeConfig config = SerdeConfig.defaults(false);

    /** For Kafka, which calls {@link #configure} before the first use. */
    public AvroSerializer() {
        AvroTypes.trust();
    }

    /** With a registry client to share; registers under {@code TOPIC-value}. Needs no {@link #configure}. */
    public AvroSerializer(SchemaRegistryClient registry) {
        this();
        this.registry = registry;
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        config = SerdeConfig.from(configs, isKey);
        if (registry == null) {
            registry = new SchemaRegistryClient(RegistryConfig.from(configs));
        }
    }

    /**
     * @return prefix and Avro binary, or null for null (a tombstone)
     * @throws SerializationException if the registry rejects the schema or the record does not fit its own schema
     * @throws dev.tollgate.schemas.registry.RegistryUnavailableException if the registry does not answer
     */
    @Override
    public byte @Nullable [] serialize(String topic, @Nullable T data) {
        if (data == null) {
            return null;
        }
        Schema schema = data.getSchema();
        Prepared target = prepared.get(new Target(topic, schema.getFullName()));
        if (target == null) {
            target = prepare(topic, schema);
        }
        Scratch mine = scratch.get();
        mine.bytes.reset();
        mine.bytes.writeBytes(target.prefix);
        mine.encoder = EncoderFactory.get().directBinaryEncoder(mine.bytes, mine.encoder);
        try {
            target.writer.write(data, mine.encoder);
        } catch (IOException | RuntimeException e) {
            throw new SerializationException(
                    "record does not fit its schema " + schema.getFullName() + ": " + e.getMessage(), e);
        }
        byte[] payload = mine.bytes.toByteArray();
        if (payload.length > KEPT_BYTES) {
            scratch.remove();
        }
        return payload;
    }

    private Prepared prepare(String topic, Schema schema) {
        if (registry == null) {
            throw new IllegalStateException("AvroSerializer is used before configure()");
        }
        int id = new SchemaIds(registry, config).idOf(topic, schema);
        byte[] prefix = new byte[WireFormat.PREFIX_BYTES];
        WireFormat.writePrefix(id, prefix);
        Prepared made = new Prepared(prefix, new SpecificDatumWriter<>(schema));
        prepared.put(new Target(topic, schema.getFullName()), made);
        return made;
    }

    private record Target(String topic, String schemaName) {}

    /** The writer holds no state of a write, so all threads share it. */
    private record Prepared(byte[] prefix, SpecificDatumWriter<Object> writer) {}

    private static final class Scratch {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream(INITIAL_BYTES);

        @Nullable
        BinaryEncoder encoder;
    }
}
