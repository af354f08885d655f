package dev.tollgate.streams.task;

import static dev.tollgate.streams.task.TestingTopology.START;
import static dev.tollgate.streams.task.TestingTopology.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.tollgate.engine.input.Position;
import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.UsageTotal;
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
import dev.tollgate.streams.store.AccountStore;
import dev.tollgate.streams.store.KafkaAccountStore;
import dev.tollgate.streams.store.KafkaEventIndex;
import dev.tollgate.streams.store.PendingWorkStore;
import dev.tollgate.streams.store.TestingStores;
import dev.tollgate.streams.translate.RecordRejectionReason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task that ends and begins again over the same stores: only what was stored is left, and it must be enough. */
class RecoveryTest {
    @TempDir
    Path folder;

    private final MockProcessorContext<String, SpecificRecord> context = TestingStores.context();
    private final KeyValueStore<Bytes, byte[]> accounts = TestingStores.store(TopologyNames.ACCOUNT_STORE, context);
    private final KeyValueStore<Bytes, byte[]> scopes = TestingStores.store(TopologyNames.SCOPE_STORE, context);
    private final KeyValueStore<Bytes, byte[]> events = TestingStores.store(TopologyNames.EVENT_STORE, context);
    private final KeyValueStore<Bytes, byte[]> pendingWork =
            TestingStores.store(TopologyNames.PENDING_WORK_STORE, context);
    private final InMemoryPlanCatalog plans = new InMemoryPlanCatalog(Duration.ofSeconds(5));
    private FailingStore store = new FailingStore(new KafkaAccountStore(accounts, scopes, 1 << 20));
    private TestingRegistry registry;
    private SchemaRegistryClient client;
    private AccountingConfig config;
    private AccountingTask task;
    private long offset;

