package dev.tollgate.streams.store;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;

/** What stores say, whatever the commits were by which it was written. */
public final class StoreContents {
    private static final int FIRST_INDEX_BLOCK_AT = 1 + 8 + 8 + 8;

    private StoreContents() {}

    /**
     * The records of accounts but for how far expiry has come: it goes by records, and how many there are by commits.
     */
    public static Map<Bytes, byte[]> accounts(Map<Bytes, byte[]> accounts) {
        Map<Bytes, byte[]> masked = new HashMap<>();
        accounts.forEach((key, value) -> {
            byte[] record = value.clone();
            Arrays.fill(record, FIRST_INDEX_BLOCK_AT, FIRST_INDEX_BLOCK_AT + 4, (byte) 0);
            masked.put(key, record);
        });
        return masked;
    }

    /** The entries of the event index that are needed, by account, block and id, one by one. */
    public static Map<Bytes, byte[]> events(Map<Bytes, byte[]> accounts, Map<Bytes, byte[]> events) {
        Map<Bytes, byte[]> entries = new HashMap<>();
        events.forEach((key, value) -> {
            ByteBuffer parts = ByteBuffer.wrap(key.get());
            byte[] account = new byte[parts.getShort()];
            parts.get(account);
            int block = parts.getInt();
            byte tag = parts.get();
            byte[] id = new byte[parts.remaining()];
            parts.get(id);
            byte[] record = accounts.get(Bytes.wrap(account));
            if (record != null && block < ByteBuffer.wrap(record).getInt(FIRST_INDEX_BLOCK_AT + 4)) {
                return;
            }
            if (tag == KafkaEventIndex.CHUNK) {
                EventChunk.forEach(value, (each, entry) -> put(entries, account, block, each, entry));
            } else {
                put(entries, account, block, id, value);
            }
        });
        return entries;
    }

    private static void put(Map<Bytes, byte[]> entries, byte[] account, int block, byte[] id, byte[] entry) {
        byte[] key = ByteBuffer.allocate(2 + account.length + 4 + id.length)
                .putShort((short) account.length)
                .put(account)
                .putInt(block)
                .put(id)
                .array();
        if (entries.put(Bytes.wrap(key), entry) != null) {
            throw new AssertionError("an entry is stored twice: " + Bytes.wrap(key));
        }
    }
}
