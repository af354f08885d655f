package dev.tollgate.sink.internal.loop;

import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.sink.internal.clickhouse.ClickHouseWriter;
import dev.tollgate.sink.internal.clickhouse.OffsetRange;
import dev.tollgate.sink.internal.clickhouse.RowSource;
import dev.tollgate.sink.internal.clickhouse.TableInsert;
import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.internal.insert.BatchEncoder;
import dev.tollgate.sink.internal.insert.FencedInserts;
import dev.tollgate.sink.internal.insert.RepairRun;
import dev.tollgate.sink.internal.ledger.Ledger;
import dev.tollgate.sink.internal.loop.PartitionBuffer.Batch;
import dev.tollgate.sink.status.SinkMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the batches of some partitions exactly once, without a transaction over Kafka and ClickHouse: the committed
 * offset of the group is the ledger of intents. It commits offsets and inserts rows; it never polls, and never moves a
 * read position.
 *
 * <ol>
 *   <li>A batch is a fixed range {@code [from, to)} of one partition.
 *   <li>Before it is inserted, offset {@code from} is committed with the metadata {@code v=1;to=...}, see
 *       {@link Ledger}.
 *   <li>It is inserted, one insert for each month, as {@link FencedInserts} tells.
 *   <li>Offset {@code to} is committed.
 * </ol>
 *
 * <p>Cut off before 2, nothing was inserted and the records are read again. Cut off between 2 and 4, it is not known
 * whether they were inserted: whoever owns the partition next finds the intent, reads exactly that range, asks
 * ClickHouse which of its rows stand and inserts those that do not. A member that lost its partition without knowing
 * can repeat an insert, which the tokens make harmless, but can commit nothing.
 *
 * <p>Not thread-safe.
 */
final class BatchCommitter {
    private static final Logger log = LoggerFactory.getLogger(BatchCommitter.class);

    private static final Duration IDLE_COMMIT_INTERVAL = Duration.ofSeconds(1);

    private final ClickHouseWriter writer;
    private final Map<Topic, BatchEncoder<?>> encoders;
    private final Duration maxPollInterval;
    private final LongSupplier nanoTime;
    private final SinkMetrics metrics;
    private long idleCommitNanos;

    /**
     * @param encoders by topic
     * @param maxPollInterval the consumer's; a call takes little over a third of it, and an insert goes out within half
     *     of it after its intent
     */
    BatchCommitter(
            ClickHouseWriter writer,
            Map<Topic, BatchEncoder<?>> encoders,
            Duration maxPollInterval,
            LongSupplier nanoTime,
            SinkMetrics metrics) {
        this.writer = writer;
        this.encoders = Map.copyOf(encoders);
        this.maxPollInterval = maxPollInterval;
        this.nanoTime = nanoTime;
        this.metrics = metrics;
    }

    /**
     * Writes the batches in the works of some partitions, and begins one where there is none. What is not done when the
     * call has taken long enough goes on in the next call.
     *
     * @param due partitions of which something {@link PartitionBuffer#canBeWritten can be written}
     * @throws UnavailableException if Kafka, the registry or ClickHouse does not answer
     */
    void write(Consumer<byte[], byte[]> consumer, List<PartitionBuffer> due) throws UnavailableException {
        for (PartitionBuffer buffer : due) {
            buffer.seal(now());
        }
        commitIntents(consumer, due);
        UnavailableException failure = insert(due);
        commitDone(consumer, due);
        if (failure != null) {
            throw failure;
        }
    }

    private void commitIntents(Consumer<byte[], byte[]> consumer, List<PartitionBuffer> due)
            throws UnavailableException {
        Map<TopicPartition, OffsetAndMetadata> intents = new HashMap<>();
        List<Batch> intended = new ArrayList<>();
        for (PartitionBuffer buffer : due) {
            Batch batch = buffer.seal(now());
            // An old intent is committed again: that a commit succeeds shows that the partition is still ours.
            if (!batch.isInserted() && !batch.isIntended(now(), maxIntentAgeNanos())) {
                intents.put(buffer.partition(), buffer.ledgerBefore(batch).committed());
                intended.add(batch);
            }
        }
        if (!intents.isEmpty()) {
            commit(consumer, intents);
            intended.forEach(batch -> batch.intended(now()));
        }
    }

    /**
     * Inserts until done, until the call has taken long enough, or until one cannot be made now; that one's reason. The
     * batch that was sealed first comes first, so that none waits for ever behind a large one.
     */
    private @Nullable UnavailableException insert(List<PartitionBuffer> due) {
        long startedAt = now();
        List<PartitionBuffer> inOrder = new ArrayList<>(due);
        inOrder.sort(Comparator.comparingLong(buffer -> buffer.seal(now()).sealedNanos()));
        for (PartitionBuffer buffer : inOrder) {
            try {
                if (!insert(buffer, buffer.seal(now()), startedAt)) {
                    return null;
                }
            } catch (UnavailableException e) {
                return e;
            }
        }
        return null;
    }

    /** Whether the call may go on. A batch that is not done then is gone on with in the next call. */
    private boolean insert(PartitionBuffer buffer, Batch batch, long startedAt) throws UnavailableException {
        for (FencedInserts inserts : encoded(buffer, batch)) {
            inserts.lookAgain();
            if (!insert(buffer, batch, inserts, startedAt)) {
                return false;
            }
            if (!inserts.isDone()) {
                return true;
            }
        }
        return true;
    }

