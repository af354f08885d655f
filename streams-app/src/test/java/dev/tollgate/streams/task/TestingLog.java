package dev.tollgate.streams.task;

import dev.tollgate.engine.input.Position;
import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.AccountEventType;
import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.registry.TestingRegistry;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.AccountPartitioner;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.input.InputRecord;
import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.plan.CatalogFeed;
import dev.tollgate.streams.plan.CatalogRecord;
import dev.tollgate.streams.plan.InMemoryPlanCatalog;
import dev.tollgate.streams.store.KafkaAccountStore;
import dev.tollgate.streams.store.KafkaEventIndex;
import dev.tollgate.streams.store.PendingWorkStore;
import dev.tollgate.streams.store.TestingStores;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * A log of requests, commands and plan records with append times, and tasks that read it: as it grows, by a clock that
 * goes on meanwhile, or all of it long afterwards.
 *
 * <p>Records of one account are read in the order of their append times, those of one millisecond in the order of the
 * log. All else is up to chance: who reads how far, how far the catalog was read beyond what was asked, when the wall
 * clock looks in, and when a task is opened anew.
 */
final class TestingLog {
    static {
        // Builders read defaults, and with them generated types, before any serializer is made.
        AvroTypes.trust();
    }

    private static final Instant START = Instant.parse("2026-03-02T12:00:00Z");
    private static final Instant LONG_AFTER = START.plus(Duration.ofDays(30));
    private static final int SECONDS = 400;
    private static final int ACCOUNTS = 6;
    private static final List<String> PLANS = List.of("mem", "memos", "other");

    /** One record; its number is its place in the order of append. */
    private record Entry(
            int number,
            long atMillis,
            Topic topic,
            String key,
            @Nullable SpecificRecord value) {}

    private final TestingRegistry registry;
    private final List<Entry> entries;

    private TestingLog(TestingRegistry registry, List<Entry> entries) {
        this.registry = registry;
        this.entries = entries;
    }

    /** Some minutes of traffic with changes of plans in between. */
    static TestingLog random(Random random, TestingRegistry registry) {
        return new Writer(random).write(registry);
    }

    /** Reads the log as it grows. */
    Answer live(Random random, Path folder, int partitions) {
        Run run = new Run(random, folder, partitions);
        long end = entries.getLast().atMillis() + Duration.ofHours(30).toMillis();
        long now = START.toEpochMilli();
        while (now < end) {
            now += now < entries.getLast().atMillis() ? random.nextInt(400) : random.nextInt(600_000);
            run.step(now);
        }
        run.finish(end);
        return run.answer;
    }

    /** Reads the log long afterwards. */
    Answer replay(Random random, Path folder, int partitions) {
        Run run = new Run(random, folder, partitions);
        long now = LONG_AFTER.toEpochMilli();
        while (!run.isAllRead()) {
            now += random.nextInt(100);
            run.step(now);
        }
        run.finish(now);
        return run.answer;
    }

    /** What follows from the log, account by account in the order in which it was said. */
    static final class Answer {
        private final Map<String, List<String>> byAccount = new TreeMap<>();
        private final TreeSet<String> kinds = new TreeSet<>();

        Set<String> accounts() {
            return new TreeSet<>(byAccount.keySet());
        }

        List<String> of(String account) {
            return byAccount.getOrDefault(account, List.of());
        }

        private void add(String account, String kind, SpecificRecord record, byte[] bytes) {
            kinds.add(kind);
            byAccount
                    .computeIfAbsent(account, _ -> new ArrayList<>())
                    .add(record + " " + HexFormat.of().formatHex(bytes));
        }

        /** What kinds of things were said. */
        static final class Kinds {
            private final TreeSet<String> names = new TreeSet<>();

            void add(Answer answer) {
                names.addAll(answer.kinds);
            }

            Set<String> names() {
                return names;
            }
        }
    }

    /** Tasks over a log: one for each partition, and a catalog that they share. */
    private final class Run {
        private final Random random;
        private final AccountingConfig config;
        private final SchemaRegistryClient client;
        private final AvroSerializer<SpecificRecord> serializer;
        private final AccountingMetrics metrics = new AccountingMetrics();
        private final InMemoryPlanCatalog catalog;
        private final CatalogFeed feed;
        private final List<Entry> catalogEntries;
        private final List<Partition> tasks = new ArrayList<>();
        private final Answer answer = new Answer();
        private int fed;
        private long nowMillis;

