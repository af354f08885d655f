package dev.tollgate.streams.scenario;

import dev.tollgate.gate.Call;
import dev.tollgate.gate.Decision;
import dev.tollgate.gate.Gate;
import dev.tollgate.gate.GateConfig;
import dev.tollgate.gate.Permit;
import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.registry.TestingRegistry;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.LimitStateKey;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.store.PendingWorkStore;
import dev.tollgate.streams.task.TestingCatalog;
import dev.tollgate.streams.task.TopologyNames;
import dev.tollgate.streams.topology.AccountingTopology;
import dev.tollgate.testkit.scenario.Scenario;
import dev.tollgate.testkit.scenario.ScenarioFormat;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/**
 * A scenario through the topology, with the records of the topics in and out, and a gate that hears the snapshots.
 *
 * <p>The wall clock stands still except where {@link #passTo} moves it: from one moment at which the pending work has
 * something to the next, as they would come one after the other in life.
 */
final class TopologyRun implements AutoCloseable {
    /** How often the topology looks at the clock. */
    private static final long PUNCTUATION_MILLIS = 50;

    /** A tick that leaves its deadline in the past is repeated after this time. */
    private static final long REPEATED_TICK_MILLIS = 1_000;

    /** A record as the log took it. */
    record Appended(Topic topic, byte[] key, byte[] value, Instant at) {}

    private final AccountingConfig config;
    private final AvroSerializer<SpecificRecord> serializer;
    private final TopologyTestDriver driver;
    private final TestOutputTopic<String, UsageJournalEntry> journalTopic;
    private final TestOutputTopic<String, UsageTotal> totalsTopic;
    private final TestOutputTopic<String, LimitEvent> limitEventTopic;
    private final TestOutputTopic<String, LimitState> limitStateTopic;
    private final TestOutputTopic<String, DeadLetter> deadLetterTopic;
    private final Gate gate;
    private final List<Appended> appended = new ArrayList<>();
    private final List<UsageJournalEntry> journal = new ArrayList<>();
    private final List<LimitEvent> limitEvents = new ArrayList<>();
    private final List<UsageTotal> finalTotals = new ArrayList<>();
    private final TestingCatalog catalog;
    private long nowMillis;
    private long horizonMillis = Long.MAX_VALUE;

    /**
     * @param firstMillis when the first record is appended: the plans count from then on
     * @param startMillis where the wall clock stands
     */
    TopologyRun(ScenarioPlans plans, TestingRegistry registry, Path stateDir, long firstMillis, long startMillis) {
        this.nowMillis = startMillis - Math.floorMod(startMillis, PUNCTUATION_MILLIS);
        this.config = AccountingConfig.from(Map.of(
                "kafka.bootstrap-servers",
                "none:9092",
                "registry.url",
                registry.url(),
                "topics.partitions",
                "1",
                "streams.state-dir",
                stateDir.toString()));
        SchemaRegistryClient client = new SchemaRegistryClient(config.registry());
        this.serializer = new AvroSerializer<>(client);
        AccountingMetrics metrics = new AccountingMetrics();
        this.catalog = new TestingCatalog(config, client, metrics);
        // What was appended is read, and in a replay the rest comes before the clock moves: see replay.
        this.driver = new TopologyTestDriver(
                AccountingTopology.build(
                        config,
                        client,
                        catalog.plans(),
                        partition -> (requests, commands) -> Math.min(nowMillis, horizonMillis),
                        metrics),
                config.toProperties(),
                Instant.ofEpochMilli(nowMillis));
        this.journalTopic = output(client, Topic.USAGE_JOURNAL, UsageJournalEntry.class);
        this.totalsTopic = output(client, Topic.USAGE_TOTALS, UsageTotal.class);
        this.limitEventTopic = output(client, Topic.LIMIT_EVENTS, LimitEvent.class);
        this.limitStateTopic = output(client, Topic.LIMIT_STATE, LimitState.class);
        this.deadLetterTopic = output(client, Topic.DEAD_LETTERS, DeadLetter.class);
        this.gate = Gate.unfed(
                GateConfig.from(Map.of("kafka.bootstrap-servers", "none:9092", "registry.url", registry.url())),
                () -> nowMillis);
        for (Plan plan : plans.plans()) {
            String topic = config.topics().name(Topic.PLAN_CATALOG);
            catalog.append(
                    plan.getPlanId().getBytes(StandardCharsets.UTF_8),
                    serializer.serialize(topic, plan),
                    firstMillis - config.planSettleTime().toMillis());
            gate.apply(plan);
        }
    }

    /** When the topology gives a tick for a deadline; {@link Long#MAX_VALUE} for none. */
    private static long tickAt(long deadlineMillis, long nowMillis) {
        if (deadlineMillis == PendingWorkStore.NO_DEADLINE) {
            return Long.MAX_VALUE;
        }
        return deadlineMillis <= nowMillis
                ? nowMillis + REPEATED_TICK_MILLIS
                : Math.ceilDiv(deadlineMillis, PUNCTUATION_MILLIS) * PUNCTUATION_MILLIS;
    }