    private boolean insert(PartitionBuffer buffer, Batch batch, FencedInserts inserts, long startedAt)
            throws UnavailableException {
        while (!inserts.isDone()) {
            // Looked at before each request: none goes out long after the intent, and polls are not kept waiting.
            if (now() - startedAt > maxPollInterval.toNanos() / 3 || !batch.isIntended(now(), maxIntentAgeNanos())) {
                return false;
            }
            if (buffer.mapping().additive()
                    && inserts.isInsertNext()
                    && !buffer.budget().tryTake(now())) {
                metrics.throttled();
                return true;
            }
            inserts.step(writer, nanoTime);
        }
        return true;
    }

    private List<FencedInserts> encoded(PartitionBuffer buffer, Batch batch) throws UnavailableException {
        List<FencedInserts> inserts = batch.inserts();
        if (inserts == null) {
            BatchEncoder<?> encoder = Objects.requireNonNull(
                    encoders.get(buffer.mapping().topic()),
                    () -> "no encoder for " + buffer.mapping().topic());
            int partition = buffer.partition().partition();
            List<TableInsert> all = encoder.encode(buffer.topicId(), partition, batch.range(), batch.records());
            RowSource source = new RowSource(buffer.partition(), buffer.topicId(), batch.range());
            inserts = batch.isVerified()
                    ? lacking(buffer, batch, encoder, all)
                    : List.of(new FencedInserts(source, all, batch.isTakenOver(), metrics));
            batch.encoded(inserts);
        }
        return inserts;
    }

    /**
     * The inserts of those rows of a batch that do not stand. What stands may have come in other batches, so each
     * offset is asked for. {@link RepairRun} says why a second member that does the same cannot double a row: the range
     * is in the ledger, so both cut the same runs.
     */
    private List<FencedInserts> lacking(
            PartitionBuffer buffer, Batch batch, BatchEncoder<?> encoder, List<TableInsert> all)
            throws UnavailableException {
        TreeMap<Long, Integer> months = new TreeMap<>();
        for (TableInsert insert : all) {
            for (long offset : insert.offsets()) {
                months.put(offset, insert.month());
            }
        }
        Set<Long> lacking = new HashSet<>(months.keySet());
        lacking.removeAll(writer.storedOffsets(
                buffer.mapping().table(), new RowSource(buffer.partition(), buffer.topicId(), batch.range())));
        if (lacking.isEmpty()) {
            return List.of();
        }
        log.warn(
                "rows are missing and come back: source={}@{} rows={}",
                buffer.partition(),
                batch.range(),
                lacking.size());
        metrics.reread(lacking.size());
        buffer.broughtBack();
        Map<Long, ConsumerRecord<byte[], byte[]>> records = new HashMap<>();
        batch.records().forEach(record -> records.put(record.offset(), record));
        List<FencedInserts> inserts = new ArrayList<>();
        for (RepairRun run : RepairRun.of(months, lacking)) {
            OffsetRange range = new OffsetRange(run.from(), run.last() + 1);
            inserts.add(new FencedInserts(
                    new RowSource(buffer.partition(), buffer.topicId(), range),
                    encoder.encode(
                            buffer.topicId(),
                            buffer.partition().partition(),
                            range,
                            run.offsets().stream()
                                    .map(offset -> Objects.requireNonNull(records.get(offset)))
                                    .toList()),
                    true,
                    metrics));
        }
        return inserts;
    }

    private void commitDone(Consumer<byte[], byte[]> consumer, List<PartitionBuffer> due) throws UnavailableException {
        Map<TopicPartition, OffsetAndMetadata> ends = new HashMap<>();
        List<PartitionBuffer> finished = new ArrayList<>();
        for (PartitionBuffer buffer : due) {
            Batch batch = buffer.seal(now());
            if (batch.isInserted()) {
                ends.put(buffer.partition(), buffer.ledgerAfter(batch).committed());
                finished.add(buffer);
            }
        }
        if (!ends.isEmpty()) {
            commit(consumer, ends);
            for (PartitionBuffer buffer : finished) {
                buffer.done();
                metrics.batchDone();
            }
        }
    }

    /**
     * Moves idle partitions past the markers of transactions, so that whoever watches the group sees no lag where there
     * is none. At most once a second.
     *
     * @throws UnavailableException if Kafka does not answer
     */
    void commitIdle(Consumer<byte[], byte[]> consumer, Collection<PartitionBuffer> buffers)
            throws UnavailableException {
        if (now() - idleCommitNanos < IDLE_COMMIT_INTERVAL.toNanos()) {
            return;
        }
        idleCommitNanos = now();
        Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
        List<PartitionBuffer> moved = new ArrayList<>();
        for (PartitionBuffer buffer : buffers) {
            if (!buffer.isStartChecked()) {
                continue;
            }
            long position = consumer.position(buffer.partition());
            if (buffer.isIdle() && position > buffer.committedOffset()) {
                positions.put(buffer.partition(), buffer.ledgerAt(position).committed());
                moved.add(buffer);
            }
        }
        if (!positions.isEmpty()) {
            commit(consumer, positions);
            moved.forEach(buffer -> buffer.committed(
                    Objects.requireNonNull(positions.get(buffer.partition())).offset()));
        }
    }

    private static void commit(Consumer<byte[], byte[]> consumer, Map<TopicPartition, OffsetAndMetadata> offsets)
            throws UnavailableException {
        try {
            consumer.commitSync(offsets);
        } catch (org.apache.kafka.common.errors.TimeoutException e) {
            throw new UnavailableException(
                    UnavailableException.Part.KAFKA, "offsets cannot be committed: " + e.getMessage(), e);
        }
    }

    private long maxIntentAgeNanos() {
        return maxPollInterval.toNanos() / 2;
    }

    private long now() {
        return nanoTime.getAsLong();
    }
}
