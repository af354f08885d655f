package dev.tollgate.streams.replay;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * A store on the heap alone: no changelog, no disk. Keys are ordered as unsigned bytes, as in RocksDB. A range may be
 * read while entries of it are deleted.
 */
final class HeapStore implements KeyValueStore<Bytes, byte[]> {
    private final String name;
    // Iterators of a skip list bear changes beside them; the event index deletes what it walks over.
    private final ConcurrentNavigableMap<Bytes, byte[]> entries = new ConcurrentSkipListMap<>();

    HeapStore(String name) {
        this.name = name;
    }

    @Override
    public void put(Bytes key, byte @Nullable [] value) {
        if (value == null) {
            entries.remove(key);
        } else {
            entries.put(key, value);
        }
    }

    @Override
    public byte @Nullable [] putIfAbsent(Bytes key, byte @Nullable [] value) {
        byte[] before = get(key);
        if (before == null) {
            put(key, value);
        }
        return before;
    }

    @Override
    public void putAll(List<KeyValue<Bytes, byte[]>> all) {
        all.forEach(entry -> put(entry.key, entry.value));
    }

    @Override
    public byte @Nullable [] delete(Bytes key) {
        return entries.remove(key);
    }

    @Override
    public byte @Nullable [] get(Bytes key) {
        return entries.get(key);
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> range(@Nullable Bytes from, @Nullable Bytes to) {
        return new Entries(between(from, to));
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> reverseRange(@Nullable Bytes from, @Nullable Bytes to) {
        return new Entries(between(from, to).descendingMap());
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> all() {
        return new Entries(entries);
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> reverseAll() {
        return new Entries(entries.descendingMap());
    }

    private ConcurrentNavigableMap<Bytes, byte[]> between(@Nullable Bytes from, @Nullable Bytes to) {
        ConcurrentNavigableMap<Bytes, byte[]> found = from == null ? entries : entries.tailMap(from, true);
        return to == null ? found : found.headMap(to, true);
    }

    @Override
    public long approximateNumEntries() {
        return entries.size();
    }

    @Override
    public String name() {
        return name;
    }

    /** There is nothing to restore. */
    @Override
    public void init(StateStoreContext context, StateStore root) {}

    @Override
    public void close() {
        entries.clear();
    }

    @Override
    public boolean persistent() {
        return false;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    private static final class Entries implements KeyValueIterator<Bytes, byte[]> {
        private final Iterator<Map.Entry<Bytes, byte[]>> entries;
        private Map.@Nullable Entry<Bytes, byte[]> peeked;

        Entries(Map<Bytes, byte[]> map) {
            entries = map.entrySet().iterator();
        }

        @Override
        public boolean hasNext() {
            return peeked != null || entries.hasNext();
        }

        @Override
        public KeyValue<Bytes, byte[]> next() {
            Map.Entry<Bytes, byte[]> entry = peek();
            peeked = null;
            return KeyValue.pair(entry.getKey(), entry.getValue());
        }

        @Override
        public Bytes peekNextKey() {
            return peek().getKey();
        }

        private Map.Entry<Bytes, byte[]> peek() {
            Map.Entry<Bytes, byte[]> entry = peeked;
            if (entry == null) {
                if (!entries.hasNext()) {
                    throw new NoSuchElementException();
                }
                entry = entries.next();
                peeked = entry;
            }
            return entry;
        }

        @Override
        public void close() {}
    }
}