    /** What follows from a step, and from the time up to it, the gate's answers included. */
    List<String> run(Scenario.Step step) {
        ScenarioRenderer renderer = new ScenarioRenderer(step);
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < step.repeat(); i++) {
            passTo(step.timeOf(i), renderer);
            switch (step.verb()) {
                case CALL, START ->
                    append(Topic.REQUEST_EVENTS, ScenarioRecords.ACCOUNT, ScenarioRecords.request(step, i));
                case ASSIGN, OVERRIDE, EXEMPT, CALENDAR, SUSPEND, REINSTATE, VOID, AMEND ->
                    append(Topic.ACCOUNT_EVENTS, ScenarioRecords.ACCOUNT, ScenarioRecords.command(step));
                case ASK -> answers.addAll(ask(step));
                case WAIT -> {}
            }
            listen(renderer);
        }
        List<String> lines = new ArrayList<>(renderer.lines());
        lines.addAll(answers);
        return lines;
    }

    /**
     * Reads everything that the log took, long after it was written, and says what is said about it.
     *
     * @param end where the wall clock stands: after the last record
     */
    void replay(List<Appended> log, Scenario.Step end) {
        ScenarioRenderer renderer = new ScenarioRenderer(end);
        horizonMillis = Long.MIN_VALUE;
        for (Appended record : log) {
            append(record);
            listen(renderer);
        }
        horizonMillis = Long.MAX_VALUE;
        passTo(end.timeMillis() + Duration.ofSeconds(1).toMillis(), renderer);
    }

    /** Lets the wall clock come to a moment. */
    private void passTo(long timeMillis, ScenarioRenderer renderer) {
        for (long next = nextTick(); next <= timeMillis; next = nextTick()) {
            advanceTo(next);
            listen(renderer);
        }
        advanceTo(timeMillis);
        listen(renderer);
    }

    private long nextTick() {
        long[] deadline = {PendingWorkStore.NO_DEADLINE};
        new PendingWorkStore(driver.getKeyValueStore(TopologyNames.PENDING_WORK_STORE))
                .forEach((account, heldBack, deadlineMillis) -> deadline[0] = Math.min(deadline[0], deadlineMillis));
        return tickAt(deadline[0], nowMillis);
    }

    private void advanceTo(long timeMillis) {
        Duration duration = Duration.ofMillis(timeMillis - nowMillis);
        nowMillis = timeMillis;
        driver.advanceWallClockTime(duration);
    }

    private List<String> ask(Scenario.Step step) {
        Permit permit = gate.begin(new Call(
                ScenarioRecords.ACCOUNT,
                step.text("project"),
                step.text("key"),
                step.argumentsFrom(0, ""),
                numberOrUnknown(step, "units"),
                numberOrUnknown(step, "tokens"),
                numberOrUnknown(step, "items")));
        Decision decision = permit.decision();
        List<String> answer = new ArrayList<>();
        answer.add(
                decision.allowed()
                        ? "? allowed"
                        : ScenarioFormat.denied(
                                decision.status(),
                                Objects.requireNonNull(decision.reason()).name(),
                                decision.limitId(),
                                decision.retryAfterSeconds()));
        if (step.shows("headers")) {
            decision.headers().forEach((name, value) -> answer.add(ScenarioFormat.header(name, value)));
        }
        // It was a question only: no plan charges an unknown outcome.
        permit.end(Outcome.UNKNOWN);
        return answer;
    }

    private static long numberOrUnknown(Scenario.Step step, String option) {
        Long number = step.number(option);
        return number == null ? Call.UNKNOWN : number;
    }

    private void append(Topic topic, String key, SpecificRecord record) {
        append(new Appended(
                topic,
                key.getBytes(StandardCharsets.UTF_8),
                Objects.requireNonNull(serializer.serialize(config.topics().name(topic), record)),
                Instant.ofEpochMilli(nowMillis)));
    }

    private void append(Appended record) {
        appended.add(record);
        driver.createInputTopic(
                        config.topics().name(record.topic()), new ByteArraySerializer(), new ByteArraySerializer())
                .pipeInput(record.key(), record.value(), record.at());
    }

    private void follow(TestRecord<String, LimitState> record) {
        LimitState state = record.value();
        if (state == null) {
            gate.forget(LimitStateKey.parse(record.key()));
        } else {
            gate.apply(state);
        }
    }

    private void listen(ScenarioRenderer renderer) {
        List<String> rejections = new ArrayList<>();
        deadLetterTopic.readValuesToList().forEach(letter -> rejections.add(letter.getReason()));
        List<UsageJournalEntry> newJournal = journalTopic.readValuesToList();
        List<LimitEvent> newEvents = limitEventTopic.readValuesToList();
        List<UsageTotal> newTotals = totalsTopic.readValuesToList();
        limitStateTopic.readRecordsToList().forEach(this::follow);
        renderer.say(rejections, newJournal, newEvents, newTotals);
        journal.addAll(newJournal);
        limitEvents.addAll(newEvents);
        newTotals.stream().filter(UsageTotal::getClosed).forEach(finalTotals::add);
    }

    private <T extends SpecificRecord> TestOutputTopic<String, T> output(
            SchemaRegistryClient client, Topic topic, Class<T> type) {
        return driver.createOutputTopic(
                config.topics().name(topic), new StringDeserializer(), new AvroDeserializer<>(type, client));
    }

    /** Every record of the input topics, in the order in which they were read. */
    List<Appended> appended() {
        return appended;
    }

    List<UsageJournalEntry> journal() {
        return journal;
    }

    List<LimitEvent> limitEvents() {
        return limitEvents;
    }

    List<UsageTotal> finalTotals() {
        return finalTotals;
    }

    @Override
    public void close() {
        gate.close();
        driver.close();
    }
}
