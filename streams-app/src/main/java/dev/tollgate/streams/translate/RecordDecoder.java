package dev.tollgate.streams.translate;

import dev.tollgate.schemas.registry.RegistryRejection;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.serde.UnknownSchemaException;
import dev.tollgate.schemas.serde.WireFormat;
import dev.tollgate.schemas.serde.WrongTypeException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * Reads one type of record from bytes that anybody may have written, and tells apart what is wrong with the bytes from
 * what is wrong with us.
 *
 * <p>Bytes that are bad today are bad tomorrow: {@link RejectedRecordException}. A registry that does not answer, or
 * that rejects our credentials, says nothing about the bytes: its exception goes through, the record stays unread and
 * is tried again.
 *
 * <p>Not thread-safe; one per task.
 *
 * @param <T> the generated type
 */
public final class RecordDecoder<T extends SpecificRecord> {
    /** How many unknown schema ids are remembered. */
    private static final int REMEMBERED_IDS = 1_000;

    private final AvroDeserializer<T> deserializer;
    private final int maxBytes;

    /**
     * When the registry said that it does not know an id. The answer holds for every record that was appended before it
     * was given, so a backlog of foreign records costs one question; a record appended later may have been preceded by
     * its schema.
     */
    private final Map<Integer, Long> unknownSince = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Long> eldest) {
            return size() > REMEMBERED_IDS;
        }
    };

    /**
     * @param type what to read
     * @param registry where the writers' schemas are
     * @param maxBytes size from which on a record is rejected unread; bounds what one record can cost
     */
    public RecordDecoder(Class<T> type, SchemaRegistryClient registry, int maxBytes) {
        this.deserializer = new AvroDeserializer<>(type, registry);
        this.maxBytes = maxBytes;
    }

    /**
     * Reads one value.
     *
     * @param topic where it stands
     * @param value the bytes, or null
     * @param appendedAtMillis when the log took it
     * @param nowMillis wall-clock time
     * @throws RejectedRecordException if the bytes are no record of this type
     * @throws KafkaException if the registry could not be asked
     */
    public T decode(String topic, byte @Nullable [] value, long appendedAtMillis, long nowMillis)
            throws RejectedRecordException {
        if (value == null) {
            throw new RejectedRecordException(RecordRejectionReason.MALFORMED, "value must be a record, was null");
        }
        if (value.length > maxBytes) {
            throw new RejectedRecordException(
                    RecordRejectionReason.TOO_LARGE,
                    "value must have at most " + maxBytes + " bytes, has " + value.length);
        }
        try {
            rejectIfKnownAsUnknown(value, appendedAtMillis);
            T record = deserializer.deserialize(topic, value);
            if (record == null) {
                throw new RejectedRecordException(RecordRejectionReason.MALFORMED, "value must be a record, was null");
            }
            return record;
        } catch (UnknownSchemaException e) {
            if (e.getCause() instanceof RegistryRejection rejection
                    && rejection.errorCode() != RegistryRejection.SCHEMA_NOT_FOUND) {
                throw new KafkaException("the schema registry rejected the look-up of a schema: " + e.getMessage(), e);
            }
            unknownSince.put(WireFormat.schemaId(value), nowMillis);
            throw new RejectedRecordException(RecordRejectionReason.UNKNOWN_SCHEMA, String.valueOf(e.getMessage()));
        } catch (WrongTypeException e) {
            throw new RejectedRecordException(RecordRejectionReason.WRONG_TYPE, String.valueOf(e.getMessage()));
        } catch (SerializationException e) {
            throw new RejectedRecordException(RecordRejectionReason.MALFORMED, String.valueOf(e.getMessage()));
        }
    }

    private void rejectIfKnownAsUnknown(byte[] value, long appendedAtMillis) throws RejectedRecordException {
        if (unknownSince.isEmpty()) {
            return;
        }
        int id = WireFormat.schemaId(value);
        Long since = unknownSince.get(id);
        if (since == null) {
            return;
        }
        if (appendedAtMillis < since) {
            throw new RejectedRecordException(
                    RecordRejectionReason.UNKNOWN_SCHEMA, "schema id " + id + " is unknown to the registry");
        }
        unknownSince.remove(id);
    }
}
