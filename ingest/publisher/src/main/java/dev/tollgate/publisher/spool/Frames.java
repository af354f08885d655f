package dev.tollgate.publisher.spool;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How a record lies in a segment: length of what follows the checksum (int), CRC-32C of length and content (int),
 * length of the key (unsigned short), key, payload. All big-endian.
 *
 * <p>Damage is found by the checksum and passed by looking for the next place where length and checksum agree, so that
 * a flipped bit costs the record it hit and no other. A false match has a chance of 2^-32 per byte looked at, and would
 * have to lie within the damage.
 */
final class Frames {
    static final int HEADER_BYTES = 8;
    /**
     * More than the largest event of the contract needs (about 20 KB), and little enough to tell damage from a length.
     */
    static final int MAX_CONTENT_BYTES = 64 << 10;

    private static final int KEY_LENGTH_BYTES = 2;

    private Frames() {}

    static int sizeOf(SpoolRecord record, int headroom) {
        return HEADER_BYTES + KEY_LENGTH_BYTES + record.key().length + record.payload().length - headroom;
    }

    static void write(SpoolRecord record, int headroom, ByteBuffer target, CRC32C crc) {
        int start = target.position();
        int payloadBytes = record.payload().length - headroom;
        target.putInt(KEY_LENGTH_BYTES + record.key().length + payloadBytes);
        target.putInt(0);
        target.putShort((short) record.key().length);
        target.put(record.key());
        target.put(record.payload(), headroom, payloadBytes);
        target.putInt(start + 4, checksum(target, start, target.position(), crc));
    }

    /** Length of the frame at a place, header included, or 0 if no whole and undamaged frame begins there. */
    static int lengthAt(ByteBuffer buffer, int at, CRC32C crc) {
        int room = buffer.limit() - at;
        if (room < HEADER_BYTES) {
            return 0;
        }
        int content = buffer.getInt(at);
        if (!isPlausible(content) || content > room - HEADER_BYTES) {
            return 0;
        }
        int end = at + HEADER_BYTES + content;
        return checksum(buffer, at, end, crc) == buffer.getInt(at + 4) ? end - at : 0;
    }

    /** Whether more bytes could make a frame of what begins at a place. */
    static boolean mayContinue(ByteBuffer buffer, int at) {
        int room = buffer.limit() - at;
        if (room < HEADER_BYTES) {
            return true;
        }
        int content = buffer.getInt(at);
        return isPlausible(content) && content > room - HEADER_BYTES;
    }

    private static boolean isPlausible(int content) {
        return content >= KEY_LENGTH_BYTES && content <= MAX_CONTENT_BYTES;
    }

    /**
     * The record of an undamaged frame; null if its key would reach beyond it, which only a foreign writer could do.
     */
    static @Nullable SpoolRecord read(ByteBuffer buffer, int at, int headroom) {
        int content = buffer.getInt(at);
        int keyBytes = Short.toUnsignedInt(buffer.getShort(at + HEADER_BYTES));
        int payloadBytes = content - KEY_LENGTH_BYTES - keyBytes;
        if (payloadBytes < 0) {
            return null;
        }
        int keyAt = at + HEADER_BYTES + KEY_LENGTH_BYTES;
        byte[] key = new byte[keyBytes];
        buffer.get(keyAt, key);
        byte[] payload = new byte[headroom + payloadBytes];
        buffer.get(keyAt + keyBytes, payload, headroom, payloadBytes);
        return new SpoolRecord(key, payload);
    }

    private static int checksum(ByteBuffer buffer, int start, int end, CRC32C crc) {
        crc.reset();
        ByteBuffer part = buffer.duplicate();
        part.limit(end);
        part.position(start);
        int length = part.getInt();
        crc.update(length >>> 24);
        crc.update(length >>> 16);
        crc.update(length >>> 8);
        crc.update(length);
        part.position(start + HEADER_BYTES);
        crc.update(part);
        return (int) crc.getValue();
    }
}
