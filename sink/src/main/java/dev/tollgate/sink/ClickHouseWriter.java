package dev.tollgate.sink;

import java.util.OptionalLong;

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
     * Inserts rows. Returns only when they are stored, now or by an earlier insert under the same token.
     *
     * @throws UnavailableException if it is not known whether they are stored
     * @throws RefusedException if ClickHouse will never take them
     */
    void insert(TableInsert insert) throws UnavailableException, RefusedException;

    @Override
    void close();
}
