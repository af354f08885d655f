package dev.tollgate.schemas.follow;

import dev.tollgate.schemas.registry.RegistryUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads topics from their beginning and goes on reading, on a thread of its own. Whatever goes wrong, it begins anew.
 *
 * <p>Assigns all partitions to itself: there is no group, nothing is committed, and each process reads everything.
 *
 * <p>An empty poll says nothing about Kafka being there. So the ends of the partitions are asked for once a second:
 * when they answer and everything up to them has been read, the follower is level with Kafka.
 */
public final class TopicFollower implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TopicFollower.class);

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration ASK = Duration.ofSeconds(5);
    private static final long LEVEL_INTERVAL_MILLIS = 1_000;
    private static final long BACKOFF_MILLIS = 500;
    private static final long LOG_INTERVAL_MILLIS = 60_000;
    private static final long CLOSE_MILLIS = 5_000;
    private static final Duration CLOSE_CONSUMER = Duration.ofMillis(200);

    private final String name;
    private final Map<String, Object> properties;
    private final List<String> topics;
    private final RecordHandler handler;
    private final LongSupplier clock;
    private final CountDownLatch read = new CountDownLatch(1);
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    private volatile boolean ready;
    private volatile long levelAtMillis;
    private final Map<String, Long> loggedAtMillis = new HashMap<>();

    /**
     * A follower that has not started.
     *
     * @param name of the Kafka client unless the properties name it, and of the thread: {@code tollgate-gate}
     * @param client properties of Kafka's clients, by Kafka's names
     * @param readUncommitted whether records are read before their transaction commits
     * @param topics in the order in which they are asked for
     * @param handler takes the records
     * @param clock milliseconds since the epoch
     */
    public TopicFollower(
            String name,
            Map<String, Object> client,
            boolean readUncommitted,
            List<String> topics,
            RecordHandler handler,
            LongSupplier clock) {
        this.name = name;
        this.properties = properties(name, client, readUncommitted);
        this.topics = List.copyOf(topics);
        this.handler = handler;
        this.clock = clock;
        this.levelAtMillis = clock.getAsLong();
        this.thread = new Thread(this::run, name + "-feed");
        this.thread.setDaemon(true);
    }

    private static Map<String, Object> properties(String name, Map<String, Object> client, boolean readUncommitted) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, name);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
        properties.putAll(client);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, readUncommitted ? "read_uncommitted" : "read_committed");
        return properties;
    }

    /** Begins to read; without effect on one that has begun. */
    public void start() {
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        }
    }

    /**
     * Waits until everything has been read that the topics held at the start.
     *
     * @return whether it has been read
     */
    public boolean awaitRead(Duration timeout) throws InterruptedException {
        return read.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether everything has been read once that the topics held at the start. */
    public boolean isRead() {
        return ready;
    }

    /** How long ago it was last level with Kafka, or made, in milliseconds. */
    public long ageMillis(long nowMillis) {
        return Math.max(0, nowMillis - levelAtMillis);
    }

    /** Stops reading and waits for it, for 5 s at most. */
    @Override
    public void close() {
        stop.countDown();
        Consumer<byte[], byte[]> current = consumer;
        if (current != null) {
            current.wakeup();
        }
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isStopped() {
        return stop.getCount() == 0;
    }

    private void run() {
        while (!isStopped()) {
            Consumer<byte[], byte[]> opened = null;
            try {
                opened = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
                consumer = opened;
                follow(opened);
            } catch (WakeupException e) {
                log.debug("{} is woken up", name);
            } catch (RuntimeException e) {
                handler.failed();
                warn("feed", name + " lost Kafka and tries again; it goes on with what it knows", e);
                pause();
            } finally {
                consumer = null;
                closeQuickly(opened);
            }
        }
    }

    /** Left to itself, a consumer takes half a minute to say goodbye to a broker that is gone. */
    private static void closeQuickly(@Nullable Consumer<byte[], byte[]> consumer) {
        if (consumer != null) {
            try {
                consumer.close(CloseOptions.timeout(CLOSE_CONSUMER));
            } catch (RuntimeException e) {
                log.debug("consumer did not close cleanly", e);
            }
        }
    }

    private void follow(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = partitionsOf(consumer);
        if (partitions.isEmpty()) {
            return;
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, ASK);
        handler.begin();
        long askAgainAt = clock.getAsLong() + LEVEL_INTERVAL_MILLIS;
        long askedAt = clock.getAsLong();
        boolean level = false;
        while (!isStopped()) {
            apply(consumer, consumer.poll(POLL));
            if (!level && hasRead(consumer, ends)) {
                level = true;
                levelAtMillis = askedAt;
                handler.level();
                if (!ready) {
                    ready = true;
                    read.countDown();
                    log.info("{} has read everything: topics={}", name, topics);
                }
            }
            long now = clock.getAsLong();
            if (level && now >= askAgainAt) {
                askedAt = now;
                ends = consumer.endOffsets(partitions, ASK);
                level = false;
                askAgainAt = clock.getAsLong() + LEVEL_INTERVAL_MILLIS;
            }
        }
    }

    private List<TopicPartition> partitionsOf(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : topics) {
            List<PartitionInfo> known = consumer.partitionsFor(topic, ASK);
            if (known == null || known.isEmpty()) {
                handler.failed();
                warn("missing " + topic, name + " waits for the topic " + topic + ", which does not exist yet", null);
                pause();
                return List.of();
            }
            known.forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
        }
        return partitions;
    }

    private static boolean hasRead(Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey(), ASK) >= end.getValue());
    }

    private void apply(Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> records) {
        for (TopicPartition partition : records.partitions()) {
            for (ConsumerRecord<byte[], byte[]> polled : records.records(partition)) {
                try {
                    handler.accept(polled);
                } catch (RegistryUnavailableException e) {
                    // It says nothing about the record: come back to it.
                    handler.failed();
                    warn("registry", name + " has no answer of the registry; it goes on with what it knows", e);
                    consumer.seek(partition, polled.offset());
                    pause();
                    break;
                }
            }
        }
    }

    private void pause() {
        try {
            boolean stopped = stop.await(BACKOFF_MILLIS, TimeUnit.MILLISECONDS);
            log.trace("{} goes on: stopped={}", name, stopped);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop.countDown();
        }
    }

    /** Logs, once a minute for each reason. Of the handler's thread alone. */
    public void warn(String reason, String message, @Nullable Exception e) {
        long now = clock.getAsLong();
        Long last = loggedAtMillis.get(reason);
        if (last == null || now - last >= LOG_INTERVAL_MILLIS) {
            loggedAtMillis.put(reason, now);
            log.warn(message, e);
        }
    }
}
