package dev.tollgate.streams.store;

import dev.tollgate.engine.scope.ScopeRecord;
import org.jspecify.annotations.Nullable;

/**
 * Decoded scope records of all accounts of a task, at most so many bytes of them, least recently used out first. The
 * store always has what a record here has, but for the records that the engine has taken, which it puts back when it is
 * done.
 */
final class ScopeCache {
    /** What one record takes in memory beside its buckets. */
    private static final long RECORD_BYTES = 512;

    private final long maxBytes;

    /** Head of a ring: the next one is the most recently used, the previous one the least. */
    private final Entry ring = new Entry();

    private long bytes;

    /** A record in memory. */
    static final class Entry {
        private Entry previous = this;
        private Entry next = this;
        private long bytes;
        private @Nullable Runnable eviction;

        @Nullable
        ScopeRecord record;

        /** As the store has it. */
        byte[] saved = new byte[0];
    }

    ScopeCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** About how many bytes of the heap the records take. */
    long bytes() {
        return bytes;
    }

    /**
     * Keeps a record.
     *
     * @param eviction called when it is dropped for want of room
     */
    Entry add(ScopeRecord record, byte[] saved, Runnable eviction) {
        Entry entry = new Entry();
        entry.record = record;
        entry.eviction = eviction;
        link(entry);
        weigh(entry, saved);
        makeRoom(entry);
        return entry;
    }

    void used(Entry entry) {
        unlink(entry);
        link(entry);
    }

    /** The record was saved with this content. */
    void saved(Entry entry, byte[] content) {
        used(entry);
        weigh(entry, content);
        makeRoom(entry);
    }

    void remove(Entry entry) {
        unlink(entry);
        bytes -= entry.bytes;
        entry.bytes = 0;
    }

    private void weigh(Entry entry, byte[] content) {
        entry.saved = content;
        bytes -= entry.bytes;
        entry.bytes = RECORD_BYTES + KafkaAccountStore.HEAP_FACTOR * content.length;
        bytes += entry.bytes;
    }

    private void makeRoom(Entry kept) {
        while (bytes > maxBytes && ring.previous != kept) {
            Entry eldest = ring.previous;
            remove(eldest);
            Runnable eviction = eldest.eviction;
            if (eviction != null) {
                eviction.run();
            }
        }
    }

    private void link(Entry entry) {
        entry.previous = ring;
        entry.next = ring.next;
        ring.next.previous = entry;
        ring.next = entry;
    }

    private static void unlink(Entry entry) {
        entry.previous.next = entry.next;
        entry.next.previous = entry.previous;
    }
}
