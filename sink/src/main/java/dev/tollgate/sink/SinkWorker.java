package dev.tollgate.sink;

import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.sink.PartitionBuffer.Batch;
import dev.tollgate.sink.reconcile.RepairRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread of the sink: one consumer, one connection to ClickHouse.
 *
 * <p>Exactly once, without a transaction over both: the committed offset of the group is the ledger of intents.
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
 * <p>When a partition is taken, {@link StartPlan} decides from log, table and ledger where to begin; rows of additive
 * tables are counted then and on a timer, and read again where they are missing.
 *
 * <p>While ClickHouse does not answer, the thread reads nothing more but keeps polling with its partitions paused, so
 * that it stays in the group. A step is short against {@code max.poll.interval}: work that takes longer goes on in the
 * next step.
 */
final class SinkWorker implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(SinkWorker.class);

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration IDLE_COMMIT_INTERVAL = Duration.ofSeconds(1);
    private static final Duration WARNING_INTERVAL = Duration.ofSeconds(30);

    private static final int MAX_REASONS = 100;
    /** Figures in a message (attempts, times) do not make it another reason. */
    private static final Pattern DIGITS = Pattern.compile("\\d+");

    private final Settings settings;
    private final Dependencies dependencies;
    private final SinkMetrics metrics;
    private final Backoff backoff;
    private final Map<String, TableMapping<?>> mappings = new HashMap<>();
    private final Map<TopicPartition, PartitionBuffer> buffers = new LinkedHashMap<>();
    private final Map<String, Long> warnedAtNanos = new HashMap<>();

    private volatile boolean stopping;
    private @Nullable Consumer<byte[], byte[]> consumer;
    private @Nullable UnavailableException placementFailure;
    private boolean tablesThere;
    private boolean waiting;
    private long resumeAtNanos;
    private long idleCommitNanos;
    private long reportedLag;

    /**
     * @param bufferMaxBytes of all buffers together
     * @param maxInserts of one partition within {@code maxInsertsWithin}
     * @param maxInsertsWithin how long an insert may still arrive after its intent
     * @param maxPollInterval the consumer's
     * @param checkInterval how often the rows of an additive table are counted
     * @param applications whose records of the journal are written
     */
    record Settings(
            Map<Topic, String> topicNames,
            BatchLimits limits,
            long bufferMaxBytes,
            int maxInserts,
            Duration maxInsertsWithin,
            Duration retryMinDelay,
            Duration retryMaxDelay,
            Duration maxPollInterval,
            Duration checkInterval,
            ApplicationRules applications) {}

    /**
     * The world outside.
     *
     * @param consumers makes a consumer, again after one has failed
     * @param writer this thread's own
     * @param encoders by topic
     * @param nanoTime a clock that only goes forward
     */
    record Dependencies(
            Supplier<Consumer<byte[], byte[]>> consumers,
            TopicIds topicIds,
            ClickHouseWriter writer,
            Map<Topic, BatchEncoder<?>> encoders,
            LongSupplier nanoTime) {}

    SinkWorker(Settings settings, Dependencies dependencies, SinkMetrics metrics) {
        this.settings = settings;
        this.dependencies = dependencies;
        this.metrics = metrics;
        this.backoff = new Backoff(settings.retryMinDelay(), settings.retryMaxDelay());
        for (TableMapping<?> mapping : TableMappings.ALL) {
            mappings.put(nameOf(mapping), mapping);
        }
    }

    /** Works until {@link #stop}. Throws {@link SinkException} where waiting cannot help. */
    @Override
    public void run() {
        try {
            while (!stopping) {
                step();
            }
        } catch (InterruptException e) {
            if (!stopping) {
                throw e;
            }
        } finally {
            releaseBuffers(Set.copyOf(buffers.keySet()));
            setWaiting(false);
            reportLag(0);
            closeConsumer();
            dependencies.writer().close();
        }
    }

    /**
     * Makes {@link #run} return after the step that it is in. What is not written then is written after the next start.
     */
    void stop() {
        stopping = true;
    }

    /** One round: read what may be read, write what is due. */
    void step() {
        if (consumer == null && waiting && now() < resumeAtNanos) {
            pauseThread(untilResume());
            return;
        }
        try {
            Consumer<byte[], byte[]> current = consumer();
            boolean held = waiting && now() < resumeAtNanos;
            if (!held) {
                startBuffers(current);
            }
            applyBackpressure(current, held);
            buffer(current, current.poll(held ? untilResume() : POLL));
            reportLag(lag(current));
            UnavailableException failure = placementFailure;
            if (failure != null) {
                placementFailure = null;
                closeConsumer();
                throw failure;
            }
            if (waiting && now() < resumeAtNanos) {
                return;
            }
            write(current);
            backoff.reset();
            setWaiting(false);
        } catch (UnavailableException e) {
            backOff(e);
        } catch (RebalanceInProgressException | CommitFailedException e) {
            // The next poll finishes the rebalance and drops the buffers that went to somebody else; the others go on
            // as
            // they are.
            log.debug("a commit met a rebalance: {}", e.getMessage());
        } catch (OffsetOutOfRangeException e) {
            beginAnew(e);
        } catch (ConfigException e) {
            throw new SinkException("Kafka refuses the configuration: " + e.getMessage(), e);
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            // Begin again with a new consumer: everything that matters is in the committed offsets.
            closeConsumer();
            backOff(new UnavailableException(UnavailableException.Part.KAFKA, String.valueOf(e.getMessage()), e));
        }
    }

    /**
     * Records went while the sink stood before them: where the log begins now is decided as if the partition were new.
     */
    private void beginAnew(OffsetOutOfRangeException e) {
        Consumer<byte[], byte[]> current = consumer();
        Map<TopicPartition, Long> positions = e.offsetOutOfRangePartitions();
        try {
            Map<TopicPartition, Long> begins = current.beginningOffsets(positions.keySet());
            if (positions.entrySet().stream().anyMatch(entry -> entry.getValue() >= bound(begins, entry.getKey()))) {
                throw new SinkException(
                        "the log ends before what is to be written next: " + positions
                                + " (partition and offset). It has lost records that were committed; after settling"
                                + " what is lost, move the group's offsets into the log",
                        e);
            }
            releaseBuffers(positions.keySet());
            assign(current, positions.keySet());
        } catch (UnavailableException failure) {
            closeConsumer();
            backOff(failure);
        } catch (org.apache.kafka.common.errors.TimeoutException failure) {
            closeConsumer();
            backOff(new UnavailableException(
                    UnavailableException.Part.KAFKA, String.valueOf(failure.getMessage()), failure));
        }
    }

    private Consumer<byte[], byte[]> consumer() {
        Consumer<byte[], byte[]> current = consumer;
        if (current == null) {
            current = dependencies.consumers().get();
            consumer = current;
            current.subscribe(mappings.keySet(), new Rebalancing(current));
        }
        return current;
    }

    /** Only while there is no consumer, and so no membership to keep alive. */
    private static void pauseThread(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private void closeConsumer() {
        releaseBuffers(Set.copyOf(buffers.keySet()));
        Consumer<byte[], byte[]> current = consumer;
        consumer = null;
        if (current != null) {
            try {
                current.close();
            } catch (KafkaException e) {
                log.debug("consumer did not close cleanly", e);
            }
        }
    }

    // ---------------------------------------------------------------- reading

    private void applyBackpressure(Consumer<byte[], byte[]> current, boolean held) {
        Set<TopicPartition> pause = new HashSet<>();
        Set<TopicPartition> resume = new HashSet<>();
        for (PartitionBuffer buffer : buffers.values()) {
            (held || !buffer.isStartChecked() || buffer.isFull() ? pause : resume).add(buffer.partition());
        }
        current.pause(pause);
        current.resume(resume);
    }

    private void buffer(Consumer<byte[], byte[]> current, ConsumerRecords<byte[], byte[]> records) {
        for (TopicPartition partition : records.partitions()) {
            PartitionBuffer buffer = Objects.requireNonNull(buffers.get(partition), () -> "no buffer for " + partition);
            buffer.add(wanted(buffer, records.records(partition)), now());
        }
        for (PartitionBuffer buffer : buffers.values()) {
            if (!buffer.isStartChecked()) {
                continue;
            }
            buffer.readTo(current.position(buffer.partition()));
        }
    }

    /** What is ignored is passed over like the marker of a transaction: its offset is committed with what follows. */
    private List<ConsumerRecord<byte[], byte[]>> wanted(
            PartitionBuffer buffer, List<ConsumerRecord<byte[], byte[]>> records) {
        ApplicationRules rules = settings.applications();
        if (buffer.mapping().topic() != Topic.USAGE_JOURNAL || rules.ignored().isEmpty()) {
            return records;
        }
        List<ConsumerRecord<byte[], byte[]>> wanted =
                records.stream().filter(record -> !rules.isIgnored(record)).toList();
        int ignored = records.size() - wanted.size();
        if (ignored > 0) {
            metrics.ignored(ignored);
            log.debug(
                    "records skipped, as sink.ignored-applications says: partition={} records={}",
                    buffer.partition(),
                    ignored);
        }
        return wanted;
    }

    private long lag(Consumer<byte[], byte[]> current) {
        long lag = 0;
        for (PartitionBuffer buffer : buffers.values()) {
            OptionalLong unread = current.currentLag(buffer.partition());
            lag += unread.orElse(0) + buffer.backlogRows();
        }
        return lag;
    }

    // ---------------------------------------------------------------- writing

    private void write(Consumer<byte[], byte[]> current) throws UnavailableException {
        countRows(current);
        boolean full = buffers.values().stream()
                        .mapToLong(PartitionBuffer::backlogBytes)
                        .sum()
                >= settings.bufferMaxBytes();
        List<PartitionBuffer> due = new ArrayList<>();
        for (PartitionBuffer buffer : buffers.values()) {
            if (buffer.isDue(now()) || (full && buffer.canBeWritten())) {
                due.add(buffer);
            }
        }
        if (due.isEmpty()) {
            commitIdle(current);
            return;
        }
        prepare(due);
        commitIntents(current, due);
        UnavailableException failure = insert(due);
        commitDone(current, due);
        if (failure != null) {
            throw failure;
        }
    }

    private void prepare(List<PartitionBuffer> due) {
        for (PartitionBuffer buffer : due) {
            buffer.seal(now());
        }
    }

    private void commitIntents(Consumer<byte[], byte[]> current, List<PartitionBuffer> due)
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
            commit(current, intents);
            intended.forEach(batch -> batch.intended(now()));
        }
    }

    /**
     * Inserts until done, until the step has taken long enough, or until one cannot be made now; that one's reason. The
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

    /** Whether the step may go on. A batch that is not done then is gone on with in the next step. */
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
            if (now() - startedAt > settings.maxPollInterval().toNanos() / 3
                    || !batch.isIntended(now(), maxIntentAgeNanos())) {
                return false;
            }
            if (buffer.mapping().additive()
                    && inserts.isInsertNext()
                    && !buffer.budget().tryTake(now())) {
                metrics.throttled();
                return true;
            }
            inserts.step(dependencies.writer(), dependencies.nanoTime());
        }
        return true;
    }

    private List<FencedInserts> encoded(PartitionBuffer buffer, Batch batch) throws UnavailableException {
        List<FencedInserts> inserts = batch.inserts();
        if (inserts == null) {
            BatchEncoder<?> encoder = Objects.requireNonNull(
                    dependencies.encoders().get(buffer.mapping().topic()),
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
        lacking.removeAll(dependencies
                .writer()
                .storedOffsets(
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

    private void commitDone(Consumer<byte[], byte[]> current, List<PartitionBuffer> due) throws UnavailableException {
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
            commit(current, ends);
            for (PartitionBuffer buffer : finished) {
                buffer.done();
                metrics.batchDone();
            }
        }
    }

    /**
     * Moves idle partitions past the markers of transactions, so that whoever watches the group sees no lag where there
     * is none.
     */
    private void commitIdle(Consumer<byte[], byte[]> current) throws UnavailableException {
        if (now() - idleCommitNanos < IDLE_COMMIT_INTERVAL.toNanos()) {
            return;
        }
        idleCommitNanos = now();
        Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
        for (PartitionBuffer buffer : buffers.values()) {
            if (!buffer.isStartChecked()) {
                continue;
            }
            long position = current.position(buffer.partition());
            if (buffer.isIdle() && position > buffer.committedOffset()) {
                positions.put(buffer.partition(), buffer.ledgerAt(position).committed());
            }
        }
        if (!positions.isEmpty()) {
            commit(current, positions);
            positions.forEach((partition, position) ->
                    Objects.requireNonNull(buffers.get(partition)).committed(position.offset()));
        }
    }

    private static void commit(Consumer<byte[], byte[]> current, Map<TopicPartition, OffsetAndMetadata> offsets)
            throws UnavailableException {
        try {
            current.commitSync(offsets);
        } catch (org.apache.kafka.common.errors.TimeoutException e) {
            throw new UnavailableException(
                    UnavailableException.Part.KAFKA, "offsets cannot be committed: " + e.getMessage(), e);
        }
    }

    private long maxIntentAgeNanos() {
        return settings.maxPollInterval().toNanos() / 2;
    }

    // ---------------------------------------------------------------- waiting

    private void backOff(UnavailableException e) {
        Duration wait = backoff.next();
        resumeAtNanos = now() + wait.toNanos();
        setWaiting(true);
        metrics.retried(e.part());
        String reason =
                e.part() + " " + DIGITS.matcher(String.valueOf(e.getMessage())).replaceAll("#");
        Long warnedAt = warnedAtNanos.get(reason);
        if (warnedAt == null || now() - warnedAt > WARNING_INTERVAL.toNanos()) {
            if (warnedAtNanos.size() >= MAX_REASONS) {
                warnedAtNanos.clear();
            }
            warnedAtNanos.put(reason, now());
            log.warn("waiting: for={} retryMillis={} reason={}", e.part(), wait.toMillis(), e.getMessage());
        }
    }

    private Duration untilResume() {
        long left = Math.max(0, resumeAtNanos - now());
        return Duration.ofNanos(Math.min(left, POLL.toNanos()));
    }

    private void setWaiting(boolean now) {
        if (waiting != now) {
            waiting = now;
            metrics.addWaiting(now ? 1 : -1);
            if (!now) {
                log.info("going on after waiting");
                warnedAtNanos.clear();
            }
        }
    }

    private void reportLag(long lag) {
        metrics.addLag(lag - reportedLag);
        reportedLag = lag;
    }

    private long now() {
        return dependencies.nanoTime().getAsLong();
    }

    // ---------------------------------------------------------------- ownership

    private String nameOf(TableMapping<?> mapping) {
        return Objects.requireNonNull(
                settings.topicNames().get(mapping.topic()), () -> "no name for " + mapping.topic());
    }

    private void assign(Consumer<byte[], byte[]> current, Collection<TopicPartition> added)
            throws UnavailableException {
        Set<String> topics = new HashSet<>();
        added.forEach(partition -> topics.add(partition.topic()));
        Map<String, String> ids = dependencies.topicIds().resolve(topics);
        Map<TopicPartition, OffsetAndMetadata> committed;
        try {
            committed = current.committed(new HashSet<>(added));
        } catch (org.apache.kafka.common.errors.TimeoutException e) {
            throw new UnavailableException(
                    UnavailableException.Part.KAFKA, "committed offsets cannot be read: " + e.getMessage(), e);
        }
        for (TopicPartition partition : added) {
            String topicId = Objects.requireNonNull(ids.get(partition.topic()), partition.topic());
            buffers.put(partition, buffer(current, partition, topicId, committed.get(partition)));
        }
    }

    private PartitionBuffer buffer(
            Consumer<byte[], byte[]> current,
            TopicPartition partition,
            String topicId,
            @Nullable OffsetAndMetadata committed) {
        TableMapping<?> mapping = Objects.requireNonNull(mappings.get(partition.topic()), partition.topic());
        // Nothing is read before it is decided where to begin.
        current.seek(partition, committed == null ? 0 : committed.offset());
        current.pause(Set.of(partition));
        return PartitionBuffer.of(partition, topicId, mapping, settings.limits(), budget(), committed);
    }

    private void startBuffers(Consumer<byte[], byte[]> current) throws UnavailableException {
        long startedAt = now();
        for (PartitionBuffer buffer : List.copyOf(buffers.values())) {
            // The rest comes in the next step: the group must hear of this member.
            if (!buffer.isStartChecked()
                    && now() - startedAt <= settings.maxPollInterval().toNanos() / 3) {
                start(current, buffer);
            }
        }
    }

    /** Holds log, table and ledger against each other, notes what is lost, and begins where nothing is left out. */
    private void start(Consumer<byte[], byte[]> current, PartitionBuffer buffer) throws UnavailableException {
        if (!tablesThere) {
            dependencies.writer().requireTables();
            tablesThere = true;
        }
        TopicPartition partition = buffer.partition();
        String table = buffer.mapping().table();
        TablePosition stands = dependencies.writer().position(table, buffer.topicId(), partition.partition());
        long begin = bound(current.beginningOffsets(Set.of(partition)), partition);
        long end = bound(current.endOffsets(Set.of(partition)), partition);
        if (buffer.mapping().additive() && stands.end() > end) {
            throw new UnavailableException(
                    UnavailableException.Part.KAFKA,
                    partition + " ends at offset " + end + ", but " + table + " holds it up to " + (stands.end() - 1)
                            + ". If this stays, the log has lost records that were committed");
        }
        OffsetAndMetadata committed = buffer.committed();
        Ledger ledger = committed == null ? null : Ledger.read(committed);
        StartPlan plan =
                StartPlan.of(ledger, begin, stands.end(), buffer.mapping().additive());
        OffsetRange lost = plan.lost();
        if (lost != null) {
            String reason = "the log begins at %d, the table ends at %d, %s"
                    .formatted(
                            begin,
                            stands.end(),
                            ledger == null
                                    ? "the group has committed nothing"
                                    : "the group has committed " + ledger.offset());
            dependencies.writer().noteLost(table, new RowSource(partition, buffer.topicId(), lost), reason);
            log.error(
                    "records are lost, or were deleted before this sink was set up: partition={} from={} to={} table={}"
                            + " reason={}",
                    partition,
                    lost.from(),
                    lost.to() - 1,
                    table,
                    reason);
        }
        buffer.reportLost(
                LostRanges.offsets(dependencies.writer().lostRanges(table, buffer.topicId(), partition.partition())),
                metrics);
        checkApplications(buffer, plan.verifyTo());
        if (plan.replay() != null) {
            log.info(
                    "taking over an unfinished batch: partition={} from={} to={}",
                    partition,
                    plan.replay().from(),
                    plan.replay().to());
            metrics.replayed();
        }
        if (plan.verifyTo() > 0) {
            log.warn(
                    "looking up which rows stand: partition={} from={} to={} table={}",
                    partition,
                    plan.position(),
                    plan.verifyTo(),
                    table);
        }
        current.seek(partition, plan.position());
        buffer.start(plan, ledger, stands.end());
    }

    private static long bound(Map<TopicPartition, Long> offsets, TopicPartition partition) {
        return Objects.requireNonNull(offsets.get(partition), partition::toString);
    }

    private void checkApplications(PartitionBuffer buffer, long historyTo) throws UnavailableException {
        if (buffer.mapping().topic() == Topic.USAGE_JOURNAL) {
            buffer.checkApplications(new ApplicationCheck(
                    buffer.partition(),
                    dependencies.writer().applications(buffer.topicId()),
                    settings.applications(),
                    historyTo));
        }
    }

    // ---------------------------------------------------------------- counting

    /**
     * Counts what stands, between two batches: then the number of rows is known to the last one. Costs one question to
     * a projection; only where it differs the rows themselves are read.
     */
    private void countRows(Consumer<byte[], byte[]> current) throws UnavailableException {
        long startedAt = now();
        for (PartitionBuffer buffer : buffers.values()) {
            buffer.endVerification();
            if (buffer.mapping().additive()
                    && buffer.isSettled()
                    && buffer.isCountDue(now(), settings.checkInterval().toNanos())
                    && now() - startedAt <= settings.maxPollInterval().toNanos() / 3) {
                countRows(current, buffer);
            }
        }
    }

    private void countRows(Consumer<byte[], byte[]> current, PartitionBuffer buffer) throws UnavailableException {
        String table = buffer.mapping().table();
        int partition = buffer.partition().partition();
        TablePosition stands = dependencies.writer().position(table, buffer.topicId(), partition);
        if (buffer.rows() == Ledger.UNKNOWN || buffer.rows() == stands.rows()) {
            buffer.expect(stands.rows(), stands.end());
            buffer.reportHoles(0, 0, metrics);
            buffer.counted(now());
            return;
        }
        long positions = dependencies.writer().storedPositions(table, buffer.topicId(), partition);
        long doubled = stands.rows() - positions;
        long missing = Math.max(0, buffer.rows() - positions);
        boolean beyond = buffer.isBeyondTheLog(missing);
        if (doubled > 0) {
            log.error(
                    "rows stand twice: partition={} table={} rows={}; tollgate reconcile names them",
                    buffer.partition(),
                    table,
                    doubled);
        }
        if (missing == 0) {
            // Somebody has brought back what was missing when this was counted first.
            buffer.expect(positions, stands.end());
        } else if (beyond) {
            log.error(
                    "rows are gone that the log no longer has, or were dropped on purpose: partition={} table={}"
                            + " rows={}",
                    buffer.partition(),
                    table,
                    missing);
            buffer.reportLost(buffer.lostOffsets() + missing, metrics);
            buffer.expect(positions, stands.end());
        } else {
            long begin = bound(current.beginningOffsets(Set.of(buffer.partition())), buffer.partition());
            log.error(
                    "rows are missing and are read again: partition={} table={} rows={} from={} to={}",
                    buffer.partition(),
                    table,
                    missing,
                    begin,
                    Math.max(stands.end(), buffer.stored()));
            current.seek(buffer.partition(), begin);
            buffer.readAgain(begin, stands.end(), missing);
            checkApplications(buffer, buffer.verifyTo());
        }
        buffer.reportHoles(beyond ? 0 : missing, doubled, metrics);
        buffer.counted(now());
    }

    // ---------------------------------------------------------------- ownership

    private InsertBudget budget() {
        return new InsertBudget(
                settings.maxInserts(), settings.maxInsertsWithin().toNanos());
    }

    private void releaseBuffers(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            PartitionBuffer buffer = buffers.remove(partition);
            if (buffer != null) {
                buffer.reportHoles(0, 0, metrics);
                buffer.reportLost(0, metrics);
            }
        }
    }

    private final class Rebalancing implements ConsumerRebalanceListener {
        private final Consumer<byte[], byte[]> current;

        Rebalancing(Consumer<byte[], byte[]> current) {
            this.current = current;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> added) {
            if (added.isEmpty()) {
                return;
            }
            try {
                assign(current, added);
                log.info("partitions taken: {}", added);
            } catch (UnavailableException e) {
                // Without a place to start from nothing may be read: the step begins again with a new consumer.
                placementFailure = e;
                current.seekToBeginning(added);
                current.pause(added);
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> removed) {
            if (!removed.isEmpty()) {
                log.info("partitions given up: {}", removed);
                releaseBuffers(removed);
            }
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> removed) {
            onPartitionsRevoked(removed);
        }
    }
}
