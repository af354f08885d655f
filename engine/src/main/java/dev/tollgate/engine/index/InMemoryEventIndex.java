package dev.tollgate.engine.index;

import dev.tollgate.engine.output.JournalEntry;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An event index on the heap, for replays, what-if runs and tests. Not thread-safe. */
public final class InMemoryEventIndex implements EventIndex {
    private final Map<String, JournalEntry> entries = new HashMap<>();

    @Override
    public @Nullable JournalEntry find(String eventId, long fromMillis, long toMillis) {
        return entries.get(eventId);
    }

    @Override
    public void put(JournalEntry entry) {
        entries.put(entry.request().eventId(), entry);
    }

    @Override
    public void remove(String eventId, long occurredAtMillis) {
        JournalEntry entry = entries.get(eventId);
        if (entry != null && entry.request().occurredAtMillis() == occurredAtMillis) {
            entries.remove(eventId);
        }
    }

    @Override
    public boolean scan(long fromMillis, long toMillis, int most, Consumer<JournalEntry> reader) {
        int shown = 0;
        for (JournalEntry entry : entries.values()) {
            long time = entry.request().occurredAtMillis();
            if (fromMillis <= time && time <= toMillis) {
                if (shown == most) {
                    return false;
                }
                reader.accept(entry);
                shown++;
            }
        }
        return true;
    }

    @Override
    public void expireBefore(long occurredAtMillis) {
        entries.values().removeIf(entry -> entry.request().occurredAtMillis() < occurredAtMillis);
    }

    /** How many events are remembered. */
    public int size() {
        return entries.size();
    }
}
