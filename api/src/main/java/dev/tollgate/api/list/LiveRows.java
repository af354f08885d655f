package dev.tollgate.api.list;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An account's rows as a topic has them.
 *
 * @param source the topic, without prefix
 * @param asOfMillis append time of the newest record in them, 0 if there are none
 * @param streamMillis their newest event time, 0 if there are none
 * @param lagMillis how long ago the newest record was appended; 0 if there are none
 * @param behindMillis how long ago all had been read that the topic held
 * @param rows in any order
 */
public record LiveRows(
        String source, long asOfMillis, long streamMillis, long lagMillis, long behindMillis, List<Row> rows) {
    public LiveRows {
        rows = List.copyOf(rows);
    }

    /**
     * A row.
     *
     * @param keys what it is ordered by, as the list's sort keys; all of them texts
     * @param dimensions values that it is filtered by, by name
     * @param values by column: texts, whole numbers, flags, {@code Instant}s; null or missing where there is none
     */
    public record Row(
            List<String> keys, Map<String, String> dimensions, Map<String, ? extends @Nullable Object> values) {
        public Row {
            keys = List.copyOf(keys);
            dimensions = Map.copyOf(dimensions);
        }
    }
}
