package dev.tollgate.sink.internal.clickhouse;

import dev.tollgate.sink.internal.failure.RejectedInsertException;
import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.internal.insert.FencedInserts;
import dev.tollgate.sink.internal.table.TableMapping;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the sink needs of ClickHouse. One thread at a time. */
public interface ClickHouseWriter extends AutoCloseable {
    /**
     * Returns when the tables that this build writes are there.
     *
     * @throws UnavailableException if ClickHouse does not answer or is not migrated yet
     */
    void requireTables() throws UnavailableException;

    /**
     * How far a table has got with a topic partition, by its projection.
     *
     * @throws UnavailableException if ClickHouse does not answer
     */
    TablePosition position(String table, String topicId, int partition) throws UnavailableException;

    /**
     * At how many offsets of a topic partition a table holds a row. Reads all of them.
     *
     * @throws UnavailableException if ClickHouse does not answer
     */
    long storedPositions(String table, String topicId, int partition) throws UnavailableException;

    /**
     * The offsets of a range at which a table holds a row.
     *
     * @throws UnavailableException if ClickHouse does not answer
     */
    Set<Long> storedOffsets(String table, RowSource source) throws UnavailableException;

    /**
     * Notes that a range is in neither the log nor the table. The same range twice is one.
     *
     * @param source the range, and the partition that it is of
     * @throws UnavailableException if it is not known whether it was noted
     */
    void noteLost(String table, RowSource source, String reason) throws UnavailableException;

    /**
     * The ranges of a topic partition that were noted as lost.
     *
     * @throws UnavailableException if ClickHouse does not answer
     */
    List<OffsetRange> lostRanges(String table, String topicId, int partition) throws UnavailableException;

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
     * @throws RejectedInsertException if ClickHouse does not take what the rows hold
     */
    void insert(TableInsert insert, @Nullable String token) throws UnavailableException, RejectedInsertException;

    @Override
    void close();
}
