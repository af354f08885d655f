package dev.tollgate.sink;

import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.sink.internal.clickhouse.ClickHouseWriter;
import dev.tollgate.sink.internal.clickhouse.JdbcClickHouseWriter;
import dev.tollgate.sink.internal.insert.BatchEncoder;
import dev.tollgate.sink.internal.loop.AdminTopicIds;
import dev.tollgate.sink.internal.loop.SinkWorker;
import dev.tollgate.sink.internal.table.TableMapping;
import dev.tollgate.sink.internal.table.TableMappings;
import dev.tollgate.sink.status.SinkException;
import dev.tollgate.sink.status.SinkMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what the accounting topology says into ClickHouse: each record once, in the face of crashes, lost answers,
 * rebalances and outages on either side. How is told in {@code SinkWorker}.
 *
 * <p>Waits, with its place in the consumer group, while Kafka, the registry or ClickHouse does not answer or ClickHouse
 * is not migrated yet. Stops with a {@link SinkException} where waiting cannot help: skipping a record would make the
 * books wrong without anybody knowing.
 *
 * <pre>{@code
 * try (Sink sink = new Sink(SinkConfig.from(values))) {
 *     sink.start();
 *     sink.awaitTermination();
 * }
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class Sink implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Sink.class);

    private final SinkConfig config;
    private final SinkMetrics metrics;
    private final List<SinkWorker> workers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch ended;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private @Nullable Admin admin;

    /** A sink whose metrics nobody else reads. */
    public Sink(SinkConfig config) {
        this(config, new SimpleMeterRegistry());
    }

    /** @param registry gets the sink's meters, and those of its consumers */
    public Sink(SinkConfig config, MeterRegistry registry) {
        this.config = config;
        this.metrics = new SinkMetrics(registry);
        this.ended = new CountDownLatch(config.threads());
    }

    /** The topics that a sink reads. */
    public static List<Topic> topics() {
        return TableMappings.ALL.stream().<Topic>map(TableMapping::topic).toList();
    }

    /**
     * Starts the threads and returns; what they wait for is told in the log.
     *
     * @throws IllegalStateException if it was started before
     */
    public synchronized void start() {
        if (admin != null) {
            throw new IllegalStateException("the sink was started before");
        }
        log.info("sink starts: {}", config);
        Admin shared = Admin.create(config.adminProperties());
        admin = shared;
        SchemaRegistryClient registry = new SchemaRegistryClient(config.registry());
        for (int i = 0; i < config.threads(); i++) {
            SinkWorker worker =
                    worker(config, i, shared, registry, new JdbcClickHouseWriter(config.clickHouse()), metrics);
            workers.add(worker);
            Thread thread = Thread.ofPlatform().name("tollgate-sink-" + i).unstarted(() -> run(worker));
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    static SinkWorker worker(
            SinkConfig config,
            int number,
            Admin admin,
            SchemaRegistryClient registry,
            ClickHouseWriter writer,
            SinkMetrics metrics) {
        Map<Topic, String> names = new EnumMap<>(Topic.class);
        Map<Topic, BatchEncoder<?>> encoders = new EnumMap<>(Topic.class);
        for (TableMapping<?> mapping : TableMappings.ALL) {
            names.put(mapping.topic(), config.topics().name(mapping.topic()));
            encoders.put(mapping.topic(), encoder(mapping, registry));
        }
        return new SinkWorker(
                new SinkWorker.Settings(
                        names,
                        config.batchLimits(),
                        config.bufferMaxBytes(),
                        config.maxInserts(),
                        config.insertsMayArriveWithin(),
                        config.retryMinDelay(),
                        config.retryMaxDelay(),
                        config.maxPollInterval(),
                        config.checkInterval(),
                        config.applications()),
                new SinkWorker.Dependencies(
                        () -> new KafkaConsumer<>(
                                config.consumerProperties(number),
                                new ByteArrayDeserializer(),
                                new ByteArrayDeserializer()),
                        new AdminTopicIds(admin),
                        writer,
                        encoders,
                        System::nanoTime,
                        RandomGenerator.getDefault()),
                metrics);
    }

    private static <T extends SpecificRecord> BatchEncoder<T> encoder(
            TableMapping<T> mapping, SchemaRegistryClient registry) {
        return new BatchEncoder<>(mapping, new AvroDeserializer<>(mapping.type(), registry));
    }

    private void run(SinkWorker worker) {
        try {
            worker.run();
        } catch (Throwable e) {
            // One partition that cannot go on stops the whole: half a report is worse than a late one.
            if (failure.compareAndSet(null, e)) {
                log.error("sink stops: {}", e.getMessage(), e);
            }
            workers.forEach(SinkWorker::stop);
        } finally {
            ended.countDown();
        }
    }

    /**
     * Waits until the sink has stopped.
     *
     * @throws SinkException if it stopped because it cannot go on
     * @throws IllegalStateException if it stopped for another reason than {@link #close}
     */
    public void awaitTermination() throws InterruptedException {
        ended.await();
        throwFailure();
    }

    /**
     * Waits until the sink has stopped, as {@link #awaitTermination()}, but not for ever.
     *
     * @return whether it has stopped
     */
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        boolean stopped = ended.await(timeout, unit);
        if (stopped) {
            throwFailure();
        }
        return stopped;
    }

    /** Whether it has stopped, for whatever reason. */
    public boolean isStopped() {
        return ended.getCount() == 0;
    }

    /**
     * Whether all of its threads belong to the sink's group, so that each partition is somebody's. A sink that waits
     * for ClickHouse reads on as far as its memory goes.
     */
    public synchronized boolean isReading() {
        return !workers.isEmpty() && workers.stream().allMatch(SinkWorker::isMember);
    }

    /** What it has done and where it stands. */
    public SinkMetrics metrics() {
        return metrics;
    }

    /**
     * Stops after the batch that is being written; what waits is written after the next start. Closing twice does
     * nothing.
     */
    @Override
    public synchronized void close() {
        workers.forEach(SinkWorker::stop);
        try {
            long patienceMillis = config.clickHouse().requestTimeout().toMillis() + 1_000;
            for (Thread thread : threads) {
                thread.join(patienceMillis);
                if (thread.isAlive()) {
                    thread.interrupt();
                    thread.join(patienceMillis);
                }
            }
        } catch (InterruptedException e) {
            threads.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
        }
        Admin shared = admin;
        if (shared != null) {
            shared.close();
        }
    }

    private void throwFailure() {
        Throwable cause = failure.get();
        if (cause instanceof SinkException known) {
            throw known;
        }
        if (cause != null) {
            throw new IllegalStateException("the sink stopped: " + cause, cause);
        }
    }
}
