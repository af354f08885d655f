package dev.tollgate.sink;

import java.util.List;

/** One insert: rows of one partition of one table, from one range of one topic partition. */
final class TableInsert {
    private final TableMapping<?> mapping;
    private final int month;
    private final String token;
    private final byte[] rows;
    private final long[] offsets;

    /**
     * @param mapping of the table
     * @param month partition of the table, by {@link Months}
     * @param token first deduplication token: the same for the same rows, whoever sends them
     * @param rows in RowBinary; kept as it is, not copied
     * @param offsets for each row the record that it came from, in their order; kept as it is
     */
    TableInsert(TableMapping<?> mapping, int month, String token, byte[] rows, long[] offsets) {
        this.mapping = mapping;
        this.month = month;
        this.token = token;
        this.rows = rows;
        this.offsets = offsets;
    }

    String table() {
        return mapping.table();
    }

    TableMapping<?> mapping() {
        return mapping;
    }

    List<String> columns() {
        return mapping.columns();
    }

    int month() {
        return month;
    }

    /**
     * One of its deduplication tokens.
     *
     * @param fence 0 for the first; each next one is used only when the outcome of all before is settled
     */
    String token(int fence) {
        return fence == 0 ? token : token + "." + fence;
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

    /** What stands in the table if all of it is stored. */
    StoredRows expected() {
        return StoredRows.of(offsets);
    }
}
