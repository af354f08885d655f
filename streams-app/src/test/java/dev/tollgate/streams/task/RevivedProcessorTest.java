package dev.tollgate.streams.task;

import static dev.tollgate.streams.task.TestingTopology.START;
import static dev.tollgate.streams.task.TestingTopology.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.engine.input.Position;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.registry.TestingRegistry;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.input.InputRecord;
import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.plan.CatalogRecord;
import dev.tollgate.streams.plan.InMemoryPlanCatalog;
import dev.tollgate.streams.plan.RejectedPlan;
import dev.tollgate.streams.store.AccountRecord;
import dev.tollgate.streams.store.CommitHookStore;
import dev.tollgate.streams.store.KafkaAccountStore;
import dev.tollgate.streams.store.KafkaEventIndex;
import dev.tollgate.streams.store.PendingWorkStore;
import dev.tollgate.streams.store.TestingStores;
import dev.tollgate.streams.translate.RecordRejectionReason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same processor object closed and opened again after its transaction was aborted, as Kafka Streams does when a
 * commit or a send times out: the stores are as they were at the last commit, and the timers of the time before still
 * run.
 */
class RevivedProcessorTest {
    @TempDir
    Path folder;

    private final MockProcessorContext<String, SpecificRecord> context = TestingStores.context();
    private final Map<String, KeyValueStore<Bytes, byte[]>> stores = new HashMap<>();
    private final InMemoryPlanCatalog plans = new InMemoryPlanCatalog(Duration.ofSeconds(5));
    private final AccountingMetrics metrics = new AccountingMetrics();
    private TestingRegistry registry;
    private SchemaRegistryClient client;
    private AccountingConfig config;
    private CommitHookStore hook;
    private AccountingProcessor processor;
    private long offset;

