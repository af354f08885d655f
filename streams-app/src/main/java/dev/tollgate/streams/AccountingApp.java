package dev.tollgate.streams;

import dev.tollgate.schemas.registry.RegistryUnavailableException;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicAdmin;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.input.EndOffsetHorizons;
import dev.tollgate.streams.plan.CatalogFeed;
import dev.tollgate.streams.plan.CatalogReader;
import dev.tollgate.streams.plan.InMemoryPlanCatalog;
import dev.tollgate.streams.topology.AccountingTopology;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance of the accounting role.
 *
 * <pre>{@code
 * try (AccountingApp app = new AccountingApp(AccountingConfig.from(settings))) {
 *     app.start();
 *     app.awaitTermination();
 * }
 * }</pre>
 *
 * <p>Several instances with the same application id share the partitions. A registry or broker that does not answer
 * is waited
 * for, with growing pauses, and nothing is lost or refused meanwhile; anything else that is not about one record
 * stops the
 * instance, since going on could only count wrongly. Thread-safe.
 */
public final class AccountingApp implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AccountingApp.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration CATALOG_PATIENCE = Duration.ofSeconds(10);
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;
    /** A thread that ran this long was well: the next fault pauses briefly again. */
    private static final long WELL_AFTER_MILLIS = 120_000;

    private final AccountingConfig config;
    private final AccountingMetrics metrics = new AccountingMetrics();
    private final InMemoryPlanCatalog catalog;
    private final CatalogReader catalogReader;
    private final EndOffsetHorizons horizons;
    private final boolean checksTopics;
    private final Topology topology;
    private final KafkaStreams streams;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final AtomicInteger faultsInARow = new AtomicInteger();
    private final AtomicLong lastFaultMillis = new AtomicLong();

    /** Prepares an instance; nothing is connected yet. */
    public AccountingApp(AccountingConfig config) {
        this(config, true);
    }

    /**
     * @param checksTopics false where topics are copies, whose records keep the append times of the originals: no
     *     broker
     *     stamps those
     */
    AccountingApp(AccountingConfig config, boolean checksTopics) {
        this.config = config;
        this.checksTopics = checksTopics;
        SchemaRegistryClient registry = new SchemaRegistryClient(config.registry());
        Duration settleTime = config.planSettleTime();
        this.catalog = new InMemoryPlanCatalog(settleTime);
        metrics.gauge("catalog.waiting", catalog::waiting);
        metrics.set("catalog.waiting-for-registry", 0);
        this.catalogReader = new CatalogReader(
                config.plainClientProperties(),
                config.topics().name(Topic.PLAN_CATALOG),
                catalog,
                new CatalogFeed(catalog, registry, metrics, System::currentTimeMillis),
                settleTime,
                System::currentTimeMillis);
        this.horizons = new EndOffsetHorizons(
                config.plainClientProperties(),
                config.applicationId(),
                config.topics().name(Topic.REQUEST_EVENTS),
                config.topics().name(Topic.ACCOUNT_EVENTS),
                settleTime.dividedBy(2),
                settleTime.dividedBy(4),
                System::currentTimeMillis);
        this.topology = AccountingTopology.build(config, registry, catalog, horizons, metrics);
        this.streams = new KafkaStreams(topology, new StreamsConfig(config.toProperties()));
        streams.setStateListener(this::stateChanged);
        streams.setUncaughtExceptionHandler(this::respondTo);
    }

    /**
     * Checks the topics and starts. Returns before the state is restored; see {@link #isRunning}.
     *
     * @throws dev.tollgate.schemas.topic.TopicMismatchException if topics are missing or have other partitions than
     *     configured
     * @throws org.apache.kafka.common.KafkaException if the cluster does not answer within a minute
     */
    public void start() {
        LOG.info("accounting starts: {}", config);
        if (checksTopics) {
            try (Admin admin = Admin.create(config.plainClientProperties())) {
                new TopicAdmin(admin, config.topics()).check();
            }
        }
        catalogReader.start();
        horizons.start();
        awaitCatalog();
        streams.start();
    }

    /** Spares the tasks the wait for the first read. They would wait by themselves: nothing depends on it. */
    private void awaitCatalog() {
        try {
            if (!catalogReader.awaitFirstRead(CATALOG_PATIENCE)) {
                LOG.warn("the plan catalog is not read yet; records wait for it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits until the instance has stopped.
     *
     * @throws IllegalStateException if it stopped by a fault, which is the cause
     * @throws InterruptedException if the waiting thread is interrupted; the instance goes on
     */
    public void awaitTermination() throws InterruptedException {
        stopped.await();
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("the accounting role stopped by a fault: " + cause.getMessage(), cause);
        }
    }

    /** Whether partitions are assigned, state is restored and records are being read. */
    public boolean isRunning() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    /** Whether it has stopped, for whatever reason. */
    public boolean isStopped() {
        return stopped.getCount() == 0;
    }

    /** What this instance has counted. */
    public AccountingMetrics metrics() {
        return metrics;
    }

    /** Kafka Streams' own metrics of this instance, by its names. */
    public Map<org.apache.kafka.common.MetricName, ? extends org.apache.kafka.common.Metric> kafkaMetrics() {
        return streams.metrics();
    }

    /** The topology: sources, processors, stores and sinks. */
    public TopologyDescription describe() {
        return topology.describe();
    }

    /** Commits what is done, stops and releases the partitions. Closing twice does nothing. */
    @Override
    public void close() {
        closing.countDown();
        catalog.close();
        boolean inTime = streams.close(CLOSE_TIMEOUT);
        if (!inTime) {
            LOG.warn(
                    "accounting did not stop in time; open transactions are aborted by the brokers: seconds={}",
                    CLOSE_TIMEOUT.toSeconds());
        }
        catalogReader.close();
        horizons.close();
        stopped.countDown();
    }

    private void stateChanged(KafkaStreams.State now, KafkaStreams.State before) {
        LOG.info("accounting: state={} before={}", now, before);
        if (now == KafkaStreams.State.ERROR) {
            failure.compareAndSet(null, new IllegalStateException("all stream threads have stopped; see the log"));
        }
        if (now == KafkaStreams.State.ERROR || now == KafkaStreams.State.NOT_RUNNING) {
            stopped.countDown();
        }
    }

    /**
     * Runs on the stream thread that is about to end. Its transaction is aborted and the records are read again by
     * the thread
     * that replaces it, so pausing here is how the instance waits for what is away.
     */
    private StreamThreadExceptionResponse respondTo(Throwable fault) {
        if (!isPassing(fault)) {
            LOG.error("accounting stops: a fault that waiting does not mend", fault);
            failure.compareAndSet(null, fault);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        long pauseMillis = nextPauseMillis();
        metrics.count("threads.replaced");
        LOG.warn("accounting pauses and tries again: pauseMillis={}", pauseMillis, fault);
        try {
            if (closing.await(pauseMillis, TimeUnit.MILLISECONDS)) {
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    private long nextPauseMillis() {
        long now = System.currentTimeMillis();
        long sinceLast = now - lastFaultMillis.getAndSet(now);
        int row = sinceLast > WELL_AFTER_MILLIS ? 0 : faultsInARow.get();
        faultsInARow.set(row + 1);
        return Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(row, 10));
    }

    /** Whether the fault says that something did not answer, rather than that something is wrong. */
    static boolean isPassing(Throwable fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof RegistryUnavailableException || cause instanceof RetriableException) {
                return true;
            }
        }
        return false;
    }
}
