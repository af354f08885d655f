package dev.tollgate.publisher.spool;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a segment: the schema that its payloads were written with, so that a later version of the service
 * can still send them. It is there twice, since without it the whole segment would be worthless.
 *
 * @param schema JSON text of the Avro schema
 * @param dataStart offset of the first record
 */
record SegmentHeader(String schema, int dataStart) {
    private static final long MAGIC = 0x5447_5350_4f4f_4c31L; // TGSPOOL1
    private static final int FIXED_BYTES = 16;
    /** How far a header is looked for; two copies of the largest schema that may ever be. */
    static final int SEARCHED_BYTES = 1 << 20;

    static ByteBuffer encode(String schema) {
        byte[] text = schema.getBytes(StandardCharsets.UTF_8);
        ByteBuffer header = ByteBuffer.allocate(2 * (FIXED_BYTES + text.length));
        for (int copy = 0; copy < 2; copy++) {
            header.putLong(MAGIC).putInt(text.length).putInt(checksum(text)).put(text);
        }
        return header.flip();
    }

    /** The first undamaged copy, or null if there is none. */
    static @Nullable SegmentHeader find(ByteBuffer start) {
        for (int at = 0; at + FIXED_BYTES <= start.limit(); at++) {
            if (start.getLong(at) != MAGIC) {
                continue;
            }
            int length = start.getInt(at + 8);
            if (length < 0 || length > start.limit() - at - FIXED_BYTES) {
                continue;
            }
            byte[] text = new byte[length];
            start.get(at + FIXED_BYTES, text);
            if (checksum(text) == start.getInt(at + 12)) {
                return new SegmentHeader(new String(text, StandardCharsets.UTF_8), 2 * (FIXED_BYTES + length));
            }
        }
        return null;
    }

    private static int checksum(byte[] text) {
        CRC32C crc = new CRC32C();
        crc.update(text);
        return (int) crc.getValue();
    }
}
