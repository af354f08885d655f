package dev.tollgate.sink;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A ClickHouse that keeps what it is given and fails when told to. */
final class TestingWriter implements ClickHouseWriter {
    final List<TableInsert> inserts = new ArrayList<>();
    int failures;
    boolean refuses;
    OptionalLong maxOffset = OptionalLong.empty();
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
    public void insert(TableInsert insert) throws UnavailableException, RefusedException {
        if (onEachInsert != null) {
            onEachInsert.run();
        }
        if (failures > 0) {
            failures--;
            throw new UnavailableException(UnavailableException.Part.CLICKHOUSE, "down");
        }
        if (refuses) {
            throw new RefusedException("bad content (at row 2)", 2, new IllegalStateException());
        }
        inserts.add(insert);
    }

    @Override
    public void close() {
        closed = true;
    }
}
