package dev.tollgate.sink.internal.insert;

import dev.tollgate.sink.internal.clickhouse.ClickHouseWriter;
import dev.tollgate.sink.internal.clickhouse.OffsetRange;
import dev.tollgate.sink.internal.clickhouse.RowSource;
import dev.tollgate.sink.internal.clickhouse.StoredApplication;
import dev.tollgate.sink.internal.clickhouse.StoredRows;
import dev.tollgate.sink.internal.clickhouse.TableInsert;
import dev.tollgate.sink.internal.clickhouse.TablePosition;
import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.internal.table.TableMapping;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * ClickHouse and the network before it, as far as an insert can tell them apart: a log of tokens, the rows, and
 * requests that are still on their way. What happens to a request is chosen from outside; at most so many choices are
 * faults.
 *
 * <p>A processed insert takes its token, then renames its part, as the real one does.
 */
public final class SimulatedClickHouse implements ClickHouseWriter {
    /** What can happen to an insert. The first is no fault. */
    public enum Fate {
        ANSWERED,
        ANSWER_LOST,
        LATE,
        NEVER_ARRIVES,
        KILLED_BEFORE_RENAME,
        RENAME_FAILS,
        /** The log of tokens is not synced: rows stay, tokens go. */
        POWER_LOST_AFTERWARDS
    }

    private final IntUnaryOperator choose;
    private final boolean powerCanFail;
    private final Set<String> tokens = new HashSet<>();
    private final Map<Integer, Integer> copies = new TreeMap<>();
    private final List<Request> onTheWay = new ArrayList<>();
    private int faultsLeft;

    /**
     * @param choose a number below the given one
     * @param faults how many requests may meet a fault
     */
    public SimulatedClickHouse(IntUnaryOperator choose, int faults, boolean powerCanFail) {
        this.choose = choose;
        this.faultsLeft = faults;
        this.powerCanFail = powerCanFail;
    }

    private record Request(TableInsert insert, @Nullable String token) {}

    @Override
    public void insert(TableInsert insert, @Nullable String token) throws UnavailableException {
        int fates = Fate.values().length - (powerCanFail ? 0 : 1);
        Fate fate = faultsLeft == 0 ? Fate.ANSWERED : Fate.values()[choose.applyAsInt(fates)];
        if (fate != Fate.ANSWERED) {
            faultsLeft--;
        }
        switch (fate) {
            case ANSWERED, ANSWER_LOST -> process(new Request(insert, token));
            case LATE -> onTheWay.add(new Request(insert, token));
            case NEVER_ARRIVES -> {}
            case KILLED_BEFORE_RENAME -> {
                take(insert, token);
                onTheWay.clear();
            }
            case RENAME_FAILS -> take(insert, token);
            case POWER_LOST_AFTERWARDS -> {
                process(new Request(insert, token));
                tokens.clear();
                onTheWay.clear();
            }
        }
        if (fate != Fate.ANSWERED) {
            throw new UnavailableException(UnavailableException.Part.CLICKHOUSE, fate.name());
        }
    }

    private void process(Request request) {
        if (take(request.insert(), request.token())) {
            copies.merge(request.insert().month(), 1, Integer::sum);
        }
    }

    private boolean take(TableInsert insert, @Nullable String token) {
        return token == null || tokens.add(insert.month() + " " + token);
    }

    public int requestsOnTheWay() {
        return onTheWay.size();
    }

    /** Lets one request that was given up arrive. */
    public void arrive(int request) {
        process(onTheWay.remove(request));
    }

    /** How often the rows of a month stand. */
    public int copies(int month) {
        return copies.getOrDefault(month, 0);
    }

    @Override
    public Map<Integer, StoredRows> storedRows(TableMapping<?> mapping, RowSource source, int firstMonth, int lastMonth)
            throws UnavailableException {
        if (faultsLeft > 0 && choose.applyAsInt(2) == 1) {
            faultsLeft--;
            throw new UnavailableException(UnavailableException.Part.CLICKHOUSE, "no answer");
        }
        Map<Integer, StoredRows> stored = new HashMap<>();
        copies.forEach((month, count) -> stored.put(month, StoredRows.of(FencedInsertsTest.OFFSETS)));
        return stored;
    }

    @Override
    public void requireTables() {}

    @Override
    public TablePosition position(String table, String topicId, int partition) {
        return new TablePosition(0, 0);
    }

    @Override
    public long storedPositions(String table, String topicId, int partition) {
        return 0;
    }

    @Override
    public Set<Long> storedOffsets(String table, RowSource source) {
        return Set.of();
    }

    @Override
    public void noteLost(String table, RowSource source, String reason) {}

    @Override
    public List<OffsetRange> lostRanges(String table, String topicId, int partition) {
        return List.of();
    }

    @Override
    public List<StoredApplication> applications(String topicId) {
        return List.of();
    }

    @Override
    public void close() {}
}
