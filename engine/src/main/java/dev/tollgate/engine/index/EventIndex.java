package dev.tollgate.engine.index;

import dev.tollgate.engine.output.JournalEntry;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Journal entries of one account by event id, for as long as the dedupe horizon.
 *
 * <p>A store may file entries by blocks of event time: every call names the event time or a span of it. With blocks of
 * half a day and a horizon of a day, {@link #find} looks at three blocks at most.
 */
public interface EventIndex {

    /**
     * The entry of an event.
     *
     * @param eventId the id
     * @param fromMillis earliest event time to look at, inclusive
     * @param toMillis latest event time to look at, inclusive
     * @return the entry, or null. An entry whose event time lies outside the span may or may not be found.
     */
    @Nullable
    JournalEntry find(String eventId, long fromMillis, long toMillis);

    /** Remembers an entry under its event id and event time, in place of an older one with the same id and time. */
    void put(JournalEntry entry);

    /**
     * Forgets one entry.
     *
     * @param occurredAtMillis the event time that it was put with
     */
    void remove(String eventId, long occurredAtMillis);

    /**
     * Shows the entries of a span of event time, in any order.
     *
     * @param fromMillis earliest event time, inclusive
     * @param toMillis latest event time, inclusive
     * @param most how many at most
     * @param reader must not change the index
     * @return whether these were all
     */
    boolean scan(long fromMillis, long toMillis, int most, Consumer<JournalEntry> reader);

    /** Entries with an earlier event time are not needed any more and may be forgotten. */
    void expireBefore(long occurredAtMillis);
}
