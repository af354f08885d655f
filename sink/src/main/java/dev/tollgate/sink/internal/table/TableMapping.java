package dev.tollgate.sink.internal.table;

import dev.tollgate.schemas.topic.Topic;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * How the records of one topic become rows of one table.
 *
 * @param <T> the records' type
 */
public abstract class TableMapping<T extends SpecificRecord> {
    private final Topic topic;
    private final Class<T> type;
    private final String table;
    private final boolean additive;
    private final @Nullable String partitionTime;
    private final List<String> columns;

    TableMapping(
            Topic topic,
            Class<T> type,
            String table,
            boolean additive,
            @Nullable String partitionTime,
            Columns<?> columns) {
        this.topic = topic;
        this.type = type;
        this.table = table;
        this.additive = additive;
        this.partitionTime = partitionTime;
        this.columns = columns.names();
    }

    public final Topic topic() {
        return topic;
    }

    public final Class<T> type() {
        return type;
    }

    public final String table() {
        return table;
    }

    /** In the order in which {@link #write} writes the values. */
    public final List<String> columns() {
        return columns;
    }

    /** Whether a row that stands twice counts twice. If not, the newest version of an identity holds. */
    public final boolean additive() {
        return additive;
    }

    /** The column whose month is the partition of a row; null where the table is not partitioned. */
    public final @Nullable String partitionTime() {
        return partitionTime;
    }

    /**
     * What the partition of a row is in ClickHouse, in the words of the migrations; {@link Months} says the same in
     * Java.
     *
     * @throws IllegalStateException if the table is not partitioned
     */
    public final String monthExpression() {
        if (partitionTime == null) {
            throw new IllegalStateException(table + " is not partitioned");
        }
        return "if(%1$s < toDateTime64('%2$s-01 00:00:00', 3, 'UTC'), %3$d, toYYYYMM(%1$s))"
                .formatted(partitionTime, Months.FIRST, Months.NONE);
    }

    /**
     * Of records with the same key in one batch only the last becomes a row; null for all of them. Only where the
     * newest version holds.
     */
    public @Nullable String supersededBy(T record) {
        return null;
    }

    /**
     * Writes the rows of a record.
     *
     * @param months finds the month of a moment
     * @param rows begins a row in the given month of the table ({@link Months#NONE} where it is not partitioned)
     */
    public abstract void write(T record, RecordPosition position, Months months, IntFunction<RowWriter> rows);
}
