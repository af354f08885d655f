package dev.tollgate.sink;

import dev.tollgate.sink.internal.clickhouse.ClickHouseWriter;
import dev.tollgate.sink.internal.clickhouse.OffsetRange;
import dev.tollgate.sink.internal.clickhouse.RowSource;
import dev.tollgate.sink.internal.clickhouse.StoredApplication;
import dev.tollgate.sink.internal.clickhouse.StoredRows;
import dev.tollgate.sink.internal.clickhouse.TableInsert;
import dev.tollgate.sink.internal.clickhouse.TablePosition;
import dev.tollgate.sink.internal.failure.RejectedInsertException;
import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.internal.table.TableMapping;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Ends the process, as far as its worker is concerned, before or after an insert. */
final class DyingWriter implements ClickHouseWriter {
    private final ClickHouseWriter real;
    private final Moment moment;
    private int insertsLeft;

    /** @param insertsBefore inserts that go through first */
    DyingWriter(ClickHouseWriter real, Moment moment, int insertsBefore) {
        this.real = real;
        this.moment = moment;
        this.insertsLeft = insertsBefore;
    }

    enum Moment {
        /** The intent is committed, nothing is sent. */
        BEFORE_INSERT,
        /** ClickHouse has the rows, the end of the batch is not committed. */
        AFTER_INSERT
    }

    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    @Override
    public void requireTables() throws UnavailableException {
        real.requireTables();
    }

    @Override
    public TablePosition position(String table, String topicId, int partition) throws UnavailableException {
        return real.position(table, topicId, partition);
    }

    @Override
    public long storedPositions(String table, String topicId, int partition) throws UnavailableException {
        return real.storedPositions(table, topicId, partition);
    }

    @Override
    public Set<Long> storedOffsets(String table, RowSource source) throws UnavailableException {
        return real.storedOffsets(table, source);
    }

    @Override
    public void noteLost(String table, RowSource source, String reason) throws UnavailableException {
        real.noteLost(table, source, reason);
    }

    @Override
    public List<OffsetRange> lostRanges(String table, String topicId, int partition) throws UnavailableException {
        return real.lostRanges(table, topicId, partition);
    }

    @Override
    public List<StoredApplication> applications(String topicId) throws UnavailableException {
        return real.applications(topicId);
    }

    @Override
    public Map<Integer, StoredRows> storedRows(TableMapping<?> mapping, RowSource source, int firstMonth, int lastMonth)
            throws UnavailableException {
        return real.storedRows(mapping, source, firstMonth, lastMonth);
    }

    @Override
    public void insert(TableInsert insert, @Nullable String token)
            throws UnavailableException, RejectedInsertException {
        boolean last = insertsLeft-- == 0;
        if (last && moment == Moment.BEFORE_INSERT) {
            throw new Killed();
        }
        real.insert(insert, token);
        if (last) {
            throw new Killed();
        }
    }

    @Override
    public void close() {
        real.close();
    }
}
