package dev.tollgate.gate.internal.feed;

import dev.tollgate.gate.GateConfig;
import dev.tollgate.gate.internal.account.AccountRegistry;
import dev.tollgate.gate.internal.account.IntakeCounts;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.registry.RegistryUnavailableException;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.topic.LimitStateKey;
import java.nio.charset.StandardCharsets;
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
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the {@link AccountRegistry} current from {@code limit-state} and {@code plan-catalog}, on a thread of its own.
 *
 * <p>Assigns all partitions to itself and reads them from the beginning: there is no group, nothing is committed, and
 * each gate reads everything. Snapshots are read before their transaction commits; should it abort, the same decisions
 * come again, and versions tell which snapshot is the newest.
 *
 * <p>An empty poll says nothing about Kafka being there. So the ends of the partitions are asked for once a second:
 * when they answer and everything up to them has been read, the gate is level with Kafka.
 */
public final class Feed implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Feed.class);

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration ASK = Duration.ofSeconds(5);
    private static final long LEVEL_INTERVAL_MILLIS = 1_000;
    private static final long BACKOFF_MILLIS = 500;
    private static final long LOG_INTERVAL_MILLIS = 60_000;
    private static final long CLOSE_MILLIS = 5_000;
    private static final Duration CLOSE_CONSUMER = Duration.ofMillis(200);

    private final GateConfig config;
    private final AccountRegistry accounts;
    private final IntakeCounts counts;
    private final LongSupplier clock;
    private final AvroDeserializer<LimitState> snapshots;
    private final AvroDeserializer<Plan> plans;
    private final CountDownLatch read = new CountDownLatch(1);
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    private volatile boolean ready;
    private volatile long levelAtMillis;
    private final Map<String, Long> loggedAtMillis = new HashMap<>();

    public Feed(GateConfig config, AccountRegistry accounts, IntakeCounts counts, LongSupplier clock) {
        this.config = config;
        this.accounts = accounts;
        this.counts = counts;
        this.clock = clock;
        SchemaRegistryClient registry = new SchemaRegistryClient(config.registry());
        this.snapshots = new AvroDeserializer<>(LimitState.class, registry);
        this.plans = new AvroDeserializer<>(Plan.class, registry);
        this.levelAtMillis = clock.getAsLong();
        this.thread = new Thread(this::run, "tollgate-gate-feed");
        this.thread.setDaemon(true);
    }

    public boolean start(Duration timeout) throws InterruptedException {
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        }
        return read.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    public boolean isReady() {
        return ready;
    }

    public long ageMillis(long nowMillis) {
        return Math.max(0, nowMillis - levelAtMillis);
    }

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

    /** Whatever goes wrong, the gate keeps deciding from memory and the feed begins anew. */
    private void run() {
        while (!isStopped()) {
            Consumer<byte[], byte[]> opened = null;
            try {
                opened = open();
                consumer = opened;
                follow(opened);
            } catch (WakeupException e) {
                log.debug("feed is woken up");
            } catch (RuntimeException e) {
                counts.feedFailures.increment();
                warn("feed", "the gate lost Kafka and tries again; it goes on with what it knows", e);
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

    private Consumer<byte[], byte[]> open() {
        Map<String, Object> properties = new HashMap<>();
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "tollgate-gate");
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
        properties.putAll(config.cluster().clients());
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                config.readUncommitted() ? "read_uncommitted" : "read_committed");
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private void follow(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = partitionsOf(consumer);
        if (partitions.isEmpty()) {
            return;
        }
        consumer.assign(partitions);
        // Plans come first where both are read at once: without them, snapshots say little about costs.
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, ASK);
        long askAgainAt = clock.getAsLong() + LEVEL_INTERVAL_MILLIS;
        long askedAt = clock.getAsLong();
        boolean level = false;
        while (!isStopped()) {
            apply(consumer, consumer.poll(POLL));
            if (!level && hasRead(consumer, ends)) {
                level = true;
                levelAtMillis = askedAt;
                if (!ready) {
                    ready = true;
                    read.countDown();
                    log.info("gate is ready: accounts={}", accounts.size());
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
        for (String topic : List.of(config.planCatalogTopic(), config.limitStateTopic())) {
            List<PartitionInfo> known = consumer.partitionsFor(topic, ASK);
            if (known == null || known.isEmpty()) {
                counts.feedFailures.increment();
                warn("missing " + topic, "topic " + topic + " does not exist yet; waiting for it", null);
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
                    apply(polled);
                } catch (RegistryUnavailableException e) {
                    // It says nothing about the record: come back to it.
                    counts.feedFailures.increment();
                    warn("registry", "the schema registry does not answer; the gate goes on with what it knows", e);
                    consumer.seek(partition, polled.offset());
                    pause();
                    break;
                }
            }
        }
    }

    private void apply(ConsumerRecord<byte[], byte[]> polled) {
        try {
            boolean isPlan = polled.topic().equals(config.planCatalogTopic());
            if (polled.value() == null) {
                forget(polled.key(), isPlan);
            } else if (isPlan) {
                Plan plan = plans.deserialize(polled.topic(), polled.value());
                if (plan != null) {
                    accounts.apply(plan);
                }
            } else {
                LimitState state = snapshots.deserialize(polled.topic(), polled.value());
                if (state != null) {
                    accounts.apply(state);
                }
            }
        } catch (RegistryUnavailableException e) {
            throw e;
        } catch (SerializationException | IllegalArgumentException e) {
            counts.malformed.increment();
            warn(
                    "malformed",
                    "a record is skipped: topic=" + polled.topic() + " partition=" + polled.partition() + " offset="
                            + polled.offset(),
                    e);
        }
    }

    private void forget(byte @Nullable [] key, boolean isPlan) {
        if (key != null) {
            String id = new String(key, StandardCharsets.UTF_8);
            if (isPlan) {
                accounts.forgetPlan(id);
            } else {
                accounts.forget(LimitStateKey.parse(id));
            }
        }
    }

    private void pause() {
        try {
            boolean stopped = stop.await(BACKOFF_MILLIS, TimeUnit.MILLISECONDS);
            log.trace("feed goes on: stopped={}", stopped);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop.countDown();
        }
    }

    /** Once a minute for each reason. */
    private void warn(String reason, String message, @Nullable Exception e) {
        long now = clock.getAsLong();
        Long last = loggedAtMillis.get(reason);
        if (last == null || now - last >= LOG_INTERVAL_MILLIS) {
            loggedAtMillis.put(reason, now);
            log.warn(message, e);
        }
    }
}
