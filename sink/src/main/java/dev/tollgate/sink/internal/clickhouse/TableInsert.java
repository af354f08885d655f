package dev.tollgate.sink.internal.clickhouse;

import dev.tollgate.sink.internal.table.Months;
import dev.tollgate.sink.internal.table.TableMapping;
import java.util.List;

/** One insert: rows of one partition of one table, from one range of one topic partition. */
public final class TableInsert {
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
    public TableInsert(TableMapping<?> mapping, int month, String token, byte[] rows, long[] offsets) {
        this.mapping = mapping;
        this.month = month;
        this.token = token;
        this.rows = rows;
        this.offsets = offsets;
    }

    public String table() {
        return mapping.table();
    }

    public TableMapping<?> mapping() {
        return mapping;
    }

    public List<String> columns() {
        return mapping.columns();
    }

    public int month() {
        return month;
    }

    /**
     * One of its deduplication tokens.
     *
     * @param fence 0 for the first; each next one is used only when the outcome of all before is settled
     */
    public String token(int fence) {
        return fence == 0 ? token : token + "." + fence;
    }

    public byte[] rows() {
        return rows;
    }

    public long[] offsets() {
        return offsets;
    }

    public int rowCount() {
        return offsets.length;
    }

    /** What stands in the table if all of it is stored. */
    public StoredRows expected() {
        return StoredRows.of(offsets);
    }
}
