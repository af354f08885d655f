package dev.tollgate.engine;

import dev.tollgate.planmodel.Scope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The open buckets of one project or API key of one account, of all limits of that scope, and the timers that are set
 * for it. Mutable, changed by the engine only.
 *
 * <p>Encoded as: encoding (1 byte), moment that times are relative to, the two timers, number of limits, and for each
 * limit its number in the account's record, the number of its buckets, and these, the oldest first. Numbers are of
 * variable length.
 */
public final class ScopeRecord {
    /** By code points, which is the order of the keys' UTF-8 bytes. */
    public static final Comparator<String> KEY_ORDER = ScopeRecord::compareKeys;

    /** No timer is set. */
    static final long NO_TIMER = Long.MAX_VALUE;

    private static final int ENCODING = 1;

    private final Scope scope;
    private final String key;

    /** The newest bucket of each limit that has one. */
    private final List<Bucket> newest = new ArrayList<>(2);

    /** Moment of the timer in stream time; never after {@link #dueAt}. */
    long dueTimerMillis = NO_TIMER;

    /** Moment of the timer for ticks; never after {@link #tickAt}. */
    long tickTimerMillis = NO_TIMER;

    /** Whether the store has it. */
    boolean stored;

    ScopeRecord(Scope scope, String key) {
        this.scope = scope;
        this.key = key;
    }

    /** {@code PROJECT} or {@code API_KEY}. */
    public Scope scope() {
        return scope;
    }

    /** Project or API key id; empty for calls that name none. */
    public String key() {
        return key;
    }

    boolean isFor(Scope otherScope, String otherKey) {
        return scope == otherScope && key.equals(otherKey);
    }

    boolean isEmpty() {
        return newest.isEmpty();
    }

    @Nullable
    Bucket newestOf(BucketGroup group) {
        for (int i = 0; i < newest.size(); i++) {
            if (newest.get(i).group == group) {
                return newest.get(i);
            }
        }
        return null;
    }

    void setNewest(BucketGroup group, @Nullable Bucket bucket) {
        for (int i = 0; i < newest.size(); i++) {
            if (newest.get(i).group == group) {
                if (bucket == null) {
                    newest.remove(i);
                } else {
                    newest.set(i, bucket);
                }
                return;
            }
        }
        if (bucket != null) {
            newest.add(bucket);
        }
    }

    /** Stream time at which something falls due. */
    long dueAt() {
        long due = NO_TIMER;
        for (int i = 0; i < newest.size(); i++) {
            for (Bucket bucket = newest.get(i); bucket != null; bucket = bucket.next) {
                due = Math.min(due, bucket.deadline());
            }
        }
        return due;
    }

    /** Wall-clock time at which a tick has something to emit. */
    long tickAt() {
        long tick = NO_TIMER;
        for (int i = 0; i < newest.size(); i++) {
            for (Bucket bucket = newest.get(i); bucket != null; bucket = bucket.next) {
                tick = Math.min(tick, bucket.tickAt());
            }
        }
        return tick;
    }

    /** The content in a compact form. The same content has the same bytes, whenever it is encoded. */
    public byte[] encode() {
        ByteWriter writer = new ByteWriter();
        writer.writeByte(ENCODING);
        // Not stream time, which moves on while the content stays.
        long base = newest.isEmpty() ? 0 : Math.max(0, newest.getFirst().anchorMillis());
        writer.writeVarLong(base);
        encodeTimer(writer, dueTimerMillis, base);
        encodeTimer(writer, tickTimerMillis, base);
        writer.writeVarLong(newest.size());
        List<Bucket> chain = new ArrayList<>(2);
        for (Bucket head : newest) {
            writer.writeVarLong(head.group.number());
            chain.clear();
            BucketGroup.addChainTo(chain, head);
            writer.writeVarLong(chain.size());
            for (Bucket bucket : chain) {
                bucket.encodeContent(writer, base);
            }
        }
        return writer.toBytes();
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @param account the account that the record belongs to, as it was when the record was saved or later
     * @throws IllegalArgumentException if the bytes are something else
     */
    public static ScopeRecord decode(AccountState account, Scope scope, String key, byte[] bytes) {
        ByteReader reader = new ByteReader(bytes);
        int encoding = reader.readByte();
        if (encoding != ENCODING) {
            throw new IllegalArgumentException("scope record encoding must be " + ENCODING + ", was " + encoding);
        }
        ScopeRecord record = new ScopeRecord(scope, key);
        long base = reader.readVarLong();
        record.dueTimerMillis = decodeTimer(reader, base);
        record.tickTimerMillis = decodeTimer(reader, base);
        int limits = reader.readCount();
        for (int i = 0; i < limits; i++) {
            BucketGroup group = account.groupOf(scope, Math.toIntExact(reader.readVarLong()));
            int count = reader.readCount();
            Bucket head = null;
            for (int j = 0; j < count; j++) {
                Bucket bucket = group.decodeBucket(key, reader, base, AccountState.ENCODING_2);
                bucket.next = head;
                head = bucket;
            }
            if (head == null) {
                throw new IllegalArgumentException("a limit of a scope record must have a bucket");
            }
            record.newest.add(head);
        }
        reader.requireEnd();
        record.stored = true;
        return record;
    }

    private static void encodeTimer(ByteWriter writer, long millis, long base) {
        writer.writeBoolean(millis != NO_TIMER);
        if (millis != NO_TIMER) {
            writer.writeSignedVarLong(millis - base);
        }
    }

    private static long decodeTimer(ByteReader reader, long base) {
        return reader.readBoolean() ? base + reader.readSignedVarLong() : NO_TIMER;
    }

    private static int compareKeys(String first, String second) {
        int length = Math.min(first.length(), second.length());
        for (int i = 0; i < length; i++) {
            char a = first.charAt(i);
            char b = second.charAt(i);
            if (a != b) {
                boolean highA = Character.isSurrogate(a);
                // Surrogates stand for code points above all others.
                return highA == Character.isSurrogate(b) ? a - b : highA ? 1 : -1;
            }
        }
        return first.length() - second.length();
    }
}
