package dev.tollgate.sink.status;

import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.sink.internal.clickhouse.TableInsert;
import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.internal.table.TableMapping;
import dev.tollgate.sink.internal.table.TableMappings;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the sink has done and where it stands. Names and tags are public contract. Thread-safe.
 *
 * <ul>
 *   <li>{@code tollgate.sink.rows} (counter, tag {@code table}): rows stored, repeated ones not counted again within a
 *       process
 *   <li>{@code tollgate.sink.inserts} (counter): inserts whose rows stand
 *   <li>{@code tollgate.sink.batches} (counter): offset ranges finished
 *   <li>{@code tollgate.sink.replays} (counter): ranges taken over because their outcome was unknown
 *   <li>{@code tollgate.sink.unclear} (counter): inserts of which it was not known whether they were stored
 *   <li>{@code tollgate.sink.read-backs} (counter): times that ClickHouse was asked which rows stand
 *   <li>{@code tollgate.sink.fences} (counter): tokens that ClickHouse had taken without storing their rows, so that
 *       the next was used
 *   <li>{@code tollgate.sink.throttled} (counter): steps in which a partition had to wait, because ClickHouse would
 *       forget tokens that are still needed; only old dates in great number lead there
 *   <li>{@code tollgate.sink.ignored} (counter): records of the journal that were skipped because
 *       {@code sink.ignored-applications} names who wrote them; again where they are read again
 *   <li>{@code tollgate.sink.reread} (counter): rows that were missing from a table and were brought back from the log
 *   <li>{@code tollgate.sink.holes.missing} (gauge): rows of the journal that should stand and do not, in the
 *       partitions that this process has, as of the last count
 *   <li>{@code tollgate.sink.holes.doubled} (gauge): rows that stand at a position which has one already
 *   <li>{@code tollgate.sink.holes.lost} (gauge): offsets that neither log nor table has ({@code lost_range}), and rows
 *       that are gone without it being known which
 *   <li>{@code tollgate.sink.retries} (counter, tag {@code part}: clickhouse, registry, kafka): attempts that had to
 *       wait
 *   <li>{@code tollgate.sink.waiting} (gauge): threads that wait for one of them now
 *   <li>{@code tollgate.sink.lag} (gauge): records in the log that are not stored yet, as of each thread's last look
 *   <li>{@code tollgate.sink.insert.time} (counter, nanoseconds): time spent in inserts that succeeded
 * </ul>
 */
public final class SinkMetrics {
    private final Map<String, LongAdder> rows = new TreeMap<>();
    private final LongAdder inserts = new LongAdder();
    private final LongAdder batches = new LongAdder();
    private final LongAdder replays = new LongAdder();
    private final LongAdder unclear = new LongAdder();
    private final LongAdder readBacks = new LongAdder();
    private final LongAdder fences = new LongAdder();
    private final LongAdder throttled = new LongAdder();
    private final LongAdder ignored = new LongAdder();
    private final LongAdder reread = new LongAdder();
    private final AtomicLong missing = new AtomicLong();
    private final AtomicLong doubled = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final LongAdder clickHouseRetries = new LongAdder();
    private final LongAdder registryRetries = new LongAdder();
    private final LongAdder kafkaRetries = new LongAdder();
    private final LongAdder insertNanos = new LongAdder();
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong lag = new AtomicLong();

    public SinkMetrics() {
        for (TableMapping<?> mapping : TableMappings.ALL) {
            rows.put(mapping.table(), new LongAdder());
        }
    }

    /** The figures now. */
    public Snapshot snapshot() {
        Map<String, Long> rowsByTable = new TreeMap<>();
        rows.forEach((table, count) -> rowsByTable.put(table, count.sum()));
        return new Snapshot(
                rowsByTable,
                inserts.sum(),
                batches.sum(),
                replays.sum(),
                unclear.sum(),
                readBacks.sum(),
                fences.sum(),
                throttled.sum(),
                ignored.sum(),
                reread.sum(),
                missing.get(),
                doubled.get(),
                lost.get(),
                clickHouseRetries.sum(),
                registryRetries.sum(),
                kafkaRetries.sum(),
                waiting.get(),
                lag.get(),
                insertNanos.sum());
    }

    public void stored(TableInsert insert, long nanos) {
        Objects.requireNonNull(rows.get(insert.table()), insert.table()).add(insert.rowCount());
        inserts.increment();
        insertNanos.add(nanos);
    }

    public void batchDone() {
        batches.increment();
    }

    public void replayed() {
        replays.increment();
    }

    public void unclear() {
        unclear.increment();
    }

    public void readBack() {
        readBacks.increment();
    }

    public void fenced() {
        fences.increment();
    }

    public void throttled() {
        throttled.increment();
    }

    public void ignored(int records) {
        ignored.add(records);
    }

    public void reread(long rows) {
        reread.add(rows);
    }

    public void addHoles(long missingChange, long doubledChange, long lostChange) {
        missing.addAndGet(missingChange);
        doubled.addAndGet(doubledChange);
        lost.addAndGet(lostChange);
    }

    public void retried(UnavailableException.Part part) {
        switch (part) {
            case CLICKHOUSE -> clickHouseRetries.increment();
            case REGISTRY -> registryRetries.increment();
            case KAFKA -> kafkaRetries.increment();
        }
    }

    public void addWaiting(int change) {
        waiting.addAndGet(change);
    }

    public void addLag(long change) {
        lag.addAndGet(change);
    }

    /**
     * The figures of one moment, by the names above.
     *
     * @param rows by table
     * @param lag of the partitions that this process has, in records; at least, while a partition has just been taken
     *     over
     */
    public record Snapshot(
            Map<String, Long> rows,
            long inserts,
            long batches,
            long replays,
            long unclear,
            long readBacks,
            long fences,
            long throttled,
            long ignored,
            long reread,
            long missing,
            long doubled,
            long lost,
            long clickHouseRetries,
            long registryRetries,
            long kafkaRetries,
            long waiting,
            long lag,
            long insertNanos) {
        public Snapshot {
            rows = Map.copyOf(rows);
        }

        /** Rows stored in the table of a topic; 0 for a topic that the sink does not read. */
        public long rowsOf(Topic topic) {
            return TableMappings.ALL.stream()
                    .filter(mapping -> mapping.topic() == topic)
                    .mapToLong(mapping -> rows.getOrDefault(mapping.table(), 0L))
                    .sum();
        }
    }
}
