package dev.tollgate.sink;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A ClickHouse that keeps what it is given and fails when told to. */
final class TestingWriter implements ClickHouseWriter {
    final List<TableInsert> inserts = new ArrayList<>();
    final List<@Nullable String> tokens = new ArrayList<>();
    int failures;
    int refusals;
    OptionalLong maxOffset = OptionalLong.empty();
    final List<StoredApplication> applications = new ArrayList<>();
    boolean closed;

    @Nullable
    Runnable onEachInsert;

    @Override
    public void requireTables() {}

    @Override
    public OptionalLong maxOffset(String table, String topicId, int partition) {
        return maxOffset;
    }

    @Override
    public List<StoredApplication> applications(String topicId) {
        return applications;
    }

    @Override
    public Map<Integer, StoredRows> storedRows(
            TableMapping<?> mapping, RowSource source, int firstMonth, int lastMonth) {
        Map<Integer, StoredRows> stored = new HashMap<>();
        inserts.forEach(insert -> stored.put(insert.month(), insert.expected()));
        return stored;
    }

    @Override
    public void insert(TableInsert insert, @Nullable String token) throws UnavailableException, RefusedException {
        if (onEachInsert != null) {
            onEachInsert.run();
        }
        if (failures > 0) {
            failures--;
            throw new UnavailableException(UnavailableException.Part.CLICKHOUSE, "down");
        }
        if (refusals > 0) {
            refusals--;
            throw new RefusedException("bad content (at row 2)", 2, new IllegalStateException());
        }
        inserts.add(insert);
        tokens.add(token);
    }

    @Override
    public void close() {
        closed = true;
    }
}
