package dev.tollgate.streams;

import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicAdmin;
import dev.tollgate.streams.assignment.StayingTaskAssignor;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.input.EndOffsetHorizons;
import dev.tollgate.streams.input.TaskBeginnings;
import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.plan.CatalogFeed;
import dev.tollgate.streams.plan.CatalogReader;
import dev.tollgate.streams.plan.InMemoryPlanCatalog;
import dev.tollgate.streams.task.AccountingProcessor;
import dev.tollgate.streams.topology.AccountingTopology;
import dev.tollgate.streams.topology.OpenTasks;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
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
 * <p>Several instances with the same application id share the partitions. Once started, an instance recovers by itself
 * from whatever Kafka or the registry do, for as long as it takes, and nothing is lost, counted twice or rejected
 * meanwhile. It stops where beginning again cannot help: missing permission, wrong credentials or configuration,
 * versions that do not go together, or a position that {@value StuckPositions#MOST_ATTEMPTS} attempts in a row did not
 * get past ({@value StuckPositions#MOST_ATTEMPTS_OF_OURS} if a bug of ours is in the way). The exception says which.
 * Thread-safe.
 */
public final class AccountingApp implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AccountingApp.class);
    private static final Duration CATALOG_PATIENCE = Duration.ofSeconds(10);
    private static final Duration START_WITHIN = Duration.ofMinutes(5);

    /** How long a record that waits for the plan catalog may hold up an orderly stop. */
    private static final Duration CATALOG_GRACE = Duration.ofSeconds(5);

    private final AccountingConfig config;
    private final AccountingMetrics metrics;
    private final InMemoryPlanCatalog catalog;
    private final CatalogReader catalogReader;
    private final EndOffsetHorizons horizons;
    private final boolean checksTopics;
    private final SchemaRegistryClient registry;
    private final TaskBeginnings beginnings = new TaskBeginnings();
    private final OpenTasks openTasks = new OpenTasks();
    private final StreamsSupervisor supervisor;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Prepares an instance whose metrics nobody else reads; nothing is connected yet. */
    public AccountingApp(AccountingConfig config) {
        this(config, new SimpleMeterRegistry());
    }

    /**
     * Prepares an instance; nothing is connected yet.
     *
     * @param registry gets the role's meters, and those of Kafka Streams and its clients
     */
    public AccountingApp(AccountingConfig config, MeterRegistry registry) {
        this(config, registry, true);
    }

    /**
     * @param checksTopics false where topics are copies, whose records keep the append times of the originals: no
     *     broker stamps those
     */
    AccountingApp(AccountingConfig config, MeterRegistry meters, boolean checksTopics) {
        this.config = config;
        this.metrics = new AccountingMetrics(meters);
        this.checksTopics = checksTopics;
        this.registry = new SchemaRegistryClient(config.registry());
        Duration settleTime = config.planSettleTime();
        this.catalog = new InMemoryPlanCatalog(settleTime);
        metrics.watchCatalog(catalog::waiting);
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
        this.supervisor = new StreamsSupervisor(
                () -> new KafkaStreams(topology(), new StreamsConfig(properties()), new StreamsClients(openTasks)),
                config,
                beginnings,
                metrics);
    }

    /**
     * Checks the topics and positions and starts. Returns before the state is restored; see {@link #isRunning}. The
     * very first start begins with the earliest records, every other one where the role has read up to.
     *
     * @throws PositionLostException if it is not known from where to read on
     * @throws dev.tollgate.schemas.topic.TopicMismatchException if topics are missing or have other partitions than
     *     configured
     * @throws KafkaException if the cluster rejects a request, or does not answer within five minutes
     */
    public void start() {
        LOG.info("accounting starts: {}", config);
        prepareInput();
        catalogReader.start();
        horizons.start();
        awaitCatalog();
        supervisor.start();
    }

    /** Tries again where a fault may pass: an instance that starts in an outage starts when it is over. */
    private void prepareInput() {
        ReplacementBackoff backoff = new ReplacementBackoff(RandomGenerator.getDefault());
        long deadline = System.nanoTime() + START_WITHIN.toNanos();
        while (true) {
            try (Admin admin = Admin.create(config.plainClientProperties())) {
                if (checksTopics) {
                    new TopicAdmin(admin, config.topics()).check();
                }
                new InputPositions(config, admin).prepare();
                return;
            } catch (KafkaException e) {
                long now = System.nanoTime();
                FaultKind kind = FaultKind.of(e);
                if (kind == FaultKind.FATAL || kind == FaultKind.OURS || now >= deadline) {
                    throw e;
                }
                long pauseMillis = backoff.failed(now);
                LOG.warn("accounting cannot start yet and tries again: pauseMillis={}", pauseMillis, e);
                if (awaitClose(pauseMillis)) {
                    throw e;
                }
            }
        }
    }

    /** Whether this was closed within a pause. */
    private boolean awaitClose(long pauseMillis) {
        try {
            return closed.await(pauseMillis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
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
        supervisor.awaitTermination();
    }

    /** Whether partitions are assigned, state is restored and records are being read. */
    public boolean isRunning() {
        return supervisor.isRunning();
    }

    /** Whether it has stopped, for whatever reason. */
    public boolean isStopped() {
        return supervisor.isStopped();
    }

    /** What this instance has counted. */
    public AccountingMetrics metrics() {
        return metrics;
    }

    /** Kafka Streams' own metrics of this instance, by its names. */
    public Map<org.apache.kafka.common.MetricName, ? extends org.apache.kafka.common.Metric> kafkaMetrics() {
        return supervisor.kafkaMetrics();
    }

    /** The topology: sources, processors, stores and sinks. */
    public TopologyDescription describe() {
        return topology().describe();
    }

    /** Commits what is done, stops and releases the partitions. Closing twice does nothing. */
    @Override
    public void close() {
        closed.countDown();
        // The catalog is read until the tasks have stopped: what waits for it is then committed instead of aborted.
        catalog.endWaitsAfter(CATALOG_GRACE);
        supervisor.close();
        catalogReader.close();
        horizons.close();
    }

    /** Tasks ask for commits, by the configured interval and by load. */
    private Properties properties() {
        Properties properties = config.toProperties();
        properties.put(
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
                Math.max(config.commitInterval().toMillis(), AccountingProcessor.LONGEST_COMMIT_MILLIS));
        properties.put(
                StreamsConfig.clientTagPrefix(StayingTaskAssignor.STARTED_TAG),
                Long.toString(System.currentTimeMillis()));
        return properties;
    }

    private Topology topology() {
        return AccountingTopology.build(config, registry, catalog, horizons, metrics, beginnings, openTasks);
    }
}