    @BeforeEach
    void start() throws IOException {
        registry = new TestingRegistry();
        config = TestingTopology.config(folder, registry.url(), Map.of());
        client = new SchemaRegistryClient(config.registry());
        for (String name : List.of(
                TopologyNames.ACCOUNT_STORE,
                TopologyNames.SCOPE_STORE,
                TopologyNames.EVENT_STORE,
                TopologyNames.PENDING_WORK_STORE)) {
            KeyValueStore<Bytes, byte[]> store = TestingStores.store(name, context);
            stores.put(name, store);
            if (!name.equals(TopologyNames.ACCOUNT_STORE)) {
                context.addStateStore(store);
            }
        }
        hook = new CommitHookStore(store(TopologyNames.ACCOUNT_STORE));
        context.addStateStore(hook);
        plans.onDemand(() -> plans.markReadUpTo(plans.newestAskedMillis()));
        plans.put(TestingPlans.mem("mem", 10), TestingPlans.ALWAYS.toEpochMilli());
        processor = new AccountingProcessor(
                config, client, plans, partition -> (requests, commands) -> context.currentSystemTimeMs(), metrics);
        processor.init(context);
        process(
                Topic.ACCOUNT_EVENTS,
                "acme",
                TestingEvents.assignment("acme", "c1", "mem", TestingPlans.ALWAYS),
                START);
        context.resetForwards();
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void givenTimersOfAnAbortedLife_whenTheyGoOn_thenTheyChangeAndEmitNothing() {
        Map<String, Map<Bytes, byte[]>> committed = contents();
        request("acme", "e1", START);
        request("acme", "e2", START);
        List<CapturedPunctuator> before = timers(0);

        revive(committed);
        for (int i = 1; i <= 10; i++) {
            request("acme", "e" + i, START);
        }
        assertThat(kinds()).contains(LimitEventKind.HARD_LIMIT_REACHED);
        context.resetForwards();
        Map<String, Map<Bytes, byte[]>> now = contents();
        // Past the end of the minute: the stale account of the time before would be ticked and saved.
        call(before, START.plus(Duration.ofMinutes(5)));

        assertThat(before).isNotEmpty().allMatch(CapturedPunctuator::cancelled);
        assertThat(context.forwarded()).isEmpty();
        assertSame(now);
        assertThat(metrics.staleTimerCalls.count()).isEqualTo(before.size());
    }

    @Test
    void givenBlockThatWasAborted_whenItsTimeIsOver_thenNobodyIsToldOfItsEnd() {
        Map<String, Map<Bytes, byte[]>> committed = contents();
        for (int i = 1; i <= 10; i++) {
            request("acme", "e" + i, START);
        }
        assertThat(kinds()).contains(LimitEventKind.HARD_LIMIT_REACHED);

        revive(committed);
        context.resetForwards();
        call(timers(0), START.plus(Duration.ofMinutes(5)));

        assertThat(kinds()).isEmpty();
        assertSame(committed);
    }

    @Test
    void givenRevivedProcessor_whenRecordsAreReadAgain_thenTheyCountOnceAndItsOwnTimersRun() {
        Map<String, Map<Bytes, byte[]>> committed = contents();
        for (int i = 1; i <= 10; i++) {
            request("acme", "e" + i, START);
        }
        List<CapturedPunctuator> before = timers(0);
        List<LimitEventKind> first = kinds();

        revive(committed);
        context.resetForwards();
        for (int i = 1; i <= 10; i++) {
            request("acme", "e" + i, START);
        }
        assertThat(kinds()).isEqualTo(first);
        call(timers(before.size()), START.plusSeconds(30));

        assertThat(kinds()).contains(LimitEventKind.LIMIT_CLEARED);
        AccountRecord record = new KafkaAccountStore(
                        store(TopologyNames.ACCOUNT_STORE), store(TopologyNames.SCOPE_STORE), 1 << 20)
                .load("acme");
        assertThat(record.lastOffset()).isEqualTo(offset - 1);
        assertThat(metrics.journal.count(Verdict.DUPLICATE)).isZero();
    }

    /** Kafka Streams leaves a processor open whose opening failed. */
    @Test
    void givenOpeningThatWasNeverClosed_whenOpenedAgain_thenItsTimersAreCancelled() {
        List<CapturedPunctuator> before = timers(0);

        processor.init(context);

        assertThat(before).isNotEmpty().allMatch(CapturedPunctuator::cancelled);
    }

    @Test
    void givenPlanRecordRejectedBeforeTheAbort_whenRevived_thenItIsEmittedAgainByTheNewLifeAlone() {
        Map<String, Map<Bytes, byte[]>> committed = contents();
        plans.reject(new RejectedPlan(
                new CatalogRecord(new Position("plan-catalog", 0, 7), START.toEpochMilli(), key("mem"), new byte[] {1}),
                RecordRejectionReason.INVALID_PLAN,
                "contradicts itself"));
        List<CapturedPunctuator> before = timers(0);
        call(before, START);
        assertThat(deadLetters()).hasSize(1);

        revive(committed);
        context.resetForwards();
        call(before, START);
        assertThat(deadLetters()).isEmpty();
        call(timers(before.size()), START);

        assertThat(deadLetters()).hasSize(1);
    }

    @Test
    void givenClosedProcessor_whenARecordComes_thenItIsAFaultAndNotLost() {
        processor.close();

        assertThatThrownBy(() -> request("acme", "e1", START)).hasMessageContaining("not open");
    }

    @Test
    void givenClosedTask_whenCalled_thenItRejectsAndTouchesNothing() {
        AccountingTask task = task();
        InputRecord request = input(Topic.REQUEST_EVENTS, "acme", TestingEvents.request("acme", "e1", START), START);
        InputRecord command = input(
                Topic.ACCOUNT_EVENTS,
                "acme",
                TestingEvents.assignment("acme", "c2", "mem", TestingPlans.ALWAYS),
                START);
        Map<String, Map<Bytes, byte[]>> before = contents();
        task.close();

        for (Runnable call : List.<Runnable>of(
                task::open,
                () -> task.request(request, START.toEpochMilli()),
                () -> task.command(command, START.toEpochMilli()),
                () -> task.passTime(START.plusSeconds(600).toEpochMilli()))) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("partition 0 was closed");
        }
        assertThat(context.forwarded()).isEmpty();
        assertSame(before);
    }

    @Test
    void givenChangesThatWereNotWritten_whenTheTaskIsClosed_thenACommitIsRejected() {
        AccountingTask task = task();
        task.request(
                input(Topic.REQUEST_EVENTS, "acme", TestingEvents.request("acme", "e1", START), START),
                START.toEpochMilli());
        task.close();

        assertThatThrownBy(task::prepareCommit)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("partition 0 was closed");
    }

    @Test
    void givenCallThatFailed_whenACommitFollows_thenItIsRejectedAndNothingIsWritten() {
        AccountingTask task = task();
        Map<Bytes, byte[]> before = contents(store(TopologyNames.ACCOUNT_STORE));
        task.request(
                input(Topic.REQUEST_EVENTS, "acme", TestingEvents.request("acme", "e1", START), START),
                START.toEpochMilli());
        Instant later = START.plusSeconds(60);
        plans.onDemand(() -> {
            throw new IllegalStateException("the catalog cannot be read");
        });
        InputRecord request = input(Topic.REQUEST_EVENTS, "acme", TestingEvents.request("acme", "e2", later), later);

        assertThatThrownBy(() -> task.request(request, later.toEpochMilli())).hasMessageContaining("cannot be read");
        assertThatThrownBy(task::prepareCommit)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has failed");
        assertThatThrownBy(() -> task.passTime(START.toEpochMilli())).hasMessageContaining("has failed");
        assertThat(contents(store(TopologyNames.ACCOUNT_STORE))).isEqualTo(before);
    }

