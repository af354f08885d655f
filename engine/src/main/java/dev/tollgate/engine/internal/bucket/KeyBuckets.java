package dev.tollgate.engine.internal.bucket;

import dev.tollgate.engine.internal.codec.ByteReader;
import dev.tollgate.engine.internal.codec.ByteWriter;
import dev.tollgate.engine.scope.ScopeRecord;
import dev.tollgate.planmodel.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link ScopeRecord} holds.
 *
 * <p>Encoded as: encoding (1 byte), moment that times are relative to, the two timers, number of limits, and for each
 * limit its number in the account's record, the number of its buckets, and these, the oldest first. Numbers are of
 * variable length.
 */
public final class KeyBuckets implements ScopeRecord {
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

    KeyBuckets(Scope scope, String key) {
        this.scope = scope;
        this.key = key;
    }

    @Override
    public Scope scope() {
        return scope;
    }

    @Override
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

    @Override
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
     * @param groups the account's group of a number, as it was when the record was saved or later
     * @throws IllegalArgumentException if the bytes are something else
     */
    public static KeyBuckets decode(IntFunction<BucketGroup> groups, Scope scope, String key, byte[] bytes) {
        ByteReader reader = new ByteReader(bytes);
        int encoding = reader.readByte();
        if (encoding != ENCODING) {
            throw new IllegalArgumentException("scope record encoding must be " + ENCODING + ", was " + encoding);
        }
        KeyBuckets record = new KeyBuckets(scope, key);
        long base = reader.readVarLong();
        record.dueTimerMillis = decodeTimer(reader, base);
        record.tickTimerMillis = decodeTimer(reader, base);
        int limits = reader.readCount();
        for (int i = 0; i < limits; i++) {
            BucketGroup group = groups.apply(Math.toIntExact(reader.readVarLong()));
            int count = reader.readCount();
            Bucket head = null;
            for (int j = 0; j < count; j++) {
                Bucket bucket = group.decodeBucket(key, reader, base, BucketGroup.ENCODING_2);
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
}
