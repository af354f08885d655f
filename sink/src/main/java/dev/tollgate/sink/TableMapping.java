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

    /**
     * Whether a row that stands twice counts twice. If not, the newest version of an identity holds.
     */
    boolean additive();

    /**
     * Of records with the same key in one batch only the last becomes a row; null for all of them. Only where the newest
     * version holds.
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
