package dev.tollgate.sink.status;

import dev.tollgate.schemas.micrometer.DeclaredMeters;
import dev.tollgate.schemas.micrometer.EnumCounters;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.sink.internal.clickhouse.InsertListener;
import dev.tollgate.sink.internal.clickhouse.TableInsert;
import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.internal.table.TableMapping;
import dev.tollgate.sink.internal.table.TableMappings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * What the sink has done and where it stands, in the meters that {@link SinkMeters} declares. All of them are there
 * with 0 from the start. Thread-safe.
 */
public final class SinkMetrics implements InsertListener {
    private final MeterRegistry registry;
    private final Map<String, Counter> rows = new TreeMap<>();
    private final Counter inserts;
    private final Timer insertTime;
    private final Counter batches;
    private final Counter replayed;
    private final Counter unclear;
    private final Counter lookups;
    private final Counter fenced;
    private final Counter throttled;
    private final Counter ignored;
    private final Counter reread;
    private final EnumCounters<UnavailableException.Part> retries;
    private final AtomicLong missing = new AtomicLong();
    private final AtomicLong doubled = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong lag = new AtomicLong();
    private final List<OldestRecord> oldest = new CopyOnWriteArrayList<>();
    private final LongSupplier clock;

    /** Figures that nobody else reads. */
    public SinkMetrics() {
        this(new SimpleMeterRegistry());
    }

    /**
     * Registers the meters.
     *
     * @param registry of one sink: two that share it are counted together
     */
    public SinkMetrics(MeterRegistry registry) {
        this(registry, System::currentTimeMillis);
    }

    /** @param clock wall-clock time, milliseconds since the epoch: ages are measured by it */
    SinkMetrics(MeterRegistry registry, LongSupplier clock) {
        this.registry = registry;
        this.clock = clock;
        DeclaredMeters meters = new DeclaredMeters(registry);
        for (TableMapping<?> mapping : TableMappings.ALL) {
            rows.put(mapping.table(), meters.counter(SinkMeters.ROWS, mapping.table()));
        }
        inserts = meters.counter(SinkMeters.INSERTS);
        insertTime = meters.timer(SinkMeters.INSERT_TIME);
        batches = meters.counter(SinkMeters.BATCHES);
        replayed = meters.counter(SinkMeters.REPLAYED);
        unclear = meters.counter(SinkMeters.UNCLEAR);
        lookups = meters.counter(SinkMeters.LOOKUPS);
        fenced = meters.counter(SinkMeters.FENCED);
        throttled = meters.counter(SinkMeters.THROTTLED);
        ignored = meters.counter(SinkMeters.IGNORED);
        reread = meters.counter(SinkMeters.REREAD);
        retries = meters.counters(SinkMeters.RETRIES, UnavailableException.Part.class);
        meters.gauge(SinkMeters.MISSING, missing::get);
        meters.gauge(SinkMeters.DOUBLED, doubled::get);
        meters.gauge(SinkMeters.LOST, lost::get);
        meters.gauge(SinkMeters.WAITING, waiting::get);
        meters.gauge(SinkMeters.LAG_RECORDS, lag::get);
        meters.gauge(SinkMeters.LAG_TIME, this::lagSeconds);
    }

    /** The figures now. */
    public Snapshot snapshot() {
        Map<String, Long> rowsByTable = new TreeMap<>();
        rows.forEach((table, count) -> rowsByTable.put(table, (long) count.count()));
        return new Snapshot(
                rowsByTable,
                (long) inserts.count(),
                (long) batches.count(),
                (long) replayed.count(),
                (long) unclear.count(),
                (long) lookups.count(),
                (long) fenced.count(),
                (long) throttled.count(),
                (long) ignored.count(),
                (long) reread.count(),
                missing.get(),
                doubled.get(),
                lost.get(),
                retries.count(UnavailableException.Part.CLICKHOUSE),
                retries.count(UnavailableException.Part.REGISTRY),
                retries.count(UnavailableException.Part.KAFKA),
                waiting.get(),
                lag.get(),
                (long) insertTime.totalTime(TimeUnit.NANOSECONDS));
    }

    @Override
    public void inserted(TableInsert insert, long nanos) {
        insertTime.record(nanos, TimeUnit.NANOSECONDS);
        stored(insert);
    }

    @Override
    public void stored(TableInsert insert) {
        Objects.requireNonNull(rows.get(insert.table()), insert.table()).increment(insert.rowCount());
        inserts.increment();
    }

    public void batchDone() {
        batches.increment();
    }

    public void replayed() {
        replayed.increment();
    }

    @Override
    public void unclear() {
        unclear.increment();
    }

    @Override
    public void readBack() {
        lookups.increment();
    }

    @Override
    public void fenced() {
        fenced.increment();
    }

    public void throttled() {
        throttled.increment();
    }

    public void ignored(int records) {
        ignored.increment(records);
    }

    public void reread(long rows) {
        reread.increment(rows);
    }

    public void addHoles(long missingChange, long doubledChange, long lostChange) {
        missing.addAndGet(missingChange);
        doubled.addAndGet(doubledChange);
        lost.addAndGet(lostChange);
    }

    public void retried(UnavailableException.Part part) {
        retries.increment(part);
    }

    public void addWaiting(int change) {
        waiting.addAndGet(change);
    }

    public void addLag(long change) {
        lag.addAndGet(change);
    }

    /** Where one thread says how old what it has is. */
    public OldestRecord newOldestRecord() {
        OldestRecord record = new OldestRecord();
        oldest.add(record);
        return record;
    }

    /** Where the meters are. */
    public MeterRegistry registry() {
        return registry;
    }

    private double lagSeconds() {
        long since = oldest.stream()
                .mapToLong(record -> record.appendedAtMillis)
                .min()
                .orElse(OldestRecord.NONE);
        return since == OldestRecord.NONE ? 0 : Math.max(0, clock.getAsLong() - since) / 1_000.0;
    }

    /** The oldest record that a thread has read and not stored. Written by that thread, read by any. */
    public static final class OldestRecord {
        /** There is none. */
        public static final long NONE = Long.MAX_VALUE;

        private volatile long appendedAtMillis = NONE;

        private OldestRecord() {}

        /** @param appendedAtMillis its append time, milliseconds since the epoch; {@link #NONE} for none */
        public void set(long appendedAtMillis) {
            this.appendedAtMillis = appendedAtMillis;
        }
    }

    /**
     * The figures of one moment.
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
