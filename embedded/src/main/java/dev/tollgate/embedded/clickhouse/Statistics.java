package dev.tollgate.embedded.clickhouse;

/**
 * What one statement did.
 *
 * @param readRows rows read from storage
 * @param readBytes bytes read from storage, uncompressed
 * @param writtenRows rows inserted
 * @param writtenBytes bytes inserted, uncompressed
 * @param resultRows rows of the result so far
 * @param resultBytes bytes of the result so far
 */
record Statistics(
        long readRows, long readBytes, long writtenRows, long writtenBytes, long resultRows, long resultBytes) {

    /** The value of the response header {@code X-ClickHouse-Summary}. */
    String toSummary(long elapsedNanos) {
        return "{\"read_rows\":\"" + readRows
                + "\",\"read_bytes\":\"" + readBytes
                + "\",\"written_rows\":\"" + writtenRows
                + "\",\"written_bytes\":\"" + writtenBytes
                + "\",\"total_rows_to_read\":\"0\",\"result_rows\":\"" + (writtenRows > 0 ? writtenRows : resultRows)
                + "\",\"result_bytes\":\"" + resultBytes
                + "\",\"elapsed_ns\":\"" + elapsedNanos + "\"}";
    }
}
