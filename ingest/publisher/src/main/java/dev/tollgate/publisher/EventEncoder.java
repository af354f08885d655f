package dev.tollgate.publisher;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.tollgate.planmodel.input.RequestTarget;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.event.RequestEventRules;
import dev.tollgate.schemas.serde.WireFormat;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.jspecify.annotations.Nullable;

/**
 * Writes a {@code RequestEvent} as Avro binary behind room for the Confluent prefix, filling what the caller left out:
 * event id (a UUIDv7), event time, producer. The endpoint's target is reduced to its path; an empty project or key id
 * is left out.
 *
 * <p>Avro's own writer walks the schema and boxes what it meets; this one knows the schema, which makes it several
 * times faster and leaves the result as its only allocation. That it writes the same bytes is held by a test over
 * random events, and that the schema is still the one it knows by {@link #requireKnownSchema()}.
 *
 * <p>One thread at a time. Threads borrow encoders from a {@link Pool}, which suits virtual threads, where a
 * thread-local would make a new buffer for every request.
 *
 * @see <a href="https://avro.apache.org/docs/1.12.0/specification/#binary-encoding">Avro: binary encoding</a>
 */
final class EventEncoder {
    /** Parsing fingerprint (CRC-64-AVRO) of the schema that {@link #encode} writes. */
    private static final long KNOWN_SCHEMA = 2234085351456031410L;

    private static final int INITIAL_BYTES = 512;
    private static final int MAX_VARINT_BYTES = 10;
    private static final int UUID_CHARACTERS = 36;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final TimeBasedEpochGenerator ids = Generators.timeBasedEpochGenerator();
    private byte[] buffer = new byte[INITIAL_BYTES];
    private int length;

    /**
     * @throws IllegalStateException if the class path holds another version of the schema than this library was built
     *     for
     */
    static void requireKnownSchema() {
        long actual = fingerprint(RequestEvent.getClassSchema());
        if (actual != KNOWN_SCHEMA) {
            throw new IllegalStateException("tollgate-publisher and tollgate-schemas on the class path do not match:"
                    + " RequestEvent has fingerprint " + actual + ", expected " + KNOWN_SCHEMA
                    + "; use the same version of both");
        }
    }

    static long fingerprint(Schema schema) {
        return SchemaNormalization.parsingFingerprint64(schema);
    }

    /**
     * The event's bytes; the first {@value WireFormat#PREFIX_BYTES} are zero and belong to the prefix.
     *
     * @param event without a violation by {@link RequestEventRules#checkBeforeFilling}
     * @param nowMillis the event time if it has none
     * @param producer the producer if it has none
     */
    byte[] encode(RequestEvent event, long nowMillis, String producer) {
        length = WireFormat.PREFIX_BYTES;
        String id = event.getEventId();
        if (id == null || id.isEmpty()) {
            writeUuid(ids.generate());
        } else {
            writeString(id);
        }
        writeString(event.getAccountId());
        writeOptional(event.getProjectId());
        writeOptional(event.getApiKeyId());
        writeString(RequestTarget.reduced(event.getEndpoint()));
        Instant occurredAt = event.getOccurredAt();
        writeLong(occurredAt == null ? nowMillis : occurredAt.toEpochMilli());
        writeLong(index(event.getPhase()));
        writeLong(index(event.getOutcome()));
        writeOptional(event.getUnits());
        writeOptional(event.getInputTokens());
        writeOptional(event.getOutputItems());
        writeOptional(event.getDurationMs());
        String named = event.getProducer();
        writeString(named == null || named.isEmpty() ? producer : named);
        writeMap(event.getAttributes());
        return Arrays.copyOf(buffer, length);
    }

    /** Position of the symbol in the schema; the default of the field for null. */
    private static int index(@Nullable Phase phase) {
        if (phase == null) {
            return 0;
        }
        return switch (phase) {
            case COMPLETED -> 0;
            case STARTED -> 1;
            case UNKNOWN -> 2;
        };
    }

    private static int index(@Nullable Outcome outcome) {
        if (outcome == null) {
            return 0;
        }
        return switch (outcome) {
            case SUCCESS -> 0;
            case AUTH_FAILED -> 1;
            case INVALID -> 2;
            case LIMITED -> 3;
            case SERVER_ERROR -> 4;
            case UNKNOWN -> 5;
        };
    }

    /** The empty text is none, as for {@code InputText.optional}. */
    private void writeOptional(@Nullable String value) {
        if (value == null || value.isEmpty()) {
            writeLong(0);
        } else {
            writeLong(1);
            writeString(value);
        }
    }

    private void writeOptional(@Nullable Long value) {
        if (value == null) {
            writeLong(0);
        } else {
            writeLong(1);
            writeLong(value);
        }
    }

    private void writeMap(@Nullable Map<String, String> map) {
        if (map != null && !map.isEmpty()) {
            writeLong(map.size());
            for (Map.Entry<String, String> entry : map.entrySet()) {
                writeString(entry.getKey());
                writeString(entry.getValue());
            }
        }
        // A map is a list of blocks; the empty block ends it.
        writeLong(0);
    }

    private void writeString(String value) {
        int characters = value.length();
        int start = length;
        writeLong(characters);
        ensure(characters);
        byte[] target = buffer;
        int at = length;
        for (int i = 0; i < characters; i++) {
            char c = value.charAt(i);
            if (c >= 0x80) {
                // Longer in bytes than in characters, so the length in front of it was wrong.
                length = start;
                writeBytes(value.getBytes(StandardCharsets.UTF_8));
                return;
            }
            target[at++] = (byte) c;
        }
        length = at;
    }

    private void writeBytes(byte[] bytes) {
        writeLong(bytes.length);
        ensure(bytes.length);
        System.arraycopy(bytes, 0, buffer, length, bytes.length);
        length += bytes.length;
    }

    private void writeUuid(UUID id) {
        writeLong(UUID_CHARACTERS);
        ensure(UUID_CHARACTERS);
        long high = id.getMostSignificantBits();
        long low = id.getLeastSignificantBits();
        writeHex(high >>> 32, 8);
        buffer[length++] = '-';
        writeHex(high >>> 16, 4);
        buffer[length++] = '-';
        writeHex(high, 4);
        buffer[length++] = '-';
        writeHex(low >>> 48, 4);
        buffer[length++] = '-';
        writeHex(low, 12);
    }

    private void writeHex(long value, int digits) {
        for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
            buffer[length++] = HEX[(int) (value >>> shift) & 0xf];
        }
    }

    /** Zigzag and variable length, which also is how Avro writes int, enum, union branch and block count. */
    private void writeLong(long value) {
        ensure(MAX_VARINT_BYTES);
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7fL) != 0) {
            buffer[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[length++] = (byte) rest;
    }

    private void ensure(int more) {
        if (buffer.length - length < more) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + more));
        }
    }

    /** Encoders for any number of threads; as many are kept as threads ever used one at the same moment, at most 64. */
    static final class Pool {
        private static final int SLOTS = 64;

        private final AtomicReferenceArray<@Nullable EventEncoder> idle = new AtomicReferenceArray<>(SLOTS);

        EventEncoder take() {
            EventEncoder taken = idle.getAndSet(slot(), null);
            return taken == null ? new EventEncoder() : taken;
        }

        void giveBack(EventEncoder encoder) {
            idle.set(slot(), encoder);
        }

        private static int slot() {
            long id = Thread.currentThread().getId();
            return (int) ((id * 0x9E3779B97F4A7C15L) >>> 58);
        }
    }
}
