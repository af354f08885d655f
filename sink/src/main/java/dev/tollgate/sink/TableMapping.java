package dev.tollgate.sink;

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
interface TableMapping<T extends SpecificRecord> {
    Topic topic();

    Class<T> type();

    String table();

    /** In the order in which {@link #write} writes the values. */
    List<String> columns();

    /** Whether a row that stands twice counts twice. If not, the newest version of an identity holds. */
    boolean additive();

    /** The column whose month is the partition of a row; null where the table is not partitioned. */
    @Nullable
    String partitionTime();

    /**
     * What the partition of a row is in ClickHouse, in the words of the migrations; {@link Months} says the same in
     * Java.
     *
     * @throws IllegalStateException if the table is not partitioned
     */
    default String monthExpression() {
        String time = partitionTime();
        if (time == null) {
            throw new IllegalStateException(table() + " is not partitioned");
        }
        return "if(%1$s < toDateTime64('%2$s-01 00:00:00', 3, 'UTC'), %3$d, toYYYYMM(%1$s))"
                .formatted(time, Months.FIRST, Months.NONE);
    }

    /**
     * Of records with the same key in one batch only the last becomes a row; null for all of them. Only where the
     * newest version holds.
     */
    default @Nullable String supersededBy(T record) {
        return null;
    }

    /**
     * Writes the rows of a record.
     *
     * @param months finds the month of a moment
     * @param rows begins a row in the given month of the table ({@link Months#NONE} where it is not partitioned)
     */
    void write(T record, RecordPosition position, Months months, IntFunction<RowWriter> rows);
}
