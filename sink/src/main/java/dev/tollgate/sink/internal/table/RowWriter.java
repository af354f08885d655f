package dev.tollgate.sink.internal.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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
public final class RowWriter {
    /** 1900-01-01T00:00:00Z, the first moment of {@code DateTime64}. */
    public static final long MIN_MILLIS = -2_208_988_800_000L;
    /** 2299-12-31T23:59:59.999Z, its last. */
    public static final long MAX_MILLIS = 10_413_791_999_999L;

    private static final VarHandle INT32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int INITIAL_BYTES = 64 << 10;

    private byte[] buffer = new byte[INITIAL_BYTES];
    private int length;

    /** A {@code String} or {@code LowCardinality(String)}. */
    public RowWriter string(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    /** A string where the table has the empty string for "none". */
    public RowWriter stringOrEmpty(@Nullable String value) {
        return string(value == null ? "" : value);
    }

    /** A {@code String} that need not be text. */
    public RowWriter bytes(byte[] value) {
        varint(value.length);
        ensure(value.length);
        System.arraycopy(value, 0, buffer, length, value.length);
        length += value.length;
        return this;
    }

    /** A {@code Nullable(String)}. */
    public RowWriter nullableBytes(byte @Nullable [] value) {
        return value == null ? bool(true) : bool(false).bytes(value);
    }

    /** An {@code Int32}. */
    public RowWriter int32(int value) {
        ensure(Integer.BYTES);
        INT32.set(buffer, length, value);
        length += Integer.BYTES;
        return this;
    }

    /** An {@code Int64}. */
    public RowWriter int64(long value) {
        ensure(Long.BYTES);
        INT64.set(buffer, length, value);
        length += Long.BYTES;
        return this;
    }

    /** A {@code Nullable(Int32)}. */
    public RowWriter nullableInt32(@Nullable Integer value) {
        return value == null ? bool(true) : bool(false).int32(value);
    }

    /** A {@code Nullable(Int64)}. */
    public RowWriter nullableInt64(@Nullable Long value) {
        return value == null ? bool(true) : bool(false).int64(value);
    }

    /** A {@code Bool}; also the null flag of a nullable value. */
    public RowWriter bool(boolean value) {
        ensure(1);
        buffer[length++] = (byte) (value ? 1 : 0);
        return this;
    }

    /** A {@code DateTime64(3)}, held to the range of the type. */
    public RowWriter time(Instant value) {
        return millis(clampedMillis(value));
    }

    /** A {@code DateTime64(3)} by its milliseconds since the epoch, held to the range of the type. */
    public RowWriter millis(long epochMillis) {
        return int64(Math.clamp(epochMillis, MIN_MILLIS, MAX_MILLIS));
    }

    /** A {@code Nullable(DateTime64(3))}. */
    public RowWriter nullableTime(@Nullable Instant value) {
        return value == null ? bool(true) : bool(false).time(value);
    }

    /** A {@code Map(String, Int64)}. */
    public RowWriter counts(Map<String, Long> values) {
        varint(values.size());
        new TreeMap<>(values).forEach((key, value) -> string(key).int64(value));
        return this;
    }

    /** A {@code Map(String, String)}. */
    public RowWriter labels(Map<String, String> values) {
        varint(values.size());
        new TreeMap<>(values).forEach((key, value) -> string(key).string(value));
        return this;
    }

    /** An {@code Array(String)}. */
    public RowWriter strings(Collection<String> values) {
        varint(values.size());
        values.forEach(this::string);
        return this;
    }

    /** The length of an {@code Array}, whose elements follow. */
    public RowWriter arrayOf(int size) {
        varint(size);
        return this;
    }

    public int length() {
        return length;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(buffer, length);
    }

    /** Milliseconds since the epoch, held to what {@code DateTime64(3)} takes, whatever the instant. */
    public static long clampedMillis(Instant value) {
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
