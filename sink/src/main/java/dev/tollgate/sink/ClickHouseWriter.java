package dev.tollgate.sink;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What the sink needs of ClickHouse. One thread at a time. */
interface ClickHouseWriter extends AutoCloseable {
    /**
     * Returns when the tables that this build writes are there.
     *
     * @throws UnavailableException if ClickHouse does not answer or is not migrated yet
     */
    void requireTables() throws UnavailableException;

    /**
     * Highest offset of a topic partition that a table holds; empty for none.
     *
     * @throws UnavailableException if ClickHouse does not answer
     */
    OptionalLong maxOffset(String table, String topicId, int partition) throws UnavailableException;

    /**
     * Who wrote the records of a topic that stand in the table of the journal: one for each partition and application.
     *
     * @throws UnavailableException if ClickHouse does not answer
     */
    List<StoredApplication> applications(String topicId) throws UnavailableException;

    /**
     * Which rows of a batch stand in an additive table.
     *
     * @param firstMonth lowest month of the batch
     * @param lastMonth its highest month
     * @return by month; a month without rows is left out
     * @throws UnavailableException if ClickHouse does not answer
     */
    Map<Integer, StoredRows> storedRows(TableMapping<?> mapping, RowSource source, int firstMonth, int lastMonth)
            throws UnavailableException;

    /**
     * Inserts rows. Returns only when ClickHouse has answered without error. That does not mean that they stand: see
     * {@link FencedInserts}.
     *
     * @param token deduplication token; null to insert without deduplication
     * @throws UnavailableException if it is not known whether they are stored
     * @throws RefusedException if ClickHouse does not take what the rows hold
     */
    void insert(TableInsert insert, @Nullable String token) throws UnavailableException, RefusedException;

    @Override
    void close();
}
