package dev.tollgate.sink.internal.clickhouse;

import dev.tollgate.sink.internal.failure.RejectedInsertException;
import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.internal.table.TableMapping;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A ClickHouse that keeps what it is given and fails when told to. */
public final class TestingWriter implements ClickHouseWriter {
    public final List<TableInsert> inserts = new ArrayList<>();
    public final List<@Nullable String> tokens = new ArrayList<>();
    public int failures;
    public int rejections;
    public final Set<Long> standing = new TreeSet<>();
    public final List<OffsetRange> lost = new ArrayList<>();
    public final List<StoredApplication> applications = new ArrayList<>();
    public boolean closed;

    @Nullable
    public Runnable onEachInsert;

    @Override
    public void requireTables() {}

    @Override
    public TablePosition position(String table, String topicId, int partition) {
        Set<Long> all = stands();
        return new TablePosition(
                all.size(), all.stream().mapToLong(offset -> offset + 1).max().orElse(0));
    }

    @Override
    public long storedPositions(String table, String topicId, int partition) {
        return stands().size();
    }

    @Override
    public Set<Long> storedOffsets(String table, RowSource source) {
        Set<Long> within = new TreeSet<>(stands());
        within.removeIf(offset ->
                offset < source.range().from() || offset >= source.range().to());
        return within;
    }

    @Override
    public void noteLost(String table, RowSource source, String reason) {
        lost.add(source.range());
    }

    @Override
    public List<OffsetRange> lostRanges(String table, String topicId, int partition) {
        return lost;
    }

    public Set<Long> stands() {
        Set<Long> all = new TreeSet<>(standing);
        inserts.forEach(insert -> {
            for (long offset : insert.offsets()) {
                all.add(offset);
            }
        });
        return all;
    }

    @Override
    public List<StoredApplication> applications(String topicId) {
        return applications;
    }

    @Override
    public Map<Integer, StoredRows> storedRows(
            TableMapping<?> mapping, RowSource source, int firstMonth, int lastMonth) {
        Map<Integer, StoredRows> stored = new HashMap<>();
        for (TableInsert insert : inserts) {
            if (insert.expected().firstOffset() >= source.range().from()
                    && insert.expected().lastOffset() < source.range().to()) {
                stored.put(insert.month(), insert.expected());
            }
        }
        return stored;
    }

    @Override
    public void insert(TableInsert insert, @Nullable String token)
            throws UnavailableException, RejectedInsertException {
        if (onEachInsert != null) {
            onEachInsert.run();
        }
        if (failures > 0) {
            failures--;
            throw new UnavailableException(UnavailableException.Part.CLICKHOUSE, "down");
        }
        if (rejections > 0) {
            rejections--;
            throw new RejectedInsertException("bad content (at row 2)", 2, new IllegalStateException());
        }
        inserts.add(insert);
        tokens.add(token);
    }

    @Override
    public void close() {
        closed = true;
    }
}
