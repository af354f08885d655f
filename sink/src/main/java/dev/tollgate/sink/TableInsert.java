package dev.tollgate.sink;

import java.util.List;

/**
 * One insert: rows of one partition of one table, from one range of one topic partition.
 *
 * @param table name of the table
 * @param columns in the order of the values
 * @param token deduplication token: the same for the same rows, whoever sends them
 * @param rows in RowBinary
 * @param offsets for each row the record that it came from
 */
record TableInsert(String table, List<String> columns, String token, byte[] rows, long[] offsets) {
    int rowCount() {
        return offsets.length;
    }
}