        Run(Random random, Path folder, int partitions) {
            this.random = random;
            config = TestingTopology.config(
                    folder, registry.url(), Map.of("topics.partitions", Integer.toString(partitions)));
            client = new SchemaRegistryClient(config.registry());
            serializer = new AvroSerializer<>(client);
            catalog = new InMemoryPlanCatalog(config.planSettleTime());
            feed = new CatalogFeed(catalog, client, metrics, () -> nowMillis);
            catalogEntries = entries.stream()
                    .filter(entry -> entry.topic() == Topic.PLAN_CATALOG)
                    .toList();
            catalog.onDemand(this::readCatalog);
            for (int i = 0; i < partitions; i++) {
                tasks.add(new Partition(i));
            }
        }

        /** Reads as far as it was asked and, by chance, further: what the log has by now. */
        private void readCatalog() {
            long asked = catalog.newestAskedMillis();
            long needed = asked - config.planSettleTime().toMillis();
            while (fed < catalogEntries.size()
                    && (catalogEntries.get(fed).atMillis() <= needed
                            || (catalogEntries.get(fed).atMillis() <= nowMillis && random.nextBoolean()))) {
                Entry entry = catalogEntries.get(fed++);
                feed.accept(new CatalogRecord(
                        new Position(name(Topic.PLAN_CATALOG), 0, fed), entry.atMillis(), key(entry), bytes(entry)));
            }
            catalog.markReadUpTo(asked);
        }

        void step(long now) {
            nowMillis = now;
            if (random.nextInt(4) == 0) {
                catalog.isReadUpTo(Math.min(now, entries.getLast().atMillis()));
            }
            for (Partition task : tasks) {
                task.read(random.nextInt(30) == 0 ? 50 : random.nextInt(4));
                if (random.nextInt(3) > 0) {
                    task.passTime();
                }
                if (random.nextInt(100) == 0) {
                    task.open();
                }
            }
        }

        boolean isAllRead() {
            return tasks.stream().allMatch(task -> task.next == task.own.size());
        }

        void finish(long now) {
            nowMillis = now;
            for (Partition task : tasks) {
                task.read(Integer.MAX_VALUE);
            }
            nowMillis = Math.max(nowMillis, LONG_AFTER.plus(Duration.ofDays(1)).toEpochMilli());
            for (int i = 0; i < 20; i++) {
                tasks.forEach(Partition::passTime);
                nowMillis += 1_000;
            }
        }

        private String name(Topic topic) {
            return config.topics().name(topic);
        }

        private byte[] key(Entry entry) {
            return entry.key().getBytes(StandardCharsets.UTF_8);
        }

        private byte @Nullable [] bytes(Entry entry) {
            return entry.value() == null ? null : serializer.serialize(name(entry.topic()), entry.value());
        }

        private final class Partition {
            private final MockProcessorContext<String, SpecificRecord> context = TestingStores.context();
            private final KeyValueStore<Bytes, byte[]> accounts =
                    TestingStores.store(TopologyNames.ACCOUNT_STORE, context);
            private final KeyValueStore<Bytes, byte[]> scopes = TestingStores.store(TopologyNames.SCOPE_STORE, context);
            private final KeyValueStore<Bytes, byte[]> events = TestingStores.store(TopologyNames.EVENT_STORE, context);
            private final KeyValueStore<Bytes, byte[]> pendingWork =
                    TestingStores.store(TopologyNames.PENDING_WORK_STORE, context);
            private final int partition;
            private final List<Entry> own;
            /** Offsets differ from run to run: outputs are told by the number of the record. */
            private final Map<Position, Integer> numbers = new HashMap<>();

            private final Map<Topic, Long> offsets = new HashMap<>();
            private AccountingTask task;
            private int next;

            Partition(int partition) {
                this.partition = partition;
                own = entries.stream()
                        .filter(entry -> entry.topic() != Topic.PLAN_CATALOG)
                        .filter(entry -> AccountPartitioner.partition(
                                        entry.key(), config.topics().partitions())
                                == partition)
                        .toList();
                task = opened();
            }

            /** A new task takes over after a commit. */
            void open() {
                task.prepareCommit();
                task = opened();
            }

