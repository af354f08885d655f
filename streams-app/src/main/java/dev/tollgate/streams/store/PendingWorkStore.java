package dev.tollgate.streams.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Which accounts still have something coming without another record arriving: outputs that are held back by pacing, and
 * a moment at which the wall clock matters (a block that ends).
 *
 * <p>It is kept in a store of its own, and not only in memory, because what is held back at a crash would otherwise
 * never be said: after a restart the pending work names the accounts to look at, without a walk over all accounts. An
 * account with nothing coming has no entry or soon loses it, so its size is the number of accounts that are alerted,
 * blocked or were active in the last seconds.
 *
 * <p>Beside them it has up to which moment all accounts were told of coming plan versions, and, in the one task that
 * says them, up to where rejected plan records were said.
 */
public final class PendingWorkStore {
    /** No deadline. */
    public static final long NO_DEADLINE = Long.MAX_VALUE;

    /** No UTF-8 text begins with this byte, so no account id does. */
    private static final byte NO_ACCOUNT = (byte) 0xFF;

    private static final byte[] NOTICES_KEY = {NO_ACCOUNT, 'n'};

    private final KeyValueStore<Bytes, byte[]> store;

    public PendingWorkStore(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    /** Takes one entry at a time. */
    public interface Reader {
        /**
         * Takes an entry.
         *
         * @param heldBack whether outputs are held back
         * @param deadlineMillis wall-clock time of the next tick, or {@link #NO_DEADLINE}
         */
        void entry(String accountId, boolean heldBack, long deadlineMillis);
    }

    /** Sets an account's entry; removes it if nothing is coming. */
    public void put(String accountId, boolean heldBack, long deadlineMillis) {
        Bytes key = Bytes.wrap(accountId.getBytes(StandardCharsets.UTF_8));
        if (!heldBack && deadlineMillis == NO_DEADLINE) {
            // Unlike delete, this reads nothing.
            store.put(key, null);
        } else {
            store.put(
                    key,
                    ByteBuffer.allocate(9)
                            .put((byte) (heldBack ? 1 : 0))
                            .putLong(deadlineMillis)
                            .array());
        }
    }

    /** Reads every entry. */
    public void forEach(Reader reader) {
        try (KeyValueIterator<Bytes, byte[]> entries = store.all()) {
            while (entries.hasNext()) {
                KeyValue<Bytes, byte[]> entry = entries.next();
                if (entry.key.get()[0] == NO_ACCOUNT) {
                    continue;
                }
                ByteBuffer value = ByteBuffer.wrap(entry.value);
                boolean heldBack = value.get() != 0;
                reader.entry(new String(entry.key.get(), StandardCharsets.UTF_8), heldBack, value.getLong());
            }
        }
    }

    /** Offset of the last plan record in a partition of plan-catalog that was said to be rejected, or -1. */
    public long lastRejectedPlan(int partition) {
        byte[] value = store.get(rejectedPlanKey(partition));
        return value == null ? -1 : ByteBuffer.wrap(value).getLong();
    }

    /** Remembers up to where rejected plan records were said. */
    public void lastRejectedPlan(int partition, long offset) {
        store.put(
                rejectedPlanKey(partition),
                ByteBuffer.allocate(8).putLong(offset).array());
    }

    /** Moment up to which all accounts were told of coming plan versions, or {@link Long#MIN_VALUE}. */
    public long noticesUpTo() {
        byte[] value = store.get(Bytes.wrap(NOTICES_KEY));
        return value == null ? Long.MIN_VALUE : ByteBuffer.wrap(value).getLong();
    }

    /** Remembers up to which moment all accounts were told of coming plan versions. */
    public void noticesUpTo(long millis) {
        store.put(
                Bytes.wrap(NOTICES_KEY), ByteBuffer.allocate(8).putLong(millis).array());
    }

    private static Bytes rejectedPlanKey(int partition) {
        return Bytes.wrap(
                ByteBuffer.allocate(5).put(NO_ACCOUNT).putInt(partition).array());
    }
}
