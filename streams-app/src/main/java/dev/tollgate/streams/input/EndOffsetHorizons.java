package dev.tollgate.streams.input;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Horizons by the ends of the input partitions, asked on a thread of its own, and only while a task wants to know.
 *
 * <p>A question begun at the wall-clock time W returns ends E. Whatever is appended later has an append time above W
 * less the margin, as long as no clock of a broker is behind the instance's by more. So once a task has processed up to
 * E, it has processed everything up to W less the margin. The ends are those of uncommitted records, since an open
 * transaction may commit what has an early append time.
 *
 * <p>The end of a partition can lie beyond its last record: marks of transactions stand there, and records of aborted
 * ones. Where a task has not moved since the last question, the gap is read by committed records alone, and is none if
 * it holds none.
 */
public final class EndOffsetHorizons implements InputHorizon.Provider, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EndOffsetHorizons.class);
    private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final long LONGEST_PAUSE_MILLIS = 5_000;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final Map<String, Object> clientProperties;
    private final String group;
    private final String requestTopic;
    private final String commandTopic;
    private final long marginMillis;
    private final long intervalMillis;
    private final LongSupplier clock;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<Horizon> wanting = new HashSet<>();
    private boolean closed;

    /**
     * Horizons whose thread has not started.
     *
     * @param clientProperties Kafka client settings, at least {@code bootstrap.servers}
     * @param group the group whose committed offsets say where a task begins
     * @param margin by how much the clock of an instance may be ahead of a broker's
     * @param interval least time between two questions
     * @param clock wall-clock time, milliseconds since the epoch
     */
    public EndOffsetHorizons(
            Map<String, ?> clientProperties,
            String group,
            String requestTopic,
            String commandTopic,
            Duration margin,
            Duration interval,
            LongSupplier clock) {
        this.clientProperties = new HashMap<>(clientProperties);
        this.group = group;
        this.requestTopic = requestTopic;
        this.commandTopic = commandTopic;
        this.marginMillis = margin.toMillis();
        this.intervalMillis = interval.toMillis();
        this.clock = clock;
        this.thread = new Thread(this::run, "input-horizons");
        thread.setDaemon(true);
    }

    /** Begins to answer. */
    public void start() {
        thread.start();
    }

    @Override
    public InputHorizon of(int partition) {
        return new Horizon(new TopicPartition(requestTopic, partition), new TopicPartition(commandTopic, partition));
    }

    /** Stops; horizons stay where they are. Closing twice does nothing. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(CLOSE_TIMEOUT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long pauseMillis = intervalMillis;
        Consumer<byte[], byte[]> ends = null;
        Consumer<byte[], byte[]> records = null;
        try {
            for (List<Horizon> asked = next(0); asked != null; asked = next(pauseMillis)) {
                try {
                    if (ends == null) {
                        ends = consumer("read_uncommitted");
                    }
                    if (records == null) {
                        records = consumer("read_committed");
                    }
                    answer(asked, ends, records);
                    pauseMillis = intervalMillis;
                } catch (RuntimeException e) {
                    // Whatever it is: without an answer nothing wrong is said, only later.
                    LOG.warn("the ends of the input topics cannot be asked now; trying again", e);
                    pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * Math.max(pauseMillis, 50));
                }
            }
        } finally {
            close(ends);
            close(records);
        }
    }

    private static void close(@Nullable Consumer<byte[], byte[]> consumer) {
        if (consumer != null) {
            consumer.close();
        }
    }

    /** Waits for a pause and then for somebody who wants to know; null when closed. */
    private @Nullable List<Horizon> next(long pauseMillis) {
        long rest = TimeUnit.MILLISECONDS.toNanos(pauseMillis);
        lock.lock();
        try {
            while (!closed && rest > 0) {
                rest = changed.awaitNanos(rest);
            }
            while (!closed && wanting.isEmpty()) {
                changed.await();
            }
            return closed ? null : List.copyOf(wanting);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void answer(List<Horizon> asked, Consumer<byte[], byte[]> ends, Consumer<byte[], byte[]> records) {
        long askedAtMillis = clock.getAsLong();
        Set<TopicPartition> partitions = new HashSet<>();
        for (Horizon horizon : asked) {
            partitions.add(horizon.requests.partition);
            partitions.add(horizon.commands.partition);
        }
        Map<TopicPartition, Long> found = ends.endOffsets(partitions, QUERY_TIMEOUT);
        for (Horizon horizon : asked) {
            long requestEnd = neededOf(horizon.requests, found, records);
            long commandEnd = neededOf(horizon.commands, found, records);
            lock.lock();
            try {
                horizon.neededRequests = requestEnd;
                horizon.neededCommands = commandEnd;
                horizon.pendingMillis = askedAtMillis - marginMillis - 1;
                wanting.remove(horizon);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Up to where a task has to come: the end, or where it stands if there is nothing between. */
    private long neededOf(Side side, Map<TopicPartition, Long> ends, Consumer<byte[], byte[]> records) {
        Long end = ends.get(side.partition);
        if (end == null) {
            throw new KafkaException("the brokers did not give the end of " + side.partition);
        }
        long reported = reportedBy(side);
        long from = reported;
        if (reported == InputHorizon.UNKNOWN_OFFSET) {
            OffsetAndMetadata committed =
                    records.committed(Set.of(side.partition), QUERY_TIMEOUT).get(side.partition);
            from = committed == null ? 0 : committed.offset();
        }
        if (from >= end) {
            return reported;
        }
        boolean moved = reported != side.lastReported;
        side.lastReported = reported;
        if (moved && reported != InputHorizon.UNKNOWN_OFFSET) {
            return end;
        }
        return isEmptyBetween(side.partition, from, end, records) ? reported : end;
    }

    private long reportedBy(Side side) {
        lock.lock();
        try {
            return side.reported;
        } finally {
            lock.unlock();
        }
    }

    private boolean isEmptyBetween(TopicPartition partition, long from, long end, Consumer<byte[], byte[]> records) {
        records.assign(List.of(partition));
        records.seek(partition, from);
        long deadline = System.nanoTime() + QUERY_TIMEOUT.toNanos();
        while (records.position(partition, QUERY_TIMEOUT) < end) {
            if (!records.poll(POLL).isEmpty() || System.nanoTime() > deadline) {
                return false;
            }
        }
        return true;
    }

    private Consumer<byte[], byte[]> consumer(String isolation) {
        Map<String, Object> config = new HashMap<>(clientProperties);
        // For its committed offsets alone: it never subscribes and never commits.
        config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static final class Side {
        private final TopicPartition partition;
        private long reported = InputHorizon.UNKNOWN_OFFSET;
        /** Of the thread alone. */
        private long lastReported = InputHorizon.UNKNOWN_OFFSET;

        Side(TopicPartition partition) {
            this.partition = partition;
        }
    }

    private final class Horizon implements InputHorizon {
        private final Side requests;
        private final Side commands;
        private long neededRequests;
        private long neededCommands;
        private long pendingMillis = Long.MIN_VALUE;
        private long knownMillis = Long.MIN_VALUE;

        Horizon(TopicPartition requests, TopicPartition commands) {
            this.requests = new Side(requests);
            this.commands = new Side(commands);
        }

        @Override
        public long readUpTo(long nextRequestOffset, long nextCommandOffset) {
            lock.lock();
            try {
                if (pendingMillis > knownMillis
                        && nextRequestOffset >= neededRequests
                        && nextCommandOffset >= neededCommands) {
                    knownMillis = pendingMillis;
                }
                // A task on its way to the ends is left to it; one that stands still may stand before marks of
                // transactions.
                boolean stands = requests.reported == nextRequestOffset && commands.reported == nextCommandOffset;
                if (pendingMillis <= knownMillis || stands) {
                    wanting.add(this);
                    changed.signalAll();
                }
                requests.reported = nextRequestOffset;
                commands.reported = nextCommandOffset;
                return knownMillis;
            } finally {
                lock.unlock();
            }
        }
    }
}
