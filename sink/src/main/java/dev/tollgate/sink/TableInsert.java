package dev.tollgate.sink;

import java.util.List;

/** One insert: rows of one partition of one table, from one range of one topic partition. */
final class TableInsert {
    private final String table;
    private final List<String> columns;
    private final String token;
    private final byte[] rows;
    private final long[] offsets;

    /**
     * @param table name of the table
     * @param columns in the order of the values
     * @param token deduplication token: the same for the same rows, whoever sends them
     * @param rows in RowBinary; kept as it is, not copied
     * @param offsets for each row the record that it came from; kept as it is
     */
    TableInsert(String table, List<String> columns, String token, byte[] rows, long[] offsets) {
        this.table = table;
        this.columns = List.copyOf(columns);
        this.token = token;
        this.rows = rows;
        this.offsets = offsets;
    }

    String table() {
        return table;
    }

    List<String> columns() {
        return columns;
    }

    String token() {
        return token;
    }

    byte[] rows() {
        return rows;
    }

    long[] offsets() {
        return offsets;
    }

    int rowCount() {
        return offsets.length;
    }
}
