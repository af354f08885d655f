package dev.tollgate.sink;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rows in ClickHouse's RowBinary format, appended to one growing buffer: values in the order of the columns, no
 * separators.
 *
 * <p>The same values always give the same bytes (maps are written in the order of their keys), which a repeated batch
 * relies on.
 *
 * @see <a href="https://clickhouse.com/docs/interfaces/formats/RowBinary">ClickHouse: RowBinary</a>
 */
final class RowWriter {
    /** 1900-01-01T00:00:00Z, the first moment of {@code DateTime64}. */
    static final long MIN_MILLIS = -2_208_988_800_000L;
    /** 2299-12-31T23:59:59.999Z, its last. */
    static final long MAX_MILLIS = 10_413_791_999_999L;

    private static final int INITIAL_BYTES = 64 << 10;

    private byte[] buffer = new byte[INITIAL_BYTES];
    private int length;

    /** A {@code String} or {@code LowCardinality(String)}. */
    RowWriter string(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    /** A string where the table has the empty string for "none". */
    RowWriter stringOrEmpty(@Nullable String value) {
        return string(value == null ? "" : value);
    }

    /** A {@code String} that need not be text. */
    RowWriter bytes(byte[] value) {
        varint(value.length);
        ensure(value.length);
        System.arraycopy(value, 0, buffer, length, value.length);
        length += value.length;
        return this;
    }

    /** A {@code Nullable(String)}. */
    RowWriter nullableBytes(byte @Nullable [] value) {
        return value == null ? bool(true) : bool(false).bytes(value);
    }

    /** An {@code Int32}. */
    RowWriter int32(int value) {
        ensure(Integer.BYTES);
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            buffer[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    /** An {@code Int64}. */
    RowWriter int64(long value) {
        ensure(Long.BYTES);
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            buffer[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    /** A {@code Nullable(Int32)}. */
    RowWriter nullableInt32(@Nullable Integer value) {
        return value == null ? bool(true) : bool(false).int32(value);
    }

    /** A {@code Nullable(Int64)}. */
    RowWriter nullableInt64(@Nullable Long value) {
        return value == null ? bool(true) : bool(false).int64(value);
    }

    /** A {@code Bool}; also the null flag of a nullable value. */
    RowWriter bool(boolean value) {
        ensure(1);
        buffer[length++] = (byte) (value ? 1 : 0);
        return this;
    }

    /** A {@code DateTime64(3)}, held to the range of the type. */
    RowWriter time(Instant value) {
        return millis(clampedMillis(value));
    }

    /** A {@code DateTime64(3)} by its milliseconds since the epoch, held to the range of the type. */
    RowWriter millis(long epochMillis) {
        return int64(Math.clamp(epochMillis, MIN_MILLIS, MAX_MILLIS));
    }

    /** A {@code Nullable(DateTime64(3))}. */
    RowWriter nullableTime(@Nullable Instant value) {
        return value == null ? bool(true) : bool(false).time(value);
    }

    /** A {@code Map(String, Int64)}. */
    RowWriter counts(Map<String, Long> values) {
        varint(values.size());
        new TreeMap<>(values).forEach((key, value) -> string(key).int64(value));
        return this;
    }

    /** A {@code Map(String, String)}. */
    RowWriter labels(Map<String, String> values) {
        varint(values.size());
        new TreeMap<>(values).forEach((key, value) -> string(key).string(value));
        return this;
    }

    /** An {@code Array(String)}. */
    RowWriter strings(Collection<String> values) {
        varint(values.size());
        values.forEach(this::string);
        return this;
    }

    /** The length of an {@code Array}, whose elements follow. */
    RowWriter arrayOf(int size) {
        varint(size);
        return this;
    }

    int length() {
        return length;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(buffer, length);
    }

    /** Milliseconds since the epoch, held to what {@code DateTime64(3)} takes, whatever the instant. */
    static long clampedMillis(Instant value) {
        if (value.getEpochSecond() < Math.floorDiv(MIN_MILLIS, 1000)) {
            return MIN_MILLIS;
        }
        return value.getEpochSecond() > MAX_MILLIS / 1000 ? MAX_MILLIS : value.toEpochMilli();
    }

    /** An unsigned length in LEB128. */
    private void varint(int value) {
        ensure(5);
        int rest = value;
        while (rest >= 0x80) {
            buffer[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[length++] = (byte) rest;
    }

    private void ensure(int more) {
        if (buffer.length - length < more) {
            buffer = Arrays.copyOf(buffer, Math.max(Math.addExact(length, more), buffer.length * 2));
        }
    }
}