            private AccountingTask opened() {
                AccountingTask opened = new AccountingTask(
                        config,
                        client,
                        catalog,
                        this::horizon,
                        metrics,
                        new Emitter(context, metrics),
                        new KafkaAccountStore(accounts, scopes, 1 << 20),
                        new KafkaEventIndex(events),
                        new PendingWorkStore(pendingWork));
                opened.open();
                return opened;
            }

            /** Before the next record that is not read yet, or that may still be appended. */
            private long horizon(long nextRequestOffset, long nextCommandOffset) {
                long first = next < own.size() ? own.get(next).atMillis() : Long.MAX_VALUE;
                return Math.min(first, nowMillis) - 1;
            }

            void read(int most) {
                context.setCurrentSystemTimeMs(nowMillis);
                for (int i = 0; i < most && next < own.size() && own.get(next).atMillis() <= nowMillis; i++) {
                    Entry entry = own.get(next++);
                    long offset = offsets.merge(entry.topic(), 1L, Long::sum) - 1;
                    Position position = new Position(name(entry.topic()), partition, offset);
                    numbers.put(position, entry.number());
                    InputRecord input = new InputRecord(position, entry.atMillis(), key(entry), bytes(entry));
                    if (entry.topic() == Topic.REQUEST_EVENTS) {
                        task.request(input, nowMillis);
                    } else {
                        task.command(input, nowMillis);
                    }
                    collect();
                }
            }

            void passTime() {
                context.setCurrentSystemTimeMs(nowMillis);
                task.passTime(nowMillis);
                collect();
            }

            private void collect() {
                context.forwarded()
                        .forEach(captured -> collect(Objects.requireNonNull(
                                (SpecificRecord) captured.record().value())));
                context.resetForwards();
            }

            private void collect(SpecificRecord said) {
                switch (said) {
                    case UsageJournalEntry entry -> {
                        entry.setSourceOffset(
                                number(entry.getSourceTopic(), entry.getSourcePartition(), entry.getSourceOffset()));
                        entry.setSourcePartition(0);
                        add(entry.getAccountId(), entry.getVerdict().name(), Topic.USAGE_JOURNAL, entry);
                    }
                    case LimitEvent event -> {
                        if (event.getCrossingOffset() != null) {
                            event.setCrossingOffset((long) number(
                                    event.getCrossingTopic(), event.getCrossingPartition(), event.getCrossingOffset()));
                            event.setCrossingPartition(0);
                        }
                        add(event.getAccountId(), event.getKind().name(), Topic.LIMIT_EVENTS, event);
                    }
                    case UsageTotal total -> {
                        if (total.getClosed()) {
                            add(total.getAccountId(), "closed", Topic.USAGE_TOTALS, total);
                        }
                    }
                    case DeadLetter letter -> {
                        letter.setSourceOffset(
                                number(letter.getSourceTopic(), letter.getSourcePartition(), letter.getSourceOffset()));
                        letter.setSourcePartition(0);
                        // Says when it was written, and nothing else: measured by the wall clock.
                        letter.setRejectedAt(Instant.EPOCH);
                        add(letter.getAccountId(), letter.getReason(), Topic.DEAD_LETTERS, letter);
                    }
                    // What is said by the throttle of the wall clock.
                    default -> {}
                }
            }

            private void add(String account, String kind, Topic topic, SpecificRecord record) {
                answer.add(account, kind, record, Objects.requireNonNull(serializer.serialize(name(topic), record)));
            }

            private int number(String topic, int ofPartition, long offset) {
                return Objects.requireNonNull(numbers.get(new Position(topic, ofPartition, offset)));
            }
        }
    }

    /** Writes a log by chance. */
    private static final class Writer {
        private final Random random;
        private final List<Entry> entries = new ArrayList<>();
        private final Map<String, List<PlanVersion>> versions = new HashMap<>();

        Writer(Random random) {
            this.random = random;
        }

