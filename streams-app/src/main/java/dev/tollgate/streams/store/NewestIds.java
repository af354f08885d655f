package dev.tollgate.streams.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The greatest event id in each of the newest blocks of one account's event index, in the order of the store's keys.
 *
 * <p>Ids that grow with time, as UUIDv7 do, are greater than all before them, so that a new event is told from a known
 * one by one comparison and without reading the store. Any other id is looked up. What is noted here may be greater
 * than what is stored, after an entry was removed, but never smaller: a comparison that says "new" is right whatever
 * the ids look like.
 *
 * <p>In memory only, for the accounts that are; worked out from the store when an account is asked about for the second
 * time, so that accounts that come by once pay nothing.
 */
final class NewestIds {
    private static final byte[] NOTHING = new byte[0];

    private int[] blocks = new int[4];
    private byte[][] ids = new byte[4][];
    private int size;
    private boolean asked;

    /** Whether the account has been asked about before; from now on it has. */
    boolean askedBefore() {
        boolean before = asked;
        asked = true;
        return before;
    }

    /** Whether the greatest id of a block is noted. */
    boolean knows(int block) {
        return place(block) >= 0;
    }

    /** Whether an id is greater than all ids of a block; false if that is not known. */
    boolean isNewIn(int block, byte[] id) {
        int place = place(block);
        return place >= 0 && Arrays.compareUnsigned(id, ids[place]) > 0;
    }

    /** Notes the greatest id of a block as the store has it, or null for a block without entries. */
    void learn(int block, byte @Nullable [] greatest) {
        if (size == blocks.length) {
            blocks = Arrays.copyOf(blocks, 2 * size);
            ids = Arrays.copyOf(ids, 2 * size);
        }
        blocks[size] = block;
        ids[size] = greatest == null ? NOTHING : greatest;
        size++;
    }

    /** An entry was put into a block. */
    void added(int block, byte[] id) {
        int place = place(block);
        if (place >= 0 && Arrays.compareUnsigned(id, ids[place]) > 0) {
            ids[place] = id;
        }
    }

    /** Blocks below this one are not asked about any more. */
    void forgetBelow(int block) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (blocks[i] >= block) {
                blocks[kept] = blocks[i];
                ids[kept] = ids[i];
                kept++;
            }
        }
        size = kept;
    }

    private int place(int block) {
        for (int i = 0; i < size; i++) {
            if (blocks[i] == block) {
                return i;
            }
        }
        return -1;
    }
}
