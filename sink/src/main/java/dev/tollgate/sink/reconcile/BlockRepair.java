package dev.tollgate.sink.reconcile;

import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.retry.Backoff;
import dev.tollgate.sink.internal.clickhouse.ClickHouseWriter;
import dev.tollgate.sink.internal.clickhouse.InsertListener;
import dev.tollgate.sink.internal.clickhouse.OffsetRange;
import dev.tollgate.sink.internal.clickhouse.RowSource;
import dev.tollgate.sink.internal.clickhouse.TableInsert;
import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.internal.insert.BatchEncoder;
import dev.tollgate.sink.internal.insert.FencedInserts;
import dev.tollgate.sink.internal.insert.RepairRun;
import dev.tollgate.sink.internal.table.Months;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Brings blocks of the table to what the log says: deletes rows that are wrong, inserts records that are lacking.
 *
 * <p>Cut off at any point it is simply begun again: rows that were deleted are then missing, and missing records are
 * found. An insert takes the way of a batch that may have been begun by somebody else ({@link FencedInserts}): what
 * stands is asked before and after, and where an answered insert left nothing (the token was taken before, by rows that
 * were deleted since), the next token follows. {@link RepairRun} says why two repairs at a time cannot double a row,
 * and a sink writes beyond the committed offset only.
 */
final class BlockRepair {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final String topic;
    private final String topicId;
    private final JournalTable table;
    private final ClickHouseWriter writer;
    private final BatchEncoder<UsageJournalEntry> encoder;
    private long deletedOffsets;
    private long insertedRows;

    BlockRepair(
            String topic,
            String topicId,
            JournalTable table,
            ClickHouseWriter writer,
            BatchEncoder<UsageJournalEntry> encoder) {
        this.topic = topic;
        this.topicId = topicId;
        this.table = table;
        this.writer = writer;
        this.encoder = encoder;
    }

    /**
     * Mends.
     *
     * @param log all records of the blocks, whichever account they are of
     * @param drift of the blocks, of all accounts
     */
    void repair(int partition, List<JournalLog.Read> log, BlockComparison drift)
            throws SQLException, UnavailableException {
        if (!drift.wrong().isEmpty()) {
            table.delete(partition, drift.wrong());
            deletedOffsets += drift.wrong().size();
        }
        insert(partition, log, drift.lacking());
    }

    long deletedOffsets() {
        return deletedOffsets;
    }

    long insertedRows() {
        return insertedRows;
    }

    private void insert(int partition, List<JournalLog.Read> log, Set<Long> lacking) throws UnavailableException {
        Months months = new Months();
        TreeMap<Long, Integer> monthOf = new TreeMap<>();
        log.forEach(read ->
                monthOf.put(read.record().offset(), months.of(read.entry().getOccurredAt())));
        Map<Long, JournalLog.Read> byOffset =
                log.stream().collect(Collectors.toMap(read -> read.record().offset(), Function.identity()));
        for (RepairRun run : RepairRun.of(monthOf, lacking)) {
            List<TableInsert> inserts = encoder.encode(
                    topicId,
                    partition,
                    new OffsetRange(run.from(), run.last() + 1),
                    run.offsets().stream()
                            .map(offset ->
                                    Objects.requireNonNull(byOffset.get(offset)).record())
                            .toList());
            send(new FencedInserts(
                    new RowSource(
                            new TopicPartition(topic, partition), topicId, new OffsetRange(run.from(), run.last() + 1)),
                    inserts,
                    true,
                    InsertListener.NONE));
            insertedRows += inserts.stream().mapToLong(TableInsert::rowCount).sum();
        }
    }

    /**
     * As the sink goes on with a batch that somebody else has begun; but not without end, since somebody waits for it.
     */
    private void send(FencedInserts inserts) throws UnavailableException {
        Backoff backoff = Backoff.between(Duration.ofMillis(200), Duration.ofSeconds(5));
        long progressAtNanos = System.nanoTime();
        while (!inserts.isDone()) {
            try {
                inserts.step(writer, System::nanoTime);
                progressAtNanos = System.nanoTime();
            } catch (UnavailableException e) {
                if (System.nanoTime() - progressAtNanos > PATIENCE.toNanos()) {
                    throw e;
                }
                pause(backoff.next());
                inserts.lookAgain();
            }
        }
    }

    private static void pause(Duration duration) {
        try {
            TimeUnit.NANOSECONDS.sleep(duration.toNanos());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
