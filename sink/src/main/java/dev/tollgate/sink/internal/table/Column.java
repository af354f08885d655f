package dev.tollgate.sink.internal.table;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A column of a table, with the value that a row has in it. The factories are named by ClickHouse's type.
 *
 * @param name as in the migrations
 * @param writer writes the value
 * @param <T> what a row is made of
 */
record Column<T>(String name, Writer<T> writer) {
    /**
     * Writes one value.
     *
     * @param <T> what a row is made of
     */
    @FunctionalInterface
    interface Writer<T> {
        void write(RowWriter row, T value, RecordPosition position);
    }

    /**
     * Finds a value that may be lacking.
     *
     * @param <T> what a row is made of
     * @param <V> the value
     */
    @FunctionalInterface
    interface Getter<T, V> {
        @Nullable
        V get(T value);
    }

    static <T> Column<T> of(String name, Writer<T> writer) {
        return new Column<>(name, writer);
    }

    /** {@code String} or {@code LowCardinality(String)}. */
    static <T> Column<T> string(String name, Function<T, String> getter) {
        return of(name, (row, value, position) -> row.string(getter.apply(value)));
    }

    /** {@code String} where the empty string stands for "none". */
    static <T> Column<T> stringOrEmpty(String name, Getter<T, String> getter) {
        return of(name, (row, value, position) -> row.stringOrEmpty(getter.get(value)));
    }

    /** {@code String} that holds the name of a symbol; the empty string stands for "none". */
    static <T> Column<T> symbol(String name, Getter<T, Enum<?>> getter) {
        return of(name, (row, value, position) -> {
            Enum<?> symbol = getter.get(value);
            row.string(symbol == null ? "" : symbol.name());
        });
    }

    /** {@code Nullable(String)} that need not be text. */
    static <T> Column<T> nullableBytes(String name, Getter<T, byte[]> getter) {
        return of(name, (row, value, position) -> row.nullableBytes(getter.get(value)));
    }

    /** {@code Int32}. */
    static <T> Column<T> int32(String name, ToIntFunction<T> getter) {
        return of(name, (row, value, position) -> row.int32(getter.applyAsInt(value)));
    }

    /** {@code Int64}. */
    static <T> Column<T> int64(String name, ToLongFunction<T> getter) {
        return of(name, (row, value, position) -> row.int64(getter.applyAsLong(value)));
    }

    /** {@code Nullable(Int32)}. */
    static <T> Column<T> nullableInt32(String name, Getter<T, Integer> getter) {
        return of(name, (row, value, position) -> row.nullableInt32(getter.get(value)));
    }

    /** {@code Nullable(Int64)}. */
    static <T> Column<T> nullableInt64(String name, Getter<T, Long> getter) {
        return of(name, (row, value, position) -> row.nullableInt64(getter.get(value)));
    }

    /** {@code Bool}. */
    static <T> Column<T> bool(String name, Predicate<T> getter) {
        return of(name, (row, value, position) -> row.bool(getter.test(value)));
    }

    /** {@code DateTime64(3)}. */
    static <T> Column<T> time(String name, Function<T, Instant> getter) {
        return of(name, (row, value, position) -> row.time(getter.apply(value)));
    }

    /** {@code Nullable(DateTime64(3))}. */
    static <T> Column<T> nullableTime(String name, Getter<T, Instant> getter) {
        return of(name, (row, value, position) -> row.nullableTime(getter.get(value)));
    }

    /** {@code Map(String, Int64)}. */
    static <T> Column<T> counts(String name, Function<T, Map<String, Long>> getter) {
        return of(name, (row, value, position) -> row.counts(getter.apply(value)));
    }

    /** {@code Map(String, String)}. */
    static <T> Column<T> labels(String name, Function<T, Map<String, String>> getter) {
        return of(name, (row, value, position) -> row.labels(getter.apply(value)));
    }

    /** {@code Array(String)}. */
    static <T> Column<T> strings(String name, Function<T, ? extends Collection<String>> getter) {
        return of(name, (row, value, position) -> row.strings(getter.apply(value)));
    }

    /** {@code Array(Tuple(...))}, its elements in the order of the migrations: ClickHouse is not told their names. */
    static <T, E> Column<T> tuples(String name, Function<T, List<E>> getter, Columns<E> elements) {
        return of(name, (row, value, position) -> {
            List<E> tuples = getter.apply(value);
            row.arrayOf(tuples.size());
            for (E tuple : tuples) {
                elements.write(row, tuple, position);
            }
        });
    }

    /** When the log took the record. */
    static <T> Column<T> recordedAt() {
        return of("recorded_at", (row, value, position) -> row.millis(position.timestampMillis()));
    }

    /** Accounting application that wrote the record. */
    static <T> Column<T> applicationId() {
        return of("application_id", (row, value, position) -> row.string(position.applicationId()));
    }

    /** Kafka's id of the record's topic. */
    static <T> Column<T> recordTopicId() {
        return of("record_topic_id", (row, value, position) -> row.string(position.topicId()));
    }

    /** The record's partition. */
    static <T> Column<T> recordPartition() {
        return of("record_partition", (row, value, position) -> row.int32(position.partition()));
    }

    /** The record's offset. */
    static <T> Column<T> recordOffset() {
        return of("record_offset", (row, value, position) -> row.int64(position.offset()));
    }
}