    @BeforeEach
    void start() throws IOException {
        registry = new TestingRegistry();
        config = TestingTopology.config(folder, registry.url(), Map.of());
        client = new SchemaRegistryClient(config.registry());
        plans.onDemand(() -> plans.markReadUpTo(plans.newestAskedMillis()));
        plans.put(TestingPlans.mem("mem", 10), TestingPlans.ALWAYS.toEpochMilli());
        task = open();
        command(TestingEvents.assignment("acme", "c1", "mem", TestingPlans.ALWAYS));
        context.resetForwards();
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void givenOutputsHeldBackAtACrash_whenStartedAgain_thenTheyAreSaidWithoutFurtherEvents() {
        for (int i = 0; i < 5; i++) {
            request("acme", "e" + i, START);
        }
        assertThat(forwarded(UsageTotal.class)).isEmpty();
        assertThat(TestingStores.size(pendingWork)).isEqualTo(1);

        task = open();
        context.resetForwards();
        passTime(START.plusMillis(1));

        assertThat(newestRequestsPerMinute()).isEqualTo(5);
        assertThat(forwarded(LimitState.class))
                .singleElement()
                .satisfies(state -> assertThat(state.getBuckets())
                        .filteredOn(bucket -> bucket.getLimitId().equals("requests-per-minute"))
                        .singleElement()
                        .satisfies(bucket -> assertThat(bucket.getUsed()).isEqualTo(5)));
        passTime(START.plusMillis(1 + PendingWorkTracker.LINGER_MILLIS));
        assertThat(TestingStores.size(pendingWork)).isZero();
    }

    @Test
    void givenNothingHeldBack_whenStartedAgain_thenNothingIsSaidAgain() {
        request("acme", "e1", START);
        request("acme", "e2", START);
        passTime(START.plusSeconds(2));
        passTime(START.plusSeconds(2).plusMillis(PendingWorkTracker.LINGER_MILLIS));
        assertThat(TestingStores.size(pendingWork)).isZero();

        task = open();
        context.resetForwards();
        passTime(START.plusSeconds(14));

        assertThat(context.forwarded()).isEmpty();
    }

    @Test
    void givenNoticeOfAPlanVersion_whenStartedAgain_thenNobodyIsToldTwiceAndANewerVersionIs() {
        plans.put(
                TestingPlans.plan(
                        "mem",
                        TestingPlans.version(1, TestingPlans.ALWAYS, 10),
                        noticed(TestingPlans.version(2, START.plus(Duration.ofDays(2)), 20))),
                START.minusSeconds(4).toEpochMilli());
        passTime(START.plusSeconds(1));
        assertThat(forwarded(LimitEvent.class))
                .extracting(LimitEvent::getKind, LimitEvent::getPlanVersion)
                .containsExactly(tuple(LimitEventKind.PLAN_CHANGE_SCHEDULED, 2));

        task = open();
        context.resetForwards();
        passTime(START.plusSeconds(2));
        passTime(START.plusSeconds(3));
        assertThat(forwarded(LimitEvent.class)).isEmpty();
        plans.put(
                TestingPlans.plan(
                        "mem",
                        TestingPlans.version(1, TestingPlans.ALWAYS, 10),
                        noticed(TestingPlans.version(2, START.plus(Duration.ofDays(2)), 20)),
                        noticed(TestingPlans.version(3, START.plus(Duration.ofDays(4)), 30))),
                START.plusSeconds(3).toEpochMilli());
        passTime(START.plus(Duration.ofDays(2)));

        assertThat(forwarded(LimitEvent.class))
                .extracting(LimitEvent::getKind, LimitEvent::getPlanVersion)
                .containsExactly(tuple(LimitEventKind.PLAN_CHANGE_SCHEDULED, 3));
    }

    @Test
    void givenRejectedPlanRecords_whenStartedAgain_thenEachIsSaidOnce() {
        plans.reject(rejected(7));
        plans.reject(rejected(9));
        reportRejectedPlans();
        assertThat(forwarded(DeadLetter.class))
                .extracting(DeadLetter::getSourceOffset, DeadLetter::getReason, DeadLetter::getDetail)
                .containsExactly(
                        tuple(7L, "INVALID_PLAN", "contradicts itself"),
                        tuple(9L, "INVALID_PLAN", "contradicts itself"));

        // Each start reads the whole catalog.
        task = open();
        context.resetForwards();
        plans.reject(rejected(7));
        plans.reject(rejected(9));
        reportRejectedPlans();
        assertThat(forwarded(DeadLetter.class)).isEmpty();
        plans.reject(rejected(12));
        reportRejectedPlans();

        assertThat(forwarded(DeadLetter.class))
                .extracting(DeadLetter::getSourceOffset)
                .containsExactly(12L);
    }

    private void reportRejectedPlans() {
        new RejectedPlanReporter(
                        plans, new PendingWorkStore(pendingWork), new Emitter(context, new AccountingMetrics()))
                .report();
    }

    private static RejectedPlan rejected(long offset) {
        return new RejectedPlan(
                new CatalogRecord(
                        new Position("plan-catalog", 0, offset), START.toEpochMilli(), key("mem"), new byte[] {1}),
                RecordRejectionReason.INVALID_PLAN,
                "contradicts itself");
    }

    private static PlanVersion noticed(PlanVersion version) {
        return PlanVersion.newBuilder(version)
                .setNoticePeriodMs(Duration.ofDays(3).toMillis())
                .build();
    }

    @Test
    void givenBlockAtACrash_whenItsTimeIsOverAfterTheRestart_thenItIsCleared() {
        for (int i = 0; i < 10; i++) {
            request("acme", "e" + i, START);
        }
        passTime(START.plusSeconds(2));

        task = open();
        context.resetForwards();
        passTime(START.plusSeconds(29));
        assertThat(forwarded(LimitEvent.class)).isEmpty();
        passTime(START.plusSeconds(30));

        assertThat(forwarded(LimitEvent.class))
                .extracting(LimitEvent::getKind)
                .containsExactly(LimitEventKind.LIMIT_CLEARED, LimitEventKind.LIMIT_CLEARED);
        context.resetForwards();
        passTime(START.plusSeconds(60));
        assertThat(forwarded(LimitEvent.class)).isEmpty();
        assertThat(TestingStores.size(pendingWork)).isZero();
    }

    @Test
    void givenBlockedAccountThatHasLeftMemory_whenItsTimeIsOver_thenItIsClearedAndTheAgendaForgetsIt() {
        config = TestingTopology.config(folder, registry.url(), Map.of("accounting.cache-bytes", "65536"));
        task = open();
        for (int i = 0; i < 10; i++) {
            request("acme", "e" + i, START);
        }
        for (int i = 0; i < 40; i++) {
            request("other" + i, "e", START);
        }
        assertThat(TestingStores.size(pendingWork)).isEqualTo(1);
        context.resetForwards();

        passTime(START.plusSeconds(30));

        assertThat(forwarded(LimitEvent.class)).hasSize(2);
        assertThat(TestingStores.size(pendingWork)).isZero();
    }

    @Test
    void givenEventsAfterTheRestart_whenTheOldOnesAreStillHeldBack_thenTheNewestStandingIsSaid() {
        request("acme", "e1", START);
        request("acme", "e2", START);

        task = open();
        context.resetForwards();
        request("acme", "e3", START);
        passTime(START.plusMillis(1));
        passTime(START.plusSeconds(2));

        assertThat(newestRequestsPerMinute()).isEqualTo(3);
        passTime(START.plusSeconds(2).plusMillis(PendingWorkTracker.LINGER_MILLIS));
        assertThat(TestingStores.size(pendingWork)).isZero();
    }

    @Test
    void givenFaultInTheMiddleOfAnEvent_whenItIsReadAgain_thenItCountsOnce() {
        request("acme", "e1", START);
        Map<Bytes, byte[]> before = new HashMap<>();
        try (var all = events.all()) {
            all.forEachRemaining(entry -> before.put(entry.key, entry.value));
        }
        store.failing = true;
        assertThatThrownBy(() -> request("acme", "e2", START)).isInstanceOf(IllegalStateException.class);
        store.failing = false;

        // Kafka takes the transaction back: here by hand, for what the aborted attempt had written to the index.
        TestingStores.clear(events);
        before.forEach(events::put);
        task = open();
        context.resetForwards();
        request("acme", "e2", START);
        passTime(START.plusSeconds(2));

        assertThat(newestRequestsPerMinute()).isEqualTo(2);
    }

    /** Projects and API keys are read back from the store all the time; nobody may be able to tell. */
    @Test
    void givenManyProjectsAndKeys_whenTheTaskIsOpenedAnewAtAnyPoint_thenTheOutputsAreTheSame() {
        String given = System.getProperty("tollgate.seed");
        for (long seed = given == null ? 1 : Long.parseLong(given);
                seed <= (given == null ? 20 : Long.parseLong(given));
                seed++) {
            List<String> kept = traffic(seed, false);
            assertThat(kept).as("outputs with -Dtollgate.seed=" + seed).hasSizeGreaterThan(300);
            assertThat(traffic(seed, true)).as("with -Dtollgate.seed=" + seed).isEqualTo(kept);
        }
    }

    private List<String> traffic(long seed, boolean reopening) {
        List.of(accounts, scopes, events, pendingWork).forEach(TestingStores::clear);
        config = TestingTopology.config(
                folder, registry.url(), reopening ? Map.of("accounting.cache-bytes", "65536") : Map.of());
        store = new FailingStore(new KafkaAccountStore(accounts, scopes, reopening ? 1_500 : 1 << 20));
        plans.put(TestingPlans.byKey("keys", 3, 7), TestingPlans.ALWAYS.toEpochMilli());
        offset = 0;
        task = open();
        command(TestingEvents.assignment("acme", "c1", "keys", TestingPlans.ALWAYS));
        context.resetForwards();
        SplittableRandom random = new SplittableRandom(seed);
        SplittableRandom faults = new SplittableRandom(seed);
        Instant now = START;
        for (int i = 0; i < 300; i++) {
            now = now.plusMillis(random.nextInt(20) == 0 ? random.nextInt(200_000) : random.nextInt(2_000));
            Instant at = random.nextInt(8) == 0 ? now.minusMillis(random.nextInt(150_000)) : now;
            RequestEvent event = TestingEvents.request("acme", "e" + i, at);
            event.setProjectId("project-" + random.nextInt(3));
            event.setApiKeyId(random.nextInt(4) == 0 ? "once-" + i : "key-" + random.nextInt(12));
            context.setCurrentSystemTimeMs(now.toEpochMilli());
            task.request(input(Topic.REQUEST_EVENTS, "acme", event, now), now.toEpochMilli());
            if (random.nextInt(10) == 0) {
                passTime(now);
            }
            if (reopening && faults.nextInt(10) == 0) {
                task.prepareCommit();
                task = open();
            }
        }
        return context.forwarded().stream()
                .map(captured -> captured.record().value())
                .filter(value -> value != null
                        && !(value instanceof LimitState)
                        && !(value instanceof UsageTotal total && !total.getClosed()))
                .map(Object::toString)
                .toList();
    }

    private AccountingTask open() {
        AccountingMetrics metrics = new AccountingMetrics();
        AccountingTask opened = new AccountingTask(
                config,
                client,
                plans,
                (requests, commands) -> context.currentSystemTimeMs(),
                metrics,
                new Emitter(context, metrics),
                store,
                new KafkaEventIndex(events),
                new PendingWorkStore(pendingWork));
        opened.open();
        return opened;
    }

    private void request(String accountId, String eventId, Instant at) {
        RequestEvent event = TestingEvents.request(accountId, eventId, at);
        context.setCurrentSystemTimeMs(at.toEpochMilli());
        task.request(input(Topic.REQUEST_EVENTS, accountId, event, at), at.toEpochMilli());
        task.prepareCommit();
    }

    private void command(AccountEvent event) {
        context.setCurrentSystemTimeMs(START.toEpochMilli());
        task.command(input(Topic.ACCOUNT_EVENTS, event.getAccountId(), event, START), START.toEpochMilli());
        task.prepareCommit();
    }

    private void passTime(Instant now) {
        context.setCurrentSystemTimeMs(now.toEpochMilli());
        task.passTime(now.toEpochMilli());
        task.prepareCommit();
    }

    private InputRecord input(Topic topic, String accountId, SpecificRecord value, Instant at) {
        String name = config.topics().name(topic);
        return new InputRecord(
                new Position(name, 0, offset++),
                at.toEpochMilli(),
                key(accountId),
                new AvroSerializer<>(client).serialize(name, value));
    }

    private <T> List<T> forwarded(Class<T> type) {
        return context.forwarded().stream()
                .map(captured -> captured.record().value())
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    private long newestRequestsPerMinute() {
        List<UsageTotal> totals = forwarded(UsageTotal.class).stream()
                .filter(total -> total.getLimitId().equals("requests-per-minute"))
                .toList();
        assertThat(totals).isNotEmpty();
        return totals.get(totals.size() - 1).getUsed();
    }

    /** Fails when it is told to, after the engine has changed the state and before anything is saved. */
    private static final class FailingStore implements AccountStore {
        private final AccountStore store;
        private boolean failing;

        FailingStore(AccountStore store) {
            this.store = store;
        }

        @Override
        public AccountRecord load(String accountId) {
            return store.load(accountId);
        }

        @Override
        public int scan(@Nullable String after, int most, Consumer<AccountRecord> reader) {
            return store.scan(after, most, reader);
        }

        @Override
        public void save(AccountRecord record) {
            if (failing) {
                throw new IllegalStateException("the disk is full");
            }
            store.save(record);
        }

        @Override
        public void forget(AccountRecord record) {
            store.forget(record);
        }

        @Override
        public long scopeBytes() {
            return store.scopeBytes();
        }
    }
}
