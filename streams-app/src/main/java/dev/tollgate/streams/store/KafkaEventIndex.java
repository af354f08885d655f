package dev.tollgate.streams.store;

import dev.tollgate.engine.index.EventIndex;
import dev.tollgate.engine.index.JournalCodec;
import dev.tollgate.engine.output.JournalEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The event index of all accounts of a task, seen through one account at a time.
 *
 * <p>Entries that are put stay with the account in memory until {@link #write}, which the task calls before each commit
 * and before an account leaves memory. What an account has put since the last commit is then one {@link EventChunk} of
 * each block, as far as its ids are greater than all that the block had; an id that is not is a record of its own. So
 * ids that grow with time cost one record an account and commit, and chunks of a block never overlap.
 *
 * <p>Key: length of the account id (2 bytes), account id, block (4 bytes, half days of event time since 1970), tag (0
 * for one entry, 1 for a chunk), event id; that of a chunk is its first one, or was when it was made. The length keeps
 * ids that begin alike apart; the block makes an account's old entries a key range of its own.
 *
 * <p>A look-up over a horizon of a day looks at three blocks at most, newest first, and reads none in which the id
 * would be the greatest ({@link NewestIds}): an event whose id grows with time costs no read. Of the others it reads
 * the record of the id, then the chunk that would have it. Expiry only notes which blocks may go; {@link #expireSome}
 * deletes at most {@value #EXPIRIES_PER_CALL} records of them after each event, so that no event pays for a whole
 * half-day of past ones and an account with nothing to expire pays nothing.
 *
 * <p>An account that falls silent keeps the entries of its last day, since its stream time does not move: should its
 * last event be published again a month later, it is still a duplicate.
 */
public final class KafkaEventIndex implements EventIndex {
    /** Length of a block in event time. Part of the stored format. */
    static final long BLOCK_MILLIS = 12 * 3_600_000L;

    static final byte SINGLE = 0;
    static final byte CHUNK = 1;

    private static final byte[] NO_ID = new byte[0];

    /** Most records that one call expires: many more than one event adds, so a backlog shrinks quickly. */
    static final int EXPIRIES_PER_CALL = 64;

    /** About how many bytes of entries may wait for the commit. */
    private static final long MAX_PENDING_BYTES = 8 << 20;

    private final KeyValueStore<Bytes, byte[]> store;
    private byte[] prefix = new byte[0];
    private @Nullable AccountRecord account;
    private long pendingBytes;

    private @Nullable String lastId;
    private byte[] lastIdBytes = NO_ID;

    /** The id that the last look-up did not find, and the blocks in which it did not. */
    private @Nullable String absentId;

    private int absentFromBlock;
    private int absentToBlock;

    public KafkaEventIndex(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    /** Turns to an account: the calls that follow are about it. */
    public KafkaEventIndex of(AccountRecord account) {
        this.account = account;
        prefix = account.indexPrefix();
        absentId = null;
        return this;
    }

    @Override
    public @Nullable JournalEntry find(String eventId, long fromMillis, long toMillis) {
        byte[] id = utf8(eventId);
        int oldest = Math.max(block(Math.max(fromMillis, 0)), present().firstIndexBlock());
        int newest = block(Math.max(toMillis, 0));
        NewestIds newestIds = present().newestIds();
        for (int block = newest; block >= oldest; block--) {
            if (newestIds.isNewIn(block, id)) {
                continue;
            }
            byte[] found = present().pendingEntries().get(block, id);
            if (found == null) {
                found = stored(block, id);
            }
            if (found != null) {
                return JournalCodec.decode(present().accountId(), eventId, found);
            }
        }
        absentId = eventId;
        absentFromBlock = oldest;
        absentToBlock = newest;
        return null;
    }

    @Override
    public void put(JournalEntry entry) {
        String eventId = entry.request().eventId();
        byte[] id = utf8(eventId);
        int block = block(entry.request().occurredAtMillis());
        AccountRecord present = present();
        if (block < present.firstNeededIndexBlock()) {
            // Nobody will ask for it.
            return;
        }
        byte[] bytes = JournalCodec.encode(entry);
        boolean isNew = present.newestIds().isNewToStore(block, id) || isAbsent(eventId, block);
        absentId = null;
        if (isNew || !replaceStored(block, id, bytes)) {
            pendingBytes += present.pendingEntries().put(block, id, bytes);
            present.newestIds().added(block, id);
        }
    }

    @Override
    public void remove(String eventId, long occurredAtMillis) {
        absentId = null;
        byte[] id = utf8(eventId);
        int block = block(occurredAtMillis);
        int shrunk = present().pendingEntries().remove(block, id);
        pendingBytes -= shrunk;
        if (shrunk == 0) {
            replaceStored(block, id, null);
        }
    }

    /** Newest block first, so that an account with more than enough is found out without reading it all. */
    @Override
    public boolean scan(long fromMillis, long toMillis, int most, Consumer<JournalEntry> reader) {
        int oldest = Math.max(block(Math.max(fromMillis, 0)), present().firstIndexBlock());
        Scan scan = new Scan(fromMillis, toMillis, most, reader);
        for (int block = block(Math.max(toMillis, 0)); block >= oldest; block--) {
            TreeMap<byte[], byte[]> pending = present().pendingEntries().of(block);
            if (pending != null) {
                pending.forEach(scan::show);
            }
            // No event has the empty id, so neither end of the range is one.
            try (KeyValueIterator<Bytes, byte[]> records =
                    store.range(key(block, SINGLE, NO_ID), key(block + 1, SINGLE, NO_ID))) {
                while (records.hasNext() && !scan.isOver) {
                    KeyValue<Bytes, byte[]> record = records.next();
                    if (tagIn(record.key) == CHUNK) {
                        EventChunk.forEach(record.value, scan::show);
                    } else {
                        scan.show(idIn(record.key), record.value);
                    }
                }
            }
            if (scan.isOver) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void expireBefore(long occurredAtMillis) {
        present().needIndexFrom(block(Math.max(occurredAtMillis, 0)));
    }

    /** Deletes some of what is not needed any more; cheap where there is nothing. */
    public void expireSome() {
        AccountRecord present = present();
        int firstNeeded = present.firstNeededIndexBlock();
        if (present.firstIndexBlock() >= firstNeeded) {
            return;
        }
        // From the last deleted key on: a walk from the start would step over the tombstones of all calls before.
        Bytes cursor = present.expiryCursor();
        Bytes from = cursor == null ? key(present.firstIndexBlock(), SINGLE, NO_ID) : cursor;
        // The range is closed; no event has the empty id at its end.
        Bytes to = key(firstNeeded, SINGLE, NO_ID);
        int deleted = 0;
        Bytes last = from;
        try (KeyValueIterator<Bytes, byte[]> expired = store.range(from, to)) {
            while (expired.hasNext() && deleted < EXPIRIES_PER_CALL) {
                last = expired.next().key;
                store.put(last, null);
                deleted++;
            }
        }
        if (deleted < EXPIRIES_PER_CALL) {
            present.indexIsEmptyBelow(firstNeeded);
        } else {
            present.expiryCursor(last);
        }
    }

    /** Writes what an account has put since it was last written. Its record has to be saved after that. */
    public void write(AccountRecord record) {
        PendingEntries pending = record.pendingEntries();
        if (pending.isEmpty()) {
            return;
        }
        of(record);
        pending.forEachBlock((block, entries) -> {
            if (block >= record.firstNeededIndexBlock()) {
                write(block, entries);
                record.newestIds().written(block);
            }
        });
        pendingBytes -= pending.clear();
    }

    /** Whether so much waits for the commit that the task has to write it now. */
    public boolean isFull() {
        return pendingBytes > MAX_PENDING_BYTES;
    }

    /** Forgets what an account has put since it was last written. */
    public void forget(AccountRecord record) {
        pendingBytes -= record.pendingEntries().clear();
    }

    private void write(int block, TreeMap<byte[], byte[]> entries) {
        List<Map.Entry<byte[], byte[]>> chunk = new ArrayList<>();
        for (Map.Entry<byte[], byte[]> entry : entries.entrySet()) {
            if (!present().newestIds().isNewToStore(block, entry.getKey())) {
                store.put(key(block, SINGLE, entry.getKey()), entry.getValue());
                continue;
            }
            chunk.add(entry);
            if (chunk.size() == EventChunk.MAX_ENTRIES) {
                writeChunk(block, chunk);
            }
        }
        writeChunk(block, chunk);
    }

    private void writeChunk(int block, List<Map.Entry<byte[], byte[]>> chunk) {
        if (chunk.size() == 1) {
            store.put(
                    key(block, SINGLE, chunk.getFirst().getKey()),
                    chunk.getFirst().getValue());
        } else if (!chunk.isEmpty()) {
            store.put(key(block, CHUNK, chunk.getFirst().getKey()), EventChunk.encode(chunk));
        }
        chunk.clear();
    }

    /** Whether the last look-up has found out that a block does not have an id. */
    private boolean isAbsent(@Nullable String eventId, int block) {
        String absent = absentId;
        return absent != null && absent.equals(eventId) && block >= absentFromBlock && block <= absentToBlock;
    }

    private byte @Nullable [] stored(int block, byte[] id) {
        if (present().newestIds().isNewToStore(block, id)) {
            return null;
        }
        byte[] single = store.get(key(block, SINGLE, id));
        if (single != null) {
            return single;
        }
        KeyValue<Bytes, byte[]> chunk = chunkAround(block, id);
        return chunk == null ? null : EventChunk.find(chunk.value, id);
    }

    /**
     * Replaces an entry that the store has.
     *
     * @param entry null to remove it
     * @return whether the store had it
     */
    private boolean replaceStored(int block, byte[] id, byte @Nullable [] entry) {
        if (present().newestIds().isNewToStore(block, id)) {
            return false;
        }
        Bytes key = key(block, SINGLE, id);
        if (store.get(key) != null) {
            store.put(key, entry);
            return true;
        }
        KeyValue<Bytes, byte[]> chunk = chunkAround(block, id);
        if (chunk == null || EventChunk.find(chunk.value, id) == null) {
            return false;
        }
        TreeMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
        EventChunk.forEach(chunk.value, entries::put);
        if (entry == null) {
            entries.remove(id);
        } else {
            entries.put(id, entry);
        }
        store.put(chunk.key, entries.isEmpty() ? null : EventChunk.encode(entries.entrySet()));
        return true;
    }

    /** The only chunk of a block that can have an id: the last one that begins at it or before. */
    private @Nullable KeyValue<Bytes, byte[]> chunkAround(int block, byte[] id) {
        try (KeyValueIterator<Bytes, byte[]> chunks =
                store.reverseRange(key(block, CHUNK, NO_ID), key(block, CHUNK, id))) {
            return chunks.hasNext() ? chunks.next() : null;
        }
    }

    private byte tagIn(Bytes key) {
        return key.get()[prefix.length + 4];
    }

    private byte[] idIn(Bytes key) {
        return Arrays.copyOfRange(key.get(), prefix.length + 5, key.get().length);
    }

    private AccountRecord present() {
        if (account == null) {
            throw new IllegalStateException("the event index was not turned to an account");
        }
        return account;
    }

    private static int block(long millis) {
        return (int) Math.min(Integer.MAX_VALUE, millis / BLOCK_MILLIS);
    }

    /** An event is looked for and then put: its id is encoded once. */
    private byte[] utf8(@Nullable String eventId) {
        if (eventId == null) {
            throw new IllegalArgumentException("an entry must have an event id");
        }
        if (!eventId.equals(lastId)) {
            lastId = eventId;
            lastIdBytes = eventId.getBytes(StandardCharsets.UTF_8);
        }
        return lastIdBytes;
    }

    private Bytes key(int block, byte tag, byte[] id) {
        byte[] key = new byte[prefix.length + 5 + id.length];
        System.arraycopy(prefix, 0, key, 0, prefix.length);
        ByteBuffer.wrap(key).putInt(prefix.length, block);
        key[prefix.length + 4] = tag;
        System.arraycopy(id, 0, key, prefix.length + 5, id.length);
        return Bytes.wrap(key);
    }

    /** Shows the entries of a span of event time until there are too many. */
    private final class Scan {
        private final long fromMillis;
        private final long toMillis;
        private final int most;
        private final Consumer<JournalEntry> reader;
        private int shown;
        private boolean isOver;

        Scan(long fromMillis, long toMillis, int most, Consumer<JournalEntry> reader) {
            this.fromMillis = fromMillis;
            this.toMillis = toMillis;
            this.most = most;
            this.reader = reader;
        }

        void show(byte[] id, byte[] bytes) {
            if (isOver) {
                return;
            }
            JournalEntry entry =
                    JournalCodec.decode(present().accountId(), new String(id, StandardCharsets.UTF_8), bytes);
            long time = entry.request().occurredAtMillis();
            if (time < fromMillis || time > toMillis) {
                return;
            }
            if (shown == most) {
                isOver = true;
                return;
            }
            reader.accept(entry);
            shown++;
        }
    }
}
