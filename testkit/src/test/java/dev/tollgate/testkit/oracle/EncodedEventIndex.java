package dev.tollgate.testkit.oracle;

import dev.tollgate.engine.index.EventIndex;
import dev.tollgate.engine.index.JournalCodec;
import dev.tollgate.engine.output.JournalEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps entries as bytes, so that whatever comes out of it has been encoded and decoded. */
final class EncodedEventIndex implements EventIndex {
    private final Map<String, byte[]> entries = new HashMap<>();

    @Override
    public @Nullable JournalEntry find(String eventId, long fromMillis, long toMillis) {
        byte[] bytes = entries.get(eventId);
        return bytes == null ? null : JournalCodec.decode("acme", eventId, bytes);
    }

    @Override
    public void put(JournalEntry entry) {
        entries.put(entry.request().eventId(), JournalCodec.encode(entry));
    }

    @Override
    public void remove(String eventId, long occurredAtMillis) {
        JournalEntry entry = find(eventId, occurredAtMillis, occurredAtMillis);
        if (entry != null && entry.request().occurredAtMillis() == occurredAtMillis) {
            entries.remove(eventId);
        }
    }

    @Override
    public boolean scan(long fromMillis, long toMillis, int most, Consumer<JournalEntry> reader) {
        for (String id : List.copyOf(entries.keySet())) {
            JournalEntry entry = Objects.requireNonNull(find(id, 0, Long.MAX_VALUE));
            long time = entry.request().occurredAtMillis();
            if (fromMillis <= time && time <= toMillis) {
                reader.accept(entry);
            }
        }
        return true;
    }

    @Override
    public void expireBefore(long occurredAtMillis) {
        entries.keySet().removeIf(id -> {
            JournalEntry entry = find(id, 0, Long.MAX_VALUE);
            return entry != null && entry.request().occurredAtMillis() < occurredAtMillis;
        });
    }
}
