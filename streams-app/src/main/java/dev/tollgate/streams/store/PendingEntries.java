package dev.tollgate.streams.store;

import java.util.Arrays;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Entries of one account's event index that the store does not have yet, by block and id. */
final class PendingEntries {
    /** About what an entry takes beside its bytes. */
    private static final int ENTRY_BYTES = 120;

    private final TreeMap<Integer, TreeMap<byte[], byte[]>> blocks = new TreeMap<>();

    byte @Nullable [] get(int block, byte[] id) {
        TreeMap<byte[], byte[]> entries = blocks.get(block);
        return entries == null ? null : entries.get(id);
    }

    /**
     * Puts an entry, in place of an older one.
     *
     * @return by how many bytes the entries have grown
     */
    int put(int block, byte[] id, byte[] entry) {
        byte[] before = blocks.computeIfAbsent(block, _ -> new TreeMap<>(Arrays::compareUnsigned))
                .put(id, entry);
        return before == null ? ENTRY_BYTES + id.length + entry.length : entry.length - before.length;
    }

    /**
     * Removes an entry.
     *
     * @return by how many bytes the entries have shrunk, 0 if there was none
     */
    int remove(int block, byte[] id) {
        TreeMap<byte[], byte[]> entries = blocks.get(block);
        byte[] before = entries == null ? null : entries.remove(id);
        return before == null ? 0 : ENTRY_BYTES + id.length + before.length;
    }

    boolean isEmpty() {
        return blocks.isEmpty();
    }

    /** Shows the entries of each block, in the order of their ids. */
    void forEachBlock(BiConsumer<Integer, TreeMap<byte[], byte[]>> consumer) {
        blocks.forEach(consumer);
    }

    /** The entries of one block in the order of their ids, or null. */
    @Nullable
    TreeMap<byte[], byte[]> of(int block) {
        return blocks.get(block);
    }

    /**
     * Forgets all entries.
     *
     * @return how many bytes they had
     */
    int clear() {
        int bytes = 0;
        for (TreeMap<byte[], byte[]> entries : blocks.values()) {
            for (var entry : entries.entrySet()) {
                bytes += ENTRY_BYTES + entry.getKey().length + entry.getValue().length;
            }
        }
        blocks.clear();
        return bytes;
    }
}
