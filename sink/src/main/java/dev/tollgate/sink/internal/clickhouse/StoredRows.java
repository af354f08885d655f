package dev.tollgate.sink.internal.clickhouse;

/**
 * Rows of one offset range in one partition of a table, summed up so that two sums are equal only for the same rows.
 *
 * @param count rows, >= 0
 * @param firstOffset lowest offset of a record among them; 0 for none
 * @param lastOffset highest offset; 0 for none
 * @param offsetSum sum of the offsets; wraps like ClickHouse's
 */
public record StoredRows(long count, long firstOffset, long lastOffset, long offsetSum) {
    public static final StoredRows NONE = new StoredRows(0, 0, 0, 0);

    /** Of rows that came from the given records, in the order of their offsets. */
    public static StoredRows of(long[] offsets) {
        if (offsets.length == 0) {
            return NONE;
        }
        long sum = 0;
        for (long offset : offsets) {
            sum += offset;
        }
        return new StoredRows(offsets.length, offsets[0], offsets[offsets.length - 1], sum);
    }

    public boolean isNone() {
        return count == 0;
    }

    @Override
    public String toString() {
        return isNone() ? "no rows" : count + " rows of offsets " + firstOffset + " to " + lastOffset;
    }
}
