package dev.tollgate.streams.translate;

import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.serde.WireFormat;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes journal entries field by field into one buffer, with the bytes that {@link AvroSerializer} would write. Every
 * event becomes a journal entry, and Avro's generic writer, which looks each field up in the schema and each type in a
 * union, takes half of what an entry costs.
 *
 * <p>{@code JournalSerializerTest} holds that the bytes are Avro's, and that a field which is added to the schema is
 * not forgotten here. Thread-safe: the tasks of all threads share the serializer of a sink.
 */
public final class JournalSerializer implements Serializer<SpecificRecord> {
    private final AvroSerializer<SpecificRecord> avro;
    private final ThreadLocal<Writer> writers = ThreadLocal.withInitial(Writer::new);
    private volatile @Nullable Target target;

    /** What the entries of a topic begin with. */
    // Never compared: an array as it is.
    @SuppressWarnings("ArrayRecordComponent")
    private record Target(String topic, byte[] prefix) {}

    /** @param registry where the schema is registered, with the first entry of a topic */
    public JournalSerializer(SchemaRegistryClient registry) {
        this.avro = new AvroSerializer<>(registry);
    }

    /**
     * @return prefix and Avro binary, or null for null
     * @throws SerializationException if the registry rejects the schema, or a field is null that must not be
     * @throws dev.tollgate.schemas.registry.RegistryUnavailableException if the registry does not answer
     */
    @Override
    public byte @Nullable [] serialize(String topic, @Nullable SpecificRecord data) {
        if (data == null) {
            return null;
        }
        Target known = target;
        if (known == null || !known.topic().equals(topic)) {
            return first(topic, data);
        }
        return writers.get().payload(known.prefix(), (UsageJournalEntry) data);
    }

    /** The first entry of a topic is written by Avro, and tells the prefix of all. */
    private byte @Nullable [] first(String topic, SpecificRecord data) {
        byte[] payload = avro.serialize(topic, data);
        if (payload != null) {
            target = new Target(topic, Arrays.copyOf(payload, WireFormat.PREFIX_BYTES));
        }
        return payload;
    }

    @Override
    public void close() {
        avro.close();
    }

    /** Writes one entry at a time. */
    private static final class Writer {
        private static final int INITIAL_BYTES = 1_024;

        /** A buffer that one huge entry has grown past this is given up. */
        private static final int KEPT_BYTES = 1 << 20;

        /** Longest encoding of a number. */
        private static final int MAX_NUMBER_BYTES = 10;

        private byte[] buffer = new byte[INITIAL_BYTES];
        private int size;

        byte[] payload(byte[] prefix, UsageJournalEntry entry) {
            System.arraycopy(prefix, 0, buffer, 0, prefix.length);
            size = prefix.length;
            try {
                write(entry);
            } catch (RuntimeException e) {
                throw new SerializationException("not a sound journal entry: " + e.getMessage(), e);
            }
            byte[] payload = Arrays.copyOf(buffer, size);
            if (size > KEPT_BYTES) {
                buffer = new byte[INITIAL_BYTES];
            }
            return payload;
        }

        private void write(UsageJournalEntry entry) {
            text(entry.getAccountId());
            text(entry.getEventId());
            number(entry.getVerdict().ordinal());
            number(entry.getOccurredAt().toEpochMilli());
            number(entry.getAppendedAt().toEpochMilli());
            optionalText(entry.getProjectId());
            optionalText(entry.getApiKeyId());
            text(entry.getEndpoint());
            number(entry.getOutcome().ordinal());
            optionalNumber(entry.getUnits());
            optionalNumber(entry.getInputTokens());
            optionalNumber(entry.getOutputItems());
            optionalNumber(entry.getDurationMs());
            text(entry.getProducer());
            texts(entry.getAttributes());
            text(entry.getPlanId());
            number(entry.getPlanVersion());
            numbers(entry.getCosts());
            texts(entry.getLateLimits());
            optionalText(entry.getCorrectionId());
            text(entry.getSourceTopic());
            number(entry.getSourcePartition());
            number(entry.getSourceOffset());
        }

        private void texts(Map<String, String> texts) {
            if (!texts.isEmpty()) {
                number(texts.size());
                for (Map.Entry<String, String> each : texts.entrySet()) {
                    text(each.getKey());
                    text(each.getValue());
                }
            }
            number(0);
        }

        private void numbers(Map<String, Long> numbers) {
            if (!numbers.isEmpty()) {
                number(numbers.size());
                for (Map.Entry<String, Long> each : numbers.entrySet()) {
                    text(each.getKey());
                    number(each.getValue());
                }
            }
            number(0);
        }

        private void texts(List<String> texts) {
            if (!texts.isEmpty()) {
                number(texts.size());
                for (String each : texts) {
                    text(each);
                }
            }
            number(0);
        }

        /** Of a union with null, which comes first. */
        private void optionalText(@Nullable String text) {
            number(text == null ? 0 : 1);
            if (text != null) {
                text(text);
            }
        }

        private void optionalNumber(@Nullable Long number) {
            number(number == null ? 0 : 1);
            if (number != null) {
                number(number);
            }
        }

        /** Mostly ASCII, whose length in bytes is known before it is encoded. */
        private void text(String text) {
            int length = text.length();
            int start = size;
            number(length);
            ensure(length);
            int at = size;
            for (int i = 0; i < length; i++) {
                char character = text.charAt(i);
                if (character >= 0x80) {
                    size = start;
                    bytes(text.getBytes(StandardCharsets.UTF_8));
                    return;
                }
                buffer[at++] = (byte) character;
            }
            size = at;
        }

        private void bytes(byte[] bytes) {
            number(bytes.length);
            ensure(bytes.length);
            System.arraycopy(bytes, 0, buffer, size, bytes.length);
            size += bytes.length;
        }

        /** Zigzag, seven bits a byte, lowest first; lengths, symbols and positions of unions are encoded alike. */
        private void number(long number) {
            ensure(MAX_NUMBER_BYTES);
            long rest = (number << 1) ^ (number >> 63);
            int at = size;
            while ((rest & ~0x7FL) != 0) {
                buffer[at++] = (byte) (rest | 0x80);
                rest >>>= 7;
            }
            buffer[at++] = (byte) rest;
            size = at;
        }

        private void ensure(int more) {
            if (buffer.length - size < more) {
                buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, size + more));
            }
        }
    }
}