        TestingLog write(TestingRegistry registry) {
            long now = START.toEpochMilli();
            long end = now + SECONDS * 1_000L;
            publishVersion(now, "mem");
            for (int i = 0; i < ACCOUNTS; i++) {
                append(
                        now + 2_000 + random.nextInt(8_000),
                        Topic.ACCOUNT_EVENTS,
                        account(i),
                        TestingEvents.assignment(account(i), "first-" + i, "mem", TestingPlans.ALWAYS));
            }
            int id = 0;
            while (now < end) {
                now += random.nextInt(900);
                int kind = random.nextInt(100);
                if (kind < 78) {
                    request(now, id++);
                } else if (kind < 90) {
                    command(now, id++);
                } else {
                    catalog(now);
                }
            }
            entries.sort(Comparator.comparingLong(Entry::atMillis));
            List<Entry> numbered = new ArrayList<>();
            for (Entry entry : entries) {
                numbered.add(new Entry(numbered.size(), entry.atMillis(), entry.topic(), entry.key(), entry.value()));
            }
            return new TestingLog(registry, numbered);
        }

        private void request(long now, int id) {
            String account = account(random.nextInt(ACCOUNTS));
            int burst = random.nextInt(8) == 0 ? 12 : 1;
            for (int i = 0; i < burst; i++) {
                Instant occurredAt = Instant.ofEpochMilli(now - random.nextInt(random.nextInt(10) == 0 ? 90_000 : 50));
                append(
                        now,
                        Topic.REQUEST_EVENTS,
                        account,
                        TestingEvents.request(account, "e" + id + "-" + i, occurredAt));
            }
        }

        private void command(long now, int id) {
            String account = account(random.nextInt(ACCOUNTS));
            Instant effectiveAt = Instant.ofEpochMilli(now + random.nextInt(60_000) - 20_000);
            AccountEvent.Builder command = switch (random.nextInt(6)) {
                case 0 ->
                    TestingEvents.command(account, "c" + id, AccountEventType.SUSPENDED, effectiveAt)
                            .setSuspendedUntil(effectiveAt.plusSeconds(1 + random.nextInt(40)));
                case 1 ->
                    TestingEvents.command(account, "c" + id, AccountEventType.EXEMPTION_SET, effectiveAt)
                            .setExempt(random.nextBoolean());
                default ->
                    TestingEvents.command(account, "c" + id, AccountEventType.PLAN_ASSIGNED, effectiveAt)
                            .setPlanId(PLANS.get(random.nextInt(PLANS.size())));
            };
            append(now, Topic.ACCOUNT_EVENTS, account, command.build());
        }

        private void catalog(long now) {
            String planId = PLANS.get(random.nextInt(PLANS.size()));
            if (random.nextInt(6) == 0 && versions.containsKey(planId)) {
                append(now, Topic.PLAN_CATALOG, planId, null);
            } else {
                publishVersion(now, planId);
            }
            if (random.nextInt(3) == 0) {
                // About the time at which it begins to count.
                long at = now + 5_000 + random.nextInt(3) - 1;
                String account = account(random.nextInt(ACCOUNTS));
                append(
                        at,
                        Topic.ACCOUNT_EVENTS,
                        account,
                        TestingEvents.assignment(
                                account, "a" + entries.size(), planId, Instant.ofEpochMilli(at + random.nextInt(100))));
                append(
                        at,
                        Topic.REQUEST_EVENTS,
                        account,
                        TestingEvents.request(account, "b" + entries.size(), Instant.ofEpochMilli(at)));
            }
        }

        private void publishVersion(long now, String planId) {
            List<PlanVersion> all = versions.computeIfAbsent(planId, _ -> new ArrayList<>());
            Instant effectiveFrom = all.isEmpty()
                    ? TestingPlans.ALWAYS
                    : max(
                            Instant.ofEpochMilli(now + random.nextInt(90_000)),
                            all.getLast().getEffectiveFrom().plusMillis(1));
            all.add(PlanVersion.newBuilder(TestingPlans.version(all.size() + 1, effectiveFrom, 3 + random.nextInt(20)))
                    .setNoticePeriodMs(random.nextInt(60_000))
                    .build());
            append(now, Topic.PLAN_CATALOG, planId, new Plan(planId, "Test plan", "", List.copyOf(all)));
        }

        private void append(long at, Topic topic, String key, @Nullable SpecificRecord value) {
            entries.add(new Entry(0, at, topic, key, value));
        }

        private static Instant max(Instant a, Instant b) {
            return a.isAfter(b) ? a : b;
        }

        private static String account(int i) {
            return "account-" + i;
        }
    }
}
