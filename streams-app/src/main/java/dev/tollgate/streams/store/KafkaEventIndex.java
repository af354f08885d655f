package dev.tollgate.streams.store;

import dev.tollgate.engine.index.EventIndex;
import dev.tollgate.engine.index.JournalCodec;
import dev.tollgate.engine.output.JournalEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The event index of all accounts of a task, seen through one account at a time.
 *
 * <p>Key: length of the account id (2 bytes), account id, block (4 bytes, half days of event time since 1970), event
 * id. The length keeps ids that begin alike apart; the block makes an account's old entries a key range of its own.
 *
 * <p>A look-up over a horizon of a day reads three blocks at most, newest first, and none in which the id would be the
 * greatest ({@link NewestIds}): an event whose id grows with time costs no read. Expiry only notes which blocks may go;
 * {@link #expireSome} deletes at most {@value #EXPIRIES_PER_CALL} entries of them after each event, so that no event
 * pays for a whole half-day of past ones and an account with nothing to expire pays nothing.
 *
 * <p>An account that falls silent keeps the entries of its last day, since its stream time does not move: should its
 * last event be published again a month later, it is still a duplicate.
 */
public final class KafkaEventIndex implements EventIndex {
    /** Length of a block in event time. Part of the stored format. */
    static final long BLOCK_MILLIS = 12 * 3_600_000L;

    private static final byte[] NO_ID = new byte[0];

    /** Most entries that one call expires: many more than one event adds, so a backlog shrinks quickly. */
    static final int EXPIRIES_PER_CALL = 64;

    private final KeyValueStore<Bytes, byte[]> store;
    private byte[] prefix = new byte[0];
    private @Nullable AccountRecord account;

    public KafkaEventIndex(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    /** Turns to an account: the calls that follow are about it. */
    public KafkaEventIndex of(AccountRecord account) {
        this.account = account;
        prefix = account.indexPrefix();
        return this;
    }

    @Override
    public @Nullable JournalEntry find(String eventId, long fromMillis, long toMillis) {
        byte[] id = utf8(eventId);
        int oldest = Math.max(block(Math.max(fromMillis, 0)), present().firstIndexBlock());
        NewestIds newest = present().newestIds();
        boolean learning = newest.askedBefore();
        newest.forgetBelow(oldest);
        for (int block = block(Math.max(toMillis, 0)); block >= oldest; block--) {
            if (learning && !newest.knows(block)) {
                newest.learn(block, greatestIn(block));
            }
            if (newest.isNewIn(block, id)) {
                continue;
            }
            byte[] found = store.get(key(block, id));
            if (found != null) {
                return JournalCodec.decode(present().accountId(), eventId, found);
            }
        }
        return null;
    }

    @Override
    public void put(JournalEntry entry) {
        int block = block(entry.request().occurredAtMillis());
        byte[] id = utf8(entry.request().eventId());
        store.put(key(block, id), JournalCodec.encode(entry));
        present().newestIds().added(block, id);
    }

    @Override
    public void remove(String eventId, long occurredAtMillis) {
        store.put(key(block(occurredAtMillis), utf8(eventId)), null);
    }

    /** Newest block first, so that an account with more than enough is found out without reading it all. */
    @Override
    public boolean scan(long fromMillis, long toMillis, int most, Consumer<JournalEntry> reader) {
        int oldest = Math.max(block(Math.max(fromMillis, 0)), present().firstIndexBlock());
        int shown = 0;
        for (int block = block(Math.max(toMillis, 0)); block >= oldest; block--) {
            // No event has the empty id, so neither end of the range is one.
            try (KeyValueIterator<Bytes, byte[]> entries = store.range(key(block, NO_ID), key(block + 1, NO_ID))) {
                while (entries.hasNext()) {
                    KeyValue<Bytes, byte[]> found = entries.next();
                    JournalEntry entry = JournalCodec.decode(present().accountId(), idIn(found.key), found.value);
                    long time = entry.request().occurredAtMillis();
                    if (time < fromMillis || time > toMillis) {
                        continue;
                    }
                    if (shown == most) {
                        return false;
                    }
                    reader.accept(entry);
                    shown++;
                }
            }
        }
        return true;
    }

    private String idIn(Bytes key) {
        int from = prefix.length + 4;
        return new String(key.get(), from, key.get().length - from, StandardCharsets.UTF_8);
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
        Bytes from = cursor == null ? key(present.firstIndexBlock(), NO_ID) : cursor;
        // The range is closed; no event has the empty id at its end.
        Bytes to = key(firstNeeded, NO_ID);
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

    private AccountRecord present() {
        if (account == null) {
            throw new IllegalStateException("the event index was not turned to an account");
        }
        return account;
    }

    private static int block(long millis) {
        return (int) Math.min(Integer.MAX_VALUE, millis / BLOCK_MILLIS);
    }

    private byte @Nullable [] greatestIn(int block) {
        // No event has the empty id, so neither end of the range is one.
        try (KeyValueIterator<Bytes, byte[]> last = store.reverseRange(key(block, NO_ID), key(block + 1, NO_ID))) {
            if (!last.hasNext()) {
                return null;
            }
            byte[] key = last.next().key.get();
            return Arrays.copyOfRange(key, prefix.length + 4, key.length);
        }
    }

    private static byte[] utf8(@Nullable String eventId) {
        if (eventId == null) {
            throw new IllegalArgumentException("an entry must have an event id");
        }
        return eventId.getBytes(StandardCharsets.UTF_8);
    }

    private Bytes key(int block, byte[] id) {
        byte[] key = new byte[prefix.length + 4 + id.length];
        System.arraycopy(prefix, 0, key, 0, prefix.length);
        ByteBuffer.wrap(key).putInt(prefix.length, block);
        System.arraycopy(id, 0, key, prefix.length + 4, id.length);
        return Bytes.wrap(key);
    }
}
