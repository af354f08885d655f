package dev.tollgate.streams.store;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The greatest event id that was put into each block of one account's event index, in the order of the store's keys.
 *
 * <p>Ids that grow with time, as UUIDv7 do, are greater than all before them, so that a new event is told from a known
 * one by one comparison and without reading the store. A block that is not named here has no entries. What is noted may
 * be greater than what is stored, after an entry was removed, but never smaller: a comparison that says "new" is right
 * whatever the ids look like.
 *
 * <p>Stored with the account, so that an account that is read into memory knows it. Encoded as: number of blocks (1
 * byte), and for each its number (4), length of the id (2), the id in UTF-8.
 */
final class NewestIds {
    private int[] blocks = new int[2];
    private byte[][] ids = new byte[2][];

    /** The greatest id of each block that the store has; null if it has none. */
    private byte[] @Nullable [] stored = new byte[2][];

    private int size;

    /** Whether an id is greater than all ids of a block. */
    boolean isNewIn(int block, byte[] id) {
        int place = place(block);
        return place < 0 || Arrays.compareUnsigned(id, ids[place]) > 0;
    }

    /** Whether an id is greater than all ids of a block that the store has. */
    boolean isNewToStore(int block, byte[] id) {
        int place = place(block);
        byte[] greatest = place < 0 ? null : stored[place];
        return greatest == null || Arrays.compareUnsigned(id, greatest) > 0;
    }

    /** An entry was put into a block. */
    void added(int block, byte[] id) {
        int place = place(block);
        if (place < 0) {
            append(block, id, null);
        } else if (Arrays.compareUnsigned(id, ids[place]) > 0) {
            ids[place] = id;
        }
    }

    /** The store has all entries of a block now. */
    void written(int block) {
        int place = place(block);
        if (place >= 0) {
            stored[place] = ids[place];
        }
    }

    /** Blocks below this one are not asked about any more. */
    void forgetBelow(int block) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (blocks[i] >= block) {
                blocks[kept] = blocks[i];
                ids[kept] = ids[i];
                stored[kept] = stored[i];
                kept++;
            }
        }
        size = kept;
    }

    int encodedBytes() {
        int bytes = 1;
        for (int i = 0; i < size; i++) {
            bytes += 4 + 2 + ids[i].length;
        }
        return bytes;
    }

    void encode(ByteBuffer to) {
        to.put((byte) size);
        for (int i = 0; i < size; i++) {
            to.putInt(blocks[i]).putShort((short) ids[i].length).put(ids[i]);
        }
    }

    /** Reads what {@link #encode} wrote, when the store had all entries. */
    static NewestIds decode(ByteBuffer from) {
        NewestIds newest = new NewestIds();
        int size = from.get() & 0xFF;
        for (int i = 0; i < size; i++) {
            int block = from.getInt();
            byte[] id = new byte[from.getShort()];
            from.get(id);
            newest.append(block, id, id);
        }
        return newest;
    }

    private void append(int block, byte[] id, byte @Nullable [] inStore) {
        if (size == blocks.length) {
            blocks = Arrays.copyOf(blocks, 2 * size);
            ids = Arrays.copyOf(ids, 2 * size);
            stored = Arrays.copyOf(stored, 2 * size);
        }
        blocks[size] = block;
        ids[size] = id;
        stored[size] = inStore;
        size++;
    }

    private int place(int block) {
        for (int i = size - 1; i >= 0; i--) {
            if (blocks[i] == block) {
                return i;
            }
        }
        return -1;
    }
}