    private AccountingTask task() {
        AccountingTask task = new AccountingTask(
                config,
                client,
                plans,
                (requests, commands) -> context.currentSystemTimeMs(),
                metrics,
                new Emitter(context, metrics),
                new KafkaAccountStore(store(TopologyNames.ACCOUNT_STORE), store(TopologyNames.SCOPE_STORE), 1 << 20),
                new KafkaEventIndex(store(TopologyNames.EVENT_STORE)),
                new PendingWorkStore(store(TopologyNames.PENDING_WORK_STORE)));
        task.open();
        return task;
    }

    /** What {@code closeDirtyAndRevive} does to a processor and its stores. */
    private void revive(Map<String, Map<Bytes, byte[]>> committed) {
        processor.close();
        committed.forEach((name, entries) -> {
            KeyValueStore<Bytes, byte[]> store = store(name);
            contents(store).keySet().forEach(key -> store.put(key, null));
            entries.forEach(store::put);
        });
        processor.init(context);
    }

    private void request(String accountId, String eventId, Instant at) {
        process(Topic.REQUEST_EVENTS, accountId, TestingEvents.request(accountId, eventId, at), at);
    }

    private void process(Topic topic, String accountId, SpecificRecord value, Instant at) {
        InputRecord input = input(topic, accountId, value, at);
        context.setCurrentSystemTimeMs(at.toEpochMilli());
        context.setRecordMetadata(input.position().topic(), 0, input.position().offset());
        processor.process(new Record<>(input.key(), input.value(), at.toEpochMilli()));
        // As before each commit.
        hook.flushCache();
    }

    private InputRecord input(Topic topic, String accountId, SpecificRecord value, Instant at) {
        String name = config.topics().name(topic);
        return new InputRecord(
                new Position(name, 0, offset++),
                at.toEpochMilli(),
                key(accountId),
                new AvroSerializer<>(client).serialize(name, value));
    }

    /** The timers that were set, from one on. */
    private List<CapturedPunctuator> timers(int from) {
        List<CapturedPunctuator> all = context.scheduledPunctuators();
        return List.copyOf(all.subList(from, all.size()));
    }

    private void call(List<CapturedPunctuator> timers, Instant now) {
        context.setCurrentSystemTimeMs(now.toEpochMilli());
        timers.forEach(timer -> timer.getPunctuator().punctuate(now.toEpochMilli()));
        hook.flushCache();
    }

    private List<LimitEventKind> kinds() {
        return forwarded(LimitEvent.class).stream().map(LimitEvent::getKind).toList();
    }

    private List<DeadLetter> deadLetters() {
        return forwarded(DeadLetter.class);
    }

    private <T> List<T> forwarded(Class<T> type) {
        return context.forwarded().stream()
                .map(captured -> captured.record().value())
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    private KeyValueStore<Bytes, byte[]> store(String name) {
        return Objects.requireNonNull(stores.get(name));
    }

    private Map<String, Map<Bytes, byte[]>> contents() {
        Map<String, Map<Bytes, byte[]>> contents = new HashMap<>();
        stores.forEach((name, store) -> contents.put(name, contents(store)));
        return contents;
    }

    private static Map<Bytes, byte[]> contents(KeyValueStore<Bytes, byte[]> store) {
        Map<Bytes, byte[]> contents = new HashMap<>();
        try (var entries = store.all()) {
            entries.forEachRemaining(entry -> contents.put(entry.key, entry.value));
        }
        return contents;
    }

    private void assertSame(Map<String, Map<Bytes, byte[]>> expected) {
        expected.forEach((name, entries) -> {
            Map<Bytes, byte[]> present = contents(store(name));
            assertThat(present.keySet()).as("keys of " + name).isEqualTo(entries.keySet());
            List<Bytes> changed = new ArrayList<>();
            entries.forEach((key, value) -> {
                if (!Arrays.equals(value, present.get(key))) {
                    changed.add(key);
                }
            });
            assertThat(changed).as("changed entries of " + name).isEmpty();
        });
    }
}
