package dev.tollgate.sink.internal.loop;

import dev.tollgate.schemas.retry.Backoff;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.sink.internal.application.ApplicationRules;
import dev.tollgate.sink.internal.clickhouse.ClickHouseWriter;
import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.internal.insert.BatchEncoder;
import dev.tollgate.sink.internal.insert.InsertBudget;
import dev.tollgate.sink.internal.table.TableMapping;
import dev.tollgate.sink.internal.table.TableMappings;
import dev.tollgate.sink.status.SinkException;
import dev.tollgate.sink.status.SinkMetrics;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
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
 * One thread of the sink: one consumer, one connection to ClickHouse. A step polls, puts the records into the buffers
 * of their partitions ({@link PartitionAssignments}), holds tables against the log where it is time
 * ({@link TableAudit}) and has due batches written ({@link BatchCommitter}). This class alone makes, polls, pauses and
 * closes the consumer; it inserts no rows and commits no offsets.
 *
 * <p>While ClickHouse does not answer, the thread reads nothing more but keeps polling with its partitions paused, so
 * that it stays in the group. A step is short against {@code max.poll.interval}: work that takes longer goes on in the
 * next step.
 */
public final class SinkWorker implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(SinkWorker.class);

    private static final Duration POLL = Duration.ofMillis(100);

    private final Settings settings;
    private final Dependencies dependencies;
    private final SinkMetrics metrics;
    private final PartitionAssignments assignments;
    private final TableAudit audit;
    private final BatchCommitter committer;
    private final RetryPause pause;
    private final SinkMetrics.OldestRecord oldestRecord;

    private volatile boolean stopping;
    private volatile boolean member;
    private @Nullable Consumer<byte[], byte[]> consumer;
    private @Nullable KafkaClientMetrics consumerMeters;
    private long reportedLag;

    /**
     * @param bufferMaxBytes of all buffers together
     * @param maxInserts of one partition within {@code maxInsertsWithin}
     * @param maxInsertsWithin how long an insert may still arrive after its intent
     * @param maxPollInterval the consumer's
     * @param checkInterval how often the rows of an additive table are counted
     * @param applications whose records of the journal are written
     */
    public record Settings(
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
     * @param random by which waits differ from those of other threads
     */
    public record Dependencies(
            Supplier<Consumer<byte[], byte[]>> consumers,
            TopicIds topicIds,
            ClickHouseWriter writer,
            Map<Topic, BatchEncoder<?>> encoders,
            LongSupplier nanoTime,
            RandomGenerator random) {}

    public SinkWorker(Settings settings, Dependencies dependencies, SinkMetrics metrics) {
        this.settings = settings;
        this.dependencies = dependencies;
        this.metrics = metrics;
        this.oldestRecord = metrics.newOldestRecord();
        this.assignments = new PartitionAssignments(
                mappings(settings.topicNames()),
                dependencies.topicIds(),
                settings.limits(),
                () -> new InsertBudget(
                        settings.maxInserts(), settings.maxInsertsWithin().toNanos()),
                metrics);
        this.audit = new TableAudit(dependencies.writer(), settings.applications(), dependencies.nanoTime(), metrics);
        this.committer = new BatchCommitter(
                dependencies.writer(),
                dependencies.encoders(),
                settings.maxPollInterval(),
                dependencies.nanoTime(),
                metrics);
        this.pause = new RetryPause(
                new Backoff(settings.retryMinDelay(), settings.retryMaxDelay(), dependencies.random()),
                dependencies.nanoTime(),
                metrics);
    }

    private static Map<String, TableMapping<?>> mappings(Map<Topic, String> topicNames) {
        Map<String, TableMapping<?>> mappings = new HashMap<>();
        for (TableMapping<?> mapping : TableMappings.ALL) {
            String name = topicNames.get(mapping.topic());
            mappings.put(Objects.requireNonNull(name, () -> "no name for " + mapping.topic()), mapping);
        }
        return mappings;
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
            assignments.releaseAll();
            pause.end();
            closeConsumer();
            reportLag(0);
            dependencies.writer().close();
        }
    }

    /**
     * Makes {@link #run} return after the step that it is in. What is not written then is written after the next start.
     */
    public void stop() {
        stopping = true;
    }

    /** Whether it belongs to the sink's group, with or without partitions: Kafka answers, and it may read. */
    public boolean isMember() {
        return member;
    }

    /** One round: read what may be read, write what is due. */
    public void step() {
        if (consumer == null && pause.isOn()) {
            sleep(pause.left(POLL));
            return;
        }
        try {
            Consumer<byte[], byte[]> current = consumer();
            boolean held = pause.isOn();
            if (!held) {
                start(current);
            }
            applyBackpressure(current, held);
            buffer(current, current.poll(held ? pause.left(POLL) : POLL));
            member = current.groupMetadata().generationId() >= 0;
            reportLag(lag(current));
            UnavailableException failure = assignments.takeFailure();
            if (failure != null) {
                closeConsumer();
                throw failure;
            }
            if (pause.isOn()) {
                return;
            }
            count(current);
            write(current);
            pause.end();
        } catch (UnavailableException e) {
            pause.begin(e);
        } catch (RebalanceInProgressException | CommitFailedException e) {
            // The next poll finishes the rebalance and drops the buffers that went to somebody else; the others go on
            // as they are.
            log.debug("a commit met a rebalance: {}", e.getMessage());
        } catch (OffsetOutOfRangeException e) {
            beginAnew(e);
        } catch (ConfigException e) {
            throw new SinkException("Kafka rejects the configuration: " + e.getMessage(), e);
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            // Begin again with a new consumer: everything that matters is in the committed offsets.
            closeConsumer();
            pause.begin(new UnavailableException(UnavailableException.Part.KAFKA, String.valueOf(e.getMessage()), e));
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
            if (positions.entrySet().stream()
                    .anyMatch(entry -> entry.getValue() >= Objects.requireNonNull(begins.get(entry.getKey())))) {
                throw new SinkException(
                        "the log ends before what is to be written next: " + positions
                                + " (partition and offset). It has lost records that were committed; after settling"
                                + " what is lost, move the group's offsets into the log",
                        e);
            }
            assignments.release(positions.keySet());
            assignments.assign(current, positions.keySet());
        } catch (UnavailableException failure) {
            closeConsumer();
            pause.begin(failure);
        } catch (org.apache.kafka.common.errors.TimeoutException failure) {
            closeConsumer();
            pause.begin(new UnavailableException(
                    UnavailableException.Part.KAFKA, String.valueOf(failure.getMessage()), failure));
        }
    }

    // ---------------------------------------------------------------- the consumer

    private Consumer<byte[], byte[]> consumer() {
        Consumer<byte[], byte[]> current = consumer;
        if (current == null) {
            current = dependencies.consumers().get();
            consumer = current;
            KafkaClientMetrics meters = new KafkaClientMetrics(current);
            consumerMeters = meters;
            meters.bindTo(metrics.registry());
            assignments.subscribe(current);
        }
        return current;
    }

    private void closeConsumer() {
        assignments.releaseAll();
        member = false;
        Consumer<byte[], byte[]> current = consumer;
        consumer = null;
        KafkaClientMetrics meters = consumerMeters;
        consumerMeters = null;
        if (meters != null) {
            meters.close();
        }
        if (current != null) {
            try {
                current.close();
            } catch (KafkaException e) {
                log.debug("consumer did not close cleanly", e);
            }
        }
    }

    /** Only while there is no consumer, and so no membership to keep alive. */
    private static void sleep(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    // ---------------------------------------------------------------- reading

    private void applyBackpressure(Consumer<byte[], byte[]> current, boolean held) {
        Set<TopicPartition> full = new HashSet<>();
        Set<TopicPartition> open = new HashSet<>();
        for (PartitionBuffer buffer : assignments.buffers()) {
            (held || !buffer.isStartChecked() || buffer.isFull() ? full : open).add(buffer.partition());
        }
        current.pause(full);
        current.resume(open);
    }

    private void buffer(Consumer<byte[], byte[]> current, ConsumerRecords<byte[], byte[]> records) {
        for (TopicPartition partition : records.partitions()) {
            PartitionBuffer buffer = assignments.buffer(partition);
            buffer.add(wanted(buffer, records.records(partition)), now());
        }
        for (PartitionBuffer buffer : assignments.buffers()) {
            if (buffer.isStartChecked()) {
                buffer.readTo(current.position(buffer.partition()));
            }
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
        for (PartitionBuffer buffer : assignments.buffers()) {
            OptionalLong unread = current.currentLag(buffer.partition());
            lag += unread.orElse(0) + buffer.backlogRows();
        }
        return lag;
    }

    private void reportLag(long lag) {
        metrics.addLag(lag - reportedLag);
        reportedLag = lag;
        oldestRecord.set(assignments.buffers().stream()
                .flatMapToLong(buffer -> buffer.oldestAppendedAtMillis().stream())
                .min()
                .orElse(SinkMetrics.OldestRecord.NONE));
    }

    // ---------------------------------------------------------------- auditing and writing

    private void start(Consumer<byte[], byte[]> current) throws UnavailableException {
        long startedAt = now();
        for (PartitionBuffer buffer : List.copyOf(assignments.buffers())) {
            if (!buffer.isStartChecked() && isWithinStep(startedAt)) {
                audit.start(current, buffer);
            }
        }
    }

    private void count(Consumer<byte[], byte[]> current) throws UnavailableException {
        long startedAt = now();
        for (PartitionBuffer buffer : assignments.buffers()) {
            buffer.endVerification();
            if (buffer.mapping().additive()
                    && buffer.isSettled()
                    && buffer.isCountDue(now(), settings.checkInterval().toNanos())
                    && isWithinStep(startedAt)) {
                audit.count(current, buffer);
            }
        }
    }

    private void write(Consumer<byte[], byte[]> current) throws UnavailableException {
        boolean full = assignments.buffers().stream()
                        .mapToLong(PartitionBuffer::backlogBytes)
                        .sum()
                >= settings.bufferMaxBytes();
        List<PartitionBuffer> due = new ArrayList<>();
        for (PartitionBuffer buffer : assignments.buffers()) {
            if (buffer.isDue(now()) || (full && buffer.canBeWritten())) {
                due.add(buffer);
            }
        }
        if (due.isEmpty()) {
            committer.commitIdle(current, assignments.buffers());
        } else {
            committer.write(current, due);
        }
    }

    /**
     * Whether there is time in this step for one more; the rest comes in the next: the group must hear of the thread.
     */
    private boolean isWithinStep(long startedAtNanos) {
        return now() - startedAtNanos <= settings.maxPollInterval().toNanos() / 3;
    }

    private long now() {
        return dependencies.nanoTime().getAsLong();
    }
}
