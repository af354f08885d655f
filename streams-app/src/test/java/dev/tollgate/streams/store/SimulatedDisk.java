package dev.tollgate.streams.store;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * A store on the disk of a simulated machine. {@link #commit} makes what was written durable together with the offset
 * of the changelog up to which it is complete; a crash takes everything since then ({@link #crash}), a dirty close
 * takes everything ({@link #wipe}). Outlives the objects that use it.
 */
public final class SimulatedDisk implements KeyValueStore<Bytes, byte[]> {
    private final String name;
    private final Runnable use;
    private final ConcurrentSkipListMap<Bytes, byte[]> entries = new ConcurrentSkipListMap<>();
    private Map<Bytes, byte[]> durable = Map.of();
    private long durableUpTo;
    private boolean open;

    /**
     * An empty disk.
     *
     * @param use runs before each read and write of the store, and may throw
     */
    public SimulatedDisk(String name, Runnable use) {
        this.name = name;
        this.use = use;
    }

    /** A store of the kind that the topology uses, over this disk; with bounds that a test reaches. */
    public KeyValueStore<Bytes, byte[]> writeBehind(int maxPending, int batch) {
        return new WriteBehindStore(this, maxPending, batch);
    }

    /** The offset of the changelog from which on a restore must read. */
    public long durableUpTo() {
        return durableUpTo;
    }

    /** The machine stops: what was not committed is gone. */
    public void crash() {
        entries.clear();
        entries.putAll(durable);
        open = false;
    }

    /** The folder is deleted. */
    public void wipe() {
        entries.clear();
        durable = Map.of();
        durableUpTo = 0;
        open = false;
    }

    /** What is stored now. */
    public NavigableMap<Bytes, byte[]> content() {
        return new TreeMap<>(entries);
    }

    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {
        requireOpen();
        for (long offset : changelogOffsets.values()) {
            durable = new TreeMap<>(entries);
            durableUpTo = offset;
        }
    }

    @Override
    public Long committedOffset(TopicPartition partition) {
        return durableUpTo;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void init(@Nullable StateStoreContext context, @Nullable StateStore root) {
        open = true;
    }

    @Override
    public void close() {
        open = false;
    }

    @Override
    public boolean persistent() {
        return true;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public Position getPosition() {
        return Position.emptyPosition();
    }

    @Override
    public byte @Nullable [] get(Bytes key) {
        requireOpen();
        use.run();
        return entries.get(key);
    }

    @Override
    public void put(Bytes key, byte @Nullable [] value) {
        requireOpen();
        use.run();
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
        byte[] before = get(key);
        put(key, null);
        return before;
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> range(@Nullable Bytes from, @Nullable Bytes to) {
        return iterate(within(from, to));
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> reverseRange(@Nullable Bytes from, @Nullable Bytes to) {
        return iterate(within(from, to).descendingMap());
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> all() {
        return range(null, null);
    }

    @Override
    public long approximateNumEntries() {
        return entries.size();
    }

    private NavigableMap<Bytes, byte[]> within(@Nullable Bytes from, @Nullable Bytes to) {
        NavigableMap<Bytes, byte[]> part = from == null ? entries : entries.tailMap(from, true);
        return to == null ? part : part.headMap(to, true);
    }

    private KeyValueIterator<Bytes, byte[]> iterate(NavigableMap<Bytes, byte[]> part) {
        requireOpen();
        use.run();
        Iterator<Map.Entry<Bytes, byte[]>> present = part.entrySet().iterator();
        return new KeyValueIterator<>() {
            @Override
            public boolean hasNext() {
                return present.hasNext();
            }

            @Override
            public KeyValue<Bytes, byte[]> next() {
                Map.Entry<Bytes, byte[]> entry = present.next();
                return KeyValue.pair(entry.getKey(), entry.getValue());
            }

            @Override
            public Bytes peekNextKey() {
                throw new UnsupportedOperationException();
            }

            @Override
            public void close() {}
        };
    }

    private void requireOpen() {
        if (!open) {
            throw new IllegalStateException("store " + name + " is not open");
        }
    }
}
