package dev.tollgate.streams.task;

import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.registry.TestingRegistry;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.input.TaskBeginnings;
import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.topology.AccountingTopology;
import dev.tollgate.streams.topology.OpenTasks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.jspecify.annotations.Nullable;

/** The topology on Kafka's test driver: one partition, a registry of its own, time as the test says. */
final class TestingTopology implements AutoCloseable {
    /** When the tests' wall clock starts: half past a minute, noon. */
    static final Instant START = Instant.parse("2026-03-02T12:00:30Z");

    final TestingRegistry registry;
    final SchemaRegistryClient registryClient;
    final AccountingConfig config;
    final AccountingMetrics metrics = new AccountingMetrics();
    final OpenTasks openTasks = new OpenTasks();
    final TopologyTestDriver driver;
    final TestInputTopic<byte[], byte[]> requests;
    final TestInputTopic<byte[], byte[]> commands;
    final TestingCatalog catalog;
    final TestOutputTopic<String, UsageJournalEntry> journal;
    final TestOutputTopic<String, UsageTotal> totals;
    final TestOutputTopic<String, LimitEvent> limitEvents;
    final TestOutputTopic<String, LimitState> limitStates;
    final TestOutputTopic<String, DeadLetter> deadLetters;
    private final AvroSerializer<SpecificRecord> serializer;
    private Instant now = START;

    TestingTopology(Path stateDir) {
        this(stateDir, Map.of());
    }

    TestingTopology(Path stateDir, Map<String, String> settings) {
        try {
            registry = new TestingRegistry();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        config = config(stateDir, registry.url(), settings);
        registryClient = new SchemaRegistryClient(config.registry());
        serializer = new AvroSerializer<>(registryClient);
        catalog = new TestingCatalog(config, registryClient, metrics);
        // The driver has processed whatever was piped: no record of before is still to come.
        driver = new TopologyTestDriver(
                AccountingTopology.build(
                        config,
                        registryClient,
                        catalog.plans(),
                        partition -> (requests, commands) -> now.toEpochMilli(),
                        metrics,
                        new TaskBeginnings(),
                        openTasks),
                config.toProperties(),
                START);
        requests = input(Topic.REQUEST_EVENTS);
        commands = input(Topic.ACCOUNT_EVENTS);
        journal = output(Topic.USAGE_JOURNAL, UsageJournalEntry.class);
        totals = output(Topic.USAGE_TOTALS, UsageTotal.class);
        limitEvents = output(Topic.LIMIT_EVENTS, LimitEvent.class);
        limitStates = output(Topic.LIMIT_STATE, LimitState.class);
        deadLetters = output(Topic.DEAD_LETTERS, DeadLetter.class);
    }

    static AccountingConfig config(Path stateDir, String registryUrl, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(Map.of(
                "kafka.bootstrap-servers",
                "none:9092",
                "registry.url",
                registryUrl,
                "topics.partitions",
                "1",
                "streams.state-dir",
                stateDir.toString()));
        all.putAll(settings);
        return AccountingConfig.from(all);
    }

    /** Wall-clock time. */
    Instant now() {
        return now;
    }

    /** Lets wall-clock time pass, as records and punctuations see it. */
    void pass(Duration duration) {
        now = now.plus(duration);
        driver.advanceWallClockTime(duration);
    }

    /** Publishes an event with its account as key; the log takes it now. */
    void publish(RequestEvent event) {
        requests.pipeInput(key(event.getAccountId()), bytes(Topic.REQUEST_EVENTS, event), now);
    }

    /** Has the task read a sound event of some time ago, which the log took then. */
    void readLate(String accountId, String eventId, Duration delay) {
        Instant then = now.minus(delay);
        requests.pipeInput(
                key(accountId), bytes(Topic.REQUEST_EVENTS, TestingEvents.request(accountId, eventId, then)), then);
    }

    /** Publishes a sound event that happens now. */
    void publish(String accountId, String eventId) {
        publish(TestingEvents.request(accountId, eventId, now));
    }

    void publish(AccountEvent event) {
        commands.pipeInput(key(event.getAccountId()), bytes(Topic.ACCOUNT_EVENTS, event), now);
    }

    /** Publishes a plan so long ago that it counts now. */
    void publish(Plan plan) {
        publishPlanRaw(key(plan.getPlanId()), bytes(Topic.PLAN_CATALOG, plan));
    }

    /**
     * Publishes any bytes to plan-catalog, so long ago that they count from now on: a moment on, if now is decided
     * already.
     */
    void publishPlanRaw(byte @Nullable [] key, byte @Nullable [] value) {
        if (catalog.plans().newestAskedMillis() >= now.toEpochMilli()) {
            pass(Duration.ofMillis(1));
        }
        catalog.append(key, value, now.minus(config.planSettleTime()).toEpochMilli());
    }

    /** Publishes any bytes to request-events. */
    void publishRaw(byte @Nullable [] key, byte @Nullable [] value) {
        requests.pipeInput(key, value, now);
    }

    /** Plan {@code mem} with this many requests a minute, and the account on it. */
    void putOnPlan(String accountId, long perMinute) {
        publish(TestingPlans.mem("mem", perMinute));
        publish(TestingEvents.assignment(accountId, "assign-" + accountId, "mem", TestingPlans.ALWAYS));
        limitEvents.readValuesToList();
        limitStates.readValuesToList();
    }

    byte[] bytes(Topic topic, SpecificRecord record) {
        return Objects.requireNonNull(serializer.serialize(config.topics().name(topic), record));
    }

    static byte[] key(String id) {
        return id.getBytes(StandardCharsets.UTF_8);
    }

    /** The newest totals, by key. */
    Map<String, UsageTotal> newestTotals() {
        return totals.readKeyValuesToMap();
    }

    List<UsageJournalEntry> journalled() {
        return journal.readValuesToList();
    }

    private TestInputTopic<byte[], byte[]> input(Topic topic) {
        return driver.createInputTopic(
                config.topics().name(topic), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private <T extends SpecificRecord> TestOutputTopic<String, T> output(Topic topic, Class<T> type) {
        return driver.createOutputTopic(
                config.topics().name(topic), new StringDeserializer(), new AvroDeserializer<>(type, registryClient));
    }

    @Override
    public void close() {
        driver.close();
        registry.close();
    }
}
