package dev.tollgate.engine.index;

import dev.tollgate.engine.input.Annotations;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.input.Position;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.input.ValidRequest;
import dev.tollgate.engine.internal.codec.ByteReader;
import dev.tollgate.engine.internal.codec.ByteWriter;
import dev.tollgate.engine.output.Costs;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.planmodel.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Journal entries as bytes, for event indexes that keep them outside the heap. */
public final class JournalCodec {
    /** Without annotations. */
    private static final int ENCODING_1 = 1;

    private static final int ENCODING = 2;

    private JournalCodec() {}

    /** The entry in a compact form, without its account and event id: those are its key. */
    public static byte[] encode(JournalEntry entry) {
        RequestInput request = entry.request().input();
        ByteWriter writer = new ByteWriter();
        writer.writeByte(ENCODING);
        writer.writeByte(entry.verdict().ordinal());
        writer.writeByte(request.phase().ordinal());
        writer.writeByte(request.outcome().ordinal());
        writer.writeVarLong(request.occurredAtMillis());
        writer.writeSignedVarLong(request.appendedAtMillis() - request.occurredAtMillis());
        writer.writeNullableString(request.projectId());
        writer.writeNullableString(request.apiKeyId());
        writer.writeString(entry.request().endpoint());
        writer.writeNullableLong(request.units());
        writer.writeNullableLong(request.inputTokens());
        writer.writeNullableLong(request.outputItems());
        writer.writeString(request.position().topic());
        writer.writeVarLong(request.position().partition());
        writer.writeVarLong(request.position().offset());
        Annotations annotations = request.annotations();
        writer.writeNullableLong(annotations.durationMillis());
        writer.writeString(annotations.producer());
        writer.writeVarLong(annotations.attributes().size());
        annotations.attributes().forEach((name, value) -> {
            writer.writeString(name);
            writer.writeString(value);
        });
        writer.writeString(entry.planId());
        writer.writeVarLong(entry.planVersion());
        writer.writeVarLong(entry.costs().size());
        for (int i = 0; i < entry.costs().size(); i++) {
            writer.writeString(entry.costs().meterId(i));
            writer.writeVarLong(entry.costs().amount(i));
        }
        writeStrings(writer, entry.lateLimits());
        writeStrings(writer, entry.correctionIds());
        return writer.toBytes();
    }

    /**
     * Reads what {@link #encode} wrote, now or in an earlier version.
     *
     * @throws IllegalArgumentException if the bytes are something else
     */
    public static JournalEntry decode(String accountId, String eventId, byte[] bytes) {
        ByteReader reader = new ByteReader(bytes);
        int encoding = reader.readByte();
        if (encoding < ENCODING_1 || encoding > ENCODING) {
            throw new IllegalArgumentException("journal entry encoding must be 1 to " + ENCODING + ", was " + encoding);
        }
        Verdict verdict = reader.readEnum(Verdict.values());
        Phase phase = reader.readEnum(Phase.values());
        Outcome outcome = reader.readEnum(Outcome.values());
        long occurredAt = reader.readVarLong();
        long appendedAt = reader.readSignedVarLong() + occurredAt;
        RequestInput request = new RequestInput(
                eventId,
                accountId,
                reader.readNullableString(),
                reader.readNullableString(),
                reader.readString(),
                occurredAt,
                phase,
                outcome,
                reader.readNullableLong(),
                reader.readNullableLong(),
                reader.readNullableLong(),
                appendedAt,
                new Position(reader.readString(), Math.toIntExact(reader.readVarLong()), reader.readVarLong()),
                encoding == ENCODING_1 ? Annotations.none() : readAnnotations(reader));
        String planId = reader.readString();
        int planVersion = Math.toIntExact(reader.readVarLong());
        int meters = reader.readCount();
        List<String> meterIds = new ArrayList<>(meters);
        long[] amounts = new long[meters];
        for (int i = 0; i < meters; i++) {
            meterIds.add(reader.readString());
            amounts[i] = reader.readVarLong();
        }
        JournalEntry entry = new JournalEntry(
                ValidRequest.of(request),
                verdict,
                planId,
                planVersion,
                Costs.of(meterIds, amounts),
                readStrings(reader),
                readStrings(reader));
        reader.requireEnd();
        return entry;
    }

    private static Annotations readAnnotations(ByteReader reader) {
        @Nullable Long duration = reader.readNullableLong();
        String producer = reader.readString();
        int count = reader.readCount();
        Map<String, String> attributes = HashMap.newHashMap(count);
        for (int i = 0; i < count; i++) {
            attributes.put(reader.readString(), reader.readString());
        }
        return new Annotations(duration, producer, Map.copyOf(attributes));
    }

    private static void writeStrings(ByteWriter writer, List<String> strings) {
        writer.writeVarLong(strings.size());
        strings.forEach(writer::writeString);
    }

    private static List<String> readStrings(ByteReader reader) {
        int count = reader.readCount();
        List<String> strings = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            strings.add(reader.readString());
        }
        return List.copyOf(strings);
    }
}
