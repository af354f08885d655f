package dev.tollgate.engine.internal.codec;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads what {@link ByteWriter} wrote. Bytes that cannot be right give an {@link IllegalArgumentException}. */
public final class ByteReader {
    private final byte[] bytes;
    private int position;

    public ByteReader(byte[] bytes) {
        this.bytes = bytes;
    }

    public int readByte() {
        if (position >= bytes.length) {
            throw new IllegalArgumentException("encoded value ends early, after " + bytes.length + " bytes");
        }
        return bytes[position++] & 0xFF;
    }

    public boolean readBoolean() {
        return readByte() != 0;
    }

    public long readVarLong() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = readByte();
            value |= (long) (next & 0x7F) << shift;
            if ((next & 0x80) == 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("encoded number before byte " + position + " is longer than 64 bits");
    }

    public long readSignedVarLong() {
        long value = readVarLong();
        return (value >>> 1) ^ -(value & 1);
    }

    /** A number that says how many things follow, each of at least one byte. */
    public int readCount() {
        long count = readVarLong();
        if (count < 0 || count > bytes.length - position) {
            throw new IllegalArgumentException("encoded count before byte " + position + " must be 0 to "
                    + (bytes.length - position) + ", was " + count);
        }
        return (int) count;
    }

    public String readString() {
        int length = readCount();
        String value = new String(bytes, position, length, StandardCharsets.UTF_8);
        position += length;
        return value;
    }

    @Nullable
    public String readNullableString() {
        return readBoolean() ? readString() : null;
    }

    @Nullable
    public Long readNullableLong() {
        return readBoolean() ? Long.valueOf(readSignedVarLong()) : null;
    }

    /** One of the constants, by ordinal. */
    public <E extends Enum<E>> E readEnum(E[] values) {
        int ordinal = readByte();
        if (ordinal >= values.length) {
            throw new IllegalArgumentException(
                    "encoded ordinal before byte " + position + " must be below " + values.length + ", was " + ordinal);
        }
        return values[ordinal];
    }

    public void requireEnd() {
        if (position != bytes.length) {
            throw new IllegalArgumentException(
                    "encoded value ends at byte " + position + ", but there are " + bytes.length + " bytes");
        }
    }
}
