package dev.tollgate.streams.store;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Several entries of the event index in one value: those of one account and block that were put between two commits.
 *
 * <p>Entries stand in the order of their ids in UTF-8, compared as unsigned bytes. Each is: how many bytes the id has
 * in common with the one before it, how many bytes follow, these bytes, length of the entry, the entry. Numbers have
 * seven bits a byte, lowest first. Ids that grow with time have most of their bytes in common.
 */
final class EventChunk {
    /** Most entries of a chunk: a correction or the end of a call rewrites one. */
    static final int MAX_ENTRIES = 64;

    private static final byte[] NO_ID = new byte[0];

    private EventChunk() {}

    /** Encodes entries in the order of their ids, without ids that are the same. */
    static byte[] encode(Iterable<Map.Entry<byte[], byte[]>> entries) {
        ByteArrayOutputStream chunk = new ByteArrayOutputStream(1_024);
        byte[] before = NO_ID;
        for (Map.Entry<byte[], byte[]> entry : entries) {
            byte[] id = entry.getKey();
            int mismatch = Arrays.mismatch(before, id);
            int common = mismatch < 0 ? id.length : mismatch;
            number(chunk, common);
            number(chunk, id.length - common);
            chunk.write(id, common, id.length - common);
            number(chunk, entry.getValue().length);
            chunk.writeBytes(entry.getValue());
            before = id;
        }
        return chunk.toByteArray();
    }

    /** The entry of an id, or null. */
    static byte @Nullable [] find(byte[] chunk, byte[] id) {
        Reader reader = new Reader(chunk);
        while (reader.next()) {
            int order = Arrays.compareUnsigned(reader.id, id);
            if (order >= 0) {
                return order == 0 ? reader.entry() : null;
            }
        }
        return null;
    }

    /** Shows all entries, in the order of their ids. */
    static void forEach(byte[] chunk, BiConsumer<byte[], byte[]> consumer) {
        Reader reader = new Reader(chunk);
        while (reader.next()) {
            consumer.accept(reader.id, reader.entry());
        }
    }

    private static void number(ByteArrayOutputStream chunk, int number) {
        int rest = number;
        while ((rest & ~0x7F) != 0) {
            chunk.write(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        chunk.write(rest);
    }

    private static final class Reader {
        private final byte[] chunk;
        private int at;
        private byte[] id = NO_ID;
        private int entryAt;
        private int entryLength;

        Reader(byte[] chunk) {
            this.chunk = chunk;
        }

        boolean next() {
            if (at == chunk.length) {
                return false;
            }
            int common = number();
            int more = number();
            byte[] next = Arrays.copyOf(id, common + more);
            System.arraycopy(chunk, at, next, common, more);
            id = next;
            at += more;
            entryLength = number();
            entryAt = at;
            at += entryLength;
            return true;
        }

        byte[] entry() {
            return Arrays.copyOfRange(chunk, entryAt, entryAt + entryLength);
        }

        private int number() {
            int number = 0;
            int shift = 0;
            while (true) {
                byte part = chunk[at++];
                number |= (part & 0x7F) << shift;
                if (part >= 0) {
                    return number;
                }
                shift += 7;
            }
        }
    }
}
