package dev.tollgate.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.embedded.Stack;
import dev.tollgate.engine.input.Position;
import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.RegistryRejection;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicAdmin;
import dev.tollgate.schemas.topic.TopicLayout;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.task.TestingEvents;
import dev.tollgate.streams.task.TestingPlans;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The topics of one test on the shared stack, with what tests do to them: publish, read what was committed, recount.
 */
final class TestingCluster implements AutoCloseable {
    static final int PARTITIONS = 4;
    /** One broker, one clock. */
    static final Duration SETTLE_TIME = Duration.ofMillis(200);

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final AtomicInteger CLUSTERS = new AtomicInteger();

    final TopicLayout layout;
    final SchemaRegistryClient registry;
    final KafkaProducer<byte[], byte[]> producer;
    private final String bootstrapServers;
    private final String registryUrl;
    private final AvroSerializer<SpecificRecord> serializer;

    /** For conditions that are waited for; see {@link #committedSoFar}. */
    private final Map<Topic, Tail<?>> tails = new EnumMap<>(Topic.class);

    /** Where the records of a copy stood. */
    private final Map<Position, Position> originals = new HashMap<>();

    TestingCluster(Stack stack) throws RegistryRejection {
        this(stack, PARTITIONS);
    }

    private TestingCluster(Stack stack, int partitions) throws RegistryRejection {
        bootstrapServers = stack.bootstrapServers();
        registryUrl = stack.registryUrl();
        layout = new TopicLayout(
                "it" + CLUSTERS.incrementAndGet() + "-" + Long.toString(System.nanoTime(), 36) + ".",
                partitions,
                (short) 1);
        registry = new SchemaRegistryClient(RegistryConfig.ofUrl(registryUrl));
        serializer = new AvroSerializer<>(registry);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) bootstrapServers))) {
            TopicAdmin topics = new TopicAdmin(admin, layout);
            topics.apply();
            topics.registerSchemas(registry);
        }
        producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers, ProducerConfig.LINGER_MS_CONFIG, 2),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** Settings of an instance with its own state folder. */
    Map<String, String> settings(Path stateDir) {
        Map<String, String> settings = new HashMap<>();
        settings.put("kafka.bootstrap-servers", bootstrapServers);
        settings.put("registry.url", registryUrl);
        settings.put("topics.prefix", layout.prefix());
        settings.put("topics.partitions", Integer.toString(layout.partitions()));
        settings.put("topics.replication", "1");
        settings.put("streams.application-id", layout.prefix() + "accounting");
        settings.put("streams.state-dir", stateDir.toString());
        settings.put("accounting.plan-settle-time", SETTLE_TIME.toMillis() + "ms");
        // The least that a broker allows: killed instances are missed sooner.
        settings.put("kafka.streams.main.consumer.session.timeout.ms", "6000");
        return settings;
    }

    AccountingConfig config(Path stateDir) {
        return AccountingConfig.from(settings(stateDir));
    }

    /** Changes the configuration of a topic behind Tollgate's back. */
    void alter(Topic topic, String key, String value) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) bootstrapServers))) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, layout.name(topic)),
                            List.of(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        } catch (ExecutionException | InterruptedException e) {
            throw new AssertionError("the configuration could not be changed", e);
        }
    }

    /** Takes the oldest records of every partition away, as retention does. */
    void deleteFirstRecords(Topic topic, long records) {
        Map<TopicPartition, RecordsToDelete> deleted = new HashMap<>();
        partitions(topic).forEach(partition -> deleted.put(partition, RecordsToDelete.beforeOffset(records)));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) bootstrapServers))) {
            admin.deleteRecords(deleted).all().get();
        } catch (ExecutionException | InterruptedException e) {
            throw new AssertionError("the records could not be deleted", e);
        }
    }

    void publish(Topic topic, String key, SpecificRecord value) {
        publishRaw(topic, key.getBytes(StandardCharsets.UTF_8), bytes(topic, value));
    }

    void publishRaw(Topic topic, byte @Nullable [] key, byte @Nullable [] value) {
        // What does not arrive shows in the books.
        var _ = producer.send(new ProducerRecord<>(layout.name(topic), key, value));
    }

    byte[] bytes(Topic topic, SpecificRecord value) {
        return Objects.requireNonNull(serializer.serialize(layout.name(topic), value));
    }

    void publish(RequestEvent event) {
        publish(Topic.REQUEST_EVENTS, event.getAccountId(), event);
    }

    /** A plan, and accounts {@code account-0} to {@code account-(n-1)} on it since ever. */
    void putOnPlan(int accounts, long perMinute) {
        publish(Topic.PLAN_CATALOG, "mem", TestingPlans.mem("mem", perMinute));
        settle();
        for (int i = 0; i < accounts; i++) {
            String account = account(i);
            publish(
                    Topic.ACCOUNT_EVENTS,
                    account,
                    TestingEvents.assignment(account, "assign-" + account, "mem", TestingPlans.ALWAYS));
        }
        producer.flush();
    }

    /** Returns when what was published to plan-catalog counts for whatever is published next. */
    void settle() {
        producer.flush();
        pause(SETTLE_TIME.multipliedBy(2));
    }

    static String account(int i) {
        return "account-" + i;
    }

    /**
     * Sound events in order of time, five milliseconds apart, every twentieth published twice. Late ones there are
     * none, so each counts once.
     */
    static List<RequestEvent> traffic(int events, int accounts, Instant start) {
        List<RequestEvent> traffic = new ArrayList<>();
        for (int i = 0; i < events; i++) {
            RequestEvent event = TestingEvents.request(account(i % accounts), "event-" + i, start.plusMillis(5L * i));
            traffic.add(event);
            if (i % 20 == 0) {
                traffic.add(event);
            }
        }
        return traffic;
    }

    /** Used by account, limit and window, counted from the published events alone: each id once. */
    static Map<String, Long> recount(List<RequestEvent> published) {
        Map<String, Long> totals = new TreeMap<>();
        Map<String, RequestEvent> distinct = new HashMap<>();
        published.forEach(event -> distinct.put(event.getAccountId() + "/" + event.getEventId(), event));
        for (RequestEvent event : distinct.values()) {
            long time = event.getOccurredAt().toEpochMilli();
            for (String meter : List.of("requests", "complexity")) {
                totals.merge(key(event, meter + "-per-minute", time - time % 60_000), 1L, Long::sum);
                totals.merge(key(event, meter + "-per-day", time - time % 86_400_000), 1L, Long::sum);
            }
        }
        return totals;
    }

    /** Key of an account's total, for a limit by account that is named after its meter and window. */
    static String key(RequestEvent event, String limit, long windowStart) {
        return key(event.getAccountId(), limit, windowStart);
    }

    static String key(String account, String limit, long windowStart) {
        String[] parts = limit.split("-per-", -1);
        return account + "|" + limit + "|ACCOUNT||" + parts[0] + "|" + parts[1].toUpperCase(Locale.ROOT) + "|"
                + windowStart;
    }

    /** The newest committed total of each key, as a reader of the compacted topic sees it. */
    Map<String, Long> committedTotals() {
        return newest(committed(Topic.USAGE_TOTALS, UsageTotal.class));
    }

    private static Map<String, Long> newest(List<ConsumerRecord<String, UsageTotal>> records) {
        Map<String, Long> totals = new TreeMap<>();
        Map<String, Long> versions = new HashMap<>();
        for (ConsumerRecord<String, UsageTotal> record : records) {
            assertThat(versions.getOrDefault(record.key(), -1L))
                    .as("versions of " + record.key() + " grow along the topic")
                    .isLessThanOrEqualTo(record.value().getVersion());
            versions.put(record.key(), record.value().getVersion());
            totals.put(record.key(), record.value().getUsed());
        }
        return totals;
    }

    List<UsageJournalEntry> committedJournal() {
        return committed(Topic.USAGE_JOURNAL, UsageJournalEntry.class).stream()
                .map(ConsumerRecord::value)
                .toList();
    }

    /** Everything that is committed in a topic at this moment, read from its beginning. */
    <T extends SpecificRecord> List<ConsumerRecord<String, T>> committed(Topic topic, Class<T> type) {
        try (Tail<T> tail = new Tail<>(consumer(type, "read_committed"), partitions(topic))) {
            return tail.readOn();
        }
    }

    /**
     * The same for a condition that is waited for: each call reads what has come since the last one and adds it to what
     * was there. Whoever changes records takes those of {@link #committed}.
     */
    @SuppressWarnings("unchecked") // A topic has records of one type.
    <T extends SpecificRecord> List<ConsumerRecord<String, T>> committedSoFar(Topic topic, Class<T> type) {
        Tail<T> tail = (Tail<T>)
                tails.computeIfAbsent(topic, _ -> new Tail<>(consumer(type, "read_committed"), partitions(topic)));
        return tail.readOn();
    }

    /** How many verdicts are committed by now. */
    int committedVerdicts() {
        return committedSoFar(Topic.USAGE_JOURNAL, UsageJournalEntry.class).size();
    }

    /** Reads partitions from their beginning to where they end, and on from there when it is asked again. */
    private static final class Tail<T extends SpecificRecord> implements AutoCloseable {
        private final KafkaConsumer<String, T> consumer;
        private final List<TopicPartition> partitions;
        private final List<ConsumerRecord<String, T>> records = new ArrayList<>();

        Tail(KafkaConsumer<String, T> consumer, List<TopicPartition> partitions) {
            this.consumer = consumer;
            this.partitions = partitions;
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
        }

        List<ConsumerRecord<String, T>> readOn() {
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream()
                    .anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            return records;
        }

        @Override
        public void close() {
            consumer.close();
        }
    }

    <T extends SpecificRecord> KafkaConsumer<String, T> consumer(Class<T> type, String isolation) {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        isolation,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest"),
                new StringDeserializer(),
                new AvroDeserializer<>(type, registry));
    }

    List<TopicPartition> partitions(Topic topic) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (int i = 0; i < layout.partitions(topic); i++) {
            partitions.add(new TopicPartition(layout.name(topic), i));
        }
        return partitions;
    }

    /**
     * Waits until the journal has an entry for each published event and compares all of it and all totals with the
     * recount.
     */
    void assertBooksAgree(List<RequestEvent> published) {
        assertBooksAgree(published, recount(published));
    }

    /** The same with totals that were counted otherwise. */
    void assertBooksAgree(List<RequestEvent> published, Map<String, Long> expected) {
        await(
                "a journal entry for each of " + published.size() + " events",
                () -> committedVerdicts() >= published.size());
        List<UsageJournalEntry> journal = committedJournal();
        assertThat(journal).hasSize(published.size());
        assertThat(journal.stream()
                        .map(entry -> entry.getSourcePartition() + "@" + entry.getSourceOffset())
                        .distinct())
                .as("one entry for each record")
                .hasSize(published.size());
        long counted = journal.stream()
                .filter(entry -> entry.getVerdict() == dev.tollgate.schemas.avro.Verdict.COUNTED)
                .map(entry -> entry.getAccountId() + "/" + entry.getEventId())
                .distinct()
                .count();
        assertThat(counted)
                .as("each event id is counted once")
                .isEqualTo(journal.stream()
                        .filter(entry -> entry.getVerdict() == dev.tollgate.schemas.avro.Verdict.COUNTED)
                        .count())
                .isEqualTo(published.stream()
                        .map(event -> event.getAccountId() + "/" + event.getEventId())
                        .distinct()
                        .count());

        await(
                "totals that equal the recount, without further events",
                () -> newest(committedSoFar(Topic.USAGE_TOTALS, UsageTotal.class))
                        .equals(expected));
        assertThat(committedTotals()).as("totals, read from the beginning").isEqualTo(expected);
        assertThat(committed(Topic.DEAD_LETTERS, dev.tollgate.schemas.avro.DeadLetter.class))
                .isEmpty();
    }

    /**
     * The input topics of this cluster on another number of partitions, each record with its append time. Only here:
     * topics that a broker does not stamp are worth as much as their producers' clocks.
     */
    TestingCluster copyWithAppendTimes(Stack stack, int partitions) throws Exception {
        TestingCluster copy = new TestingCluster(stack, partitions);
        List<Topic> inputs = List.of(Topic.PLAN_CATALOG, Topic.ACCOUNT_EVENTS, Topic.REQUEST_EVENTS);
        Map<ConfigResource, Collection<AlterConfigOp>> unstamped = new HashMap<>();
        inputs.forEach(topic -> unstamped.put(
                new ConfigResource(ConfigResource.Type.TOPIC, copy.layout.name(topic)),
                List.of(new AlterConfigOp(
                        new ConfigEntry("message.timestamp.type", "CreateTime"), AlterConfigOp.OpType.SET))));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) bootstrapServers))) {
            admin.incrementalAlterConfigs(unstamped).all().get();
        }
        for (Topic topic : inputs) {
            List<ConsumerRecord<byte[], byte[]>> records = raw(topic);
            // Append times grow along a partition: the copies' do, too.
            records.sort(Comparator.comparingLong(ConsumerRecord<byte[], byte[]>::timestamp)
                    .thenComparingInt(ConsumerRecord::partition)
                    .thenComparingLong(ConsumerRecord::offset));
            List<Future<RecordMetadata>> written = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> record : records) {
                written.add(copy.producer.send(new ProducerRecord<>(
                        copy.layout.name(topic), null, record.timestamp(), record.key(), record.value())));
            }
            copy.producer.flush();
            for (int i = 0; i < written.size(); i++) {
                RecordMetadata metadata = written.get(i).get();
                copy.originals.put(
                        new Position(metadata.topic(), metadata.partition(), metadata.offset()),
                        new Position(
                                records.get(i).topic(),
                                records.get(i).partition(),
                                records.get(i).offset()));
            }
        }
        return copy;
    }

    private List<ConsumerRecord<byte[], byte[]>> raw(Topic topic) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = partitions(topic);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream()
                    .anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }

    /** An output of a copy with the positions of the original's records. */
    SpecificRecord originalOf(SpecificRecord record) {
        switch (record) {
            case UsageJournalEntry entry -> {
                Position position =
                        original(entry.getSourceTopic(), entry.getSourcePartition(), entry.getSourceOffset());
                entry.setSourceTopic(position.topic());
                entry.setSourcePartition(position.partition());
                entry.setSourceOffset(position.offset());
            }
            case LimitEvent event -> {
                if (event.getCrossingTopic() != null) {
                    Position position =
                            original(event.getCrossingTopic(), event.getCrossingPartition(), event.getCrossingOffset());
                    event.setCrossingTopic(position.topic());
                    event.setCrossingPartition(position.partition());
                    event.setCrossingOffset(position.offset());
                }
            }
            case DeadLetter letter -> {
                Position position =
                        original(letter.getSourceTopic(), letter.getSourcePartition(), letter.getSourceOffset());
                letter.setSourceTopic(position.topic());
                letter.setSourcePartition(position.partition());
                letter.setSourceOffset(position.offset());
            }
            default -> throw new IllegalArgumentException("has no position: " + record);
        }
        return record;
    }

    private Position original(String topic, int partition, long offset) {
        return Objects.requireNonNull(originals.get(new Position(topic, partition, offset)));
    }

    /** Waits for a condition, with a deadline. */
    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("within " + PATIENCE.toSeconds() + " s there should have been " + what);
            }
            pause(Duration.ofMillis(50));
        }
    }

    /** Leaves the processor to others for a while; what is waited for is a condition. */
    static void pause(Duration duration) {
        try {
            TimeUnit.MILLISECONDS.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting", e);
        }
    }

    @Override
    public void close() {
        tails.values().forEach(Tail::close);
        producer.close();
    }
}
