package dev.tollgate.streams.store;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.query.PositionBound;
import org.apache.kafka.streams.query.Query;
import org.apache.kafka.streams.query.QueryConfig;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * A store on disk that keeps the newest writes in a hash table and hands them to the disk in batches.
 *
 * <p>It stands below the changelog: every write is in the log of the transaction that it belongs to at once, and what
 * is here is a local copy that can be made anew from the log. So a crash may take the writes that are still in memory.
 * Under exactly-once it takes the whole local copy, and {@link #commit}, by which the copy says up to where it follows
 * the log when it is closed or handed on, hands everything to the disk first.
 *
 * <p>A record that changes with every event of an account then costs a put into a hash table and, once a batch, a
 * write, where RocksDB alone would take each. A look-up sees the table first. Ranges hand the table to the disk and
 * read there: they are rare. Memory is bounded by number and bytes of the pending writes. The disk restores itself from
 * the changelog, below the table, which is empty at that time.
 *
 * <p>Used by the thread of one task, as Kafka Streams does.
 */
public final class WriteBehindStore extends ForwardingStore {
    /** Keys in memory: an account that changes again before this many others have changed is not written in between. */
    static final int MAX_PENDING = 4_096;

    static final int MAX_PENDING_BYTES = 4 << 20;

    /**
     * Writes that go to the disk at a time: a millisecond or so, which the records that wait behind it do not notice.
     */
    static final int BATCH = 512;

    private final KeyValueStore<Bytes, byte[]> disk;
    private final int maxPending;
    private final int batch;

    /** Oldest key first. */
    private final LinkedHashMap<Bytes, byte @Nullable []> pending;

    private long pendingBytes;

    WriteBehindStore(KeyValueStore<Bytes, byte[]> disk) {
        this(disk, MAX_PENDING, BATCH);
    }

    /** With other bounds, so that a test need not write thousands of keys to reach them. */
    WriteBehindStore(KeyValueStore<Bytes, byte[]> disk, int maxPending, int batch) {
        super(disk);
        this.disk = disk;
        this.maxPending = maxPending;
        this.batch = batch;
        this.pending = new LinkedHashMap<>(2 * maxPending);
    }

    /** Such a store over RocksDB. */
    public static KeyValueBytesStoreSupplier overRocksDb(String name) {
        KeyValueBytesStoreSupplier disk = Stores.persistentKeyValueStore(name);
        return new KeyValueBytesStoreSupplier() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public KeyValueStore<Bytes, byte[]> get() {
                return new WriteBehindStore(disk.get());
            }

            @Override
            public String metricsScope() {
                return disk.metricsScope();
            }
        };
    }

    @Override
    public byte @Nullable [] get(Bytes key) {
        byte[] value = pending.get(key);
        return value != null || pending.containsKey(key) ? value : disk.get(key);
    }

    @Override
    public void put(Bytes key, byte @Nullable [] value) {
        byte[] before = pending.put(key, value);
        pendingBytes += size(value) - size(before);
        while (pending.size() > maxPending || pendingBytes > MAX_PENDING_BYTES) {
            handOn();
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
    public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
        for (KeyValue<Bytes, byte[]> entry : entries) {
            put(entry.key, entry.value);
        }
    }

    @Override
    public byte @Nullable [] delete(Bytes key) {
        byte[] before = get(key);
        put(key, null);
        return before;
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> range(@Nullable Bytes from, @Nullable Bytes to) {
        drain();
        return disk.range(from, to);
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> reverseRange(@Nullable Bytes from, @Nullable Bytes to) {
        drain();
        return disk.reverseRange(from, to);
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> all() {
        drain();
        return disk.all();
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> reverseAll() {
        drain();
        return disk.reverseAll();
    }

    @Override
    public <PS extends Serializer<P>, P> KeyValueIterator<Bytes, byte[]> prefixScan(P prefix, PS prefixKeySerializer) {
        drain();
        return disk.prefixScan(prefix, prefixKeySerializer);
    }

    @Override
    public long approximateNumEntries() {
        return disk.approximateNumEntries() + pending.size();
    }

    @Override
    public <R> QueryResult<R> query(Query<R> query, PositionBound positionBound, QueryConfig config) {
        drain();
        return disk.query(query, positionBound, config);
    }

    /** From here on the copy may be read by somebody else as being complete up to these offsets of the log. */
    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {
        drain();
        disk.commit(changelogOffsets);
    }

    /** What was put since the last {@link #commit} may be lost: the committed offsets do not cover it. */
    @Override
    public void close() {
        pending.clear();
        pendingBytes = 0;
        disk.close();
    }

    private void drain() {
        while (!pending.isEmpty()) {
            handOn();
        }
    }

    private void handOn() {
        List<KeyValue<Bytes, byte[]>> entries = new ArrayList<>(batch);
        Iterator<Map.Entry<Bytes, byte @Nullable []>> eldest =
                pending.entrySet().iterator();
        while (eldest.hasNext() && entries.size() < batch) {
            Map.Entry<Bytes, byte @Nullable []> entry = eldest.next();
            entries.add(KeyValue.pair(entry.getKey(), entry.getValue()));
            pendingBytes -= size(entry.getValue());
            eldest.remove();
        }
        disk.putAll(entries);
    }

    private static int size(byte @Nullable [] value) {
        return value == null ? 0 : value.length;
    }
}
