package dev.tollgate.benchmarks.pipeline;

import dev.tollgate.benchmarks.Pauses;
import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.embedded.EmbeddedStackOptions;
import dev.tollgate.embedded.Part;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.AccountEventType;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.UsageCarry;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.avro.WindowUnit;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.RegistryRejection;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicAdmin;
import dev.tollgate.schemas.topic.TopicLayout;
import dev.tollgate.streams.AccountingApp;
import dev.tollgate.streams.config.AccountingConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Kafka, registry and topology (exactly once) in this process, with one plan and accounts on it. */
final class Pipeline implements AutoCloseable {
    static final String PLAN = "measured";
    static final String ENDPOINT = "/v2/notes";
    /** One broker, one clock. */
    private static final Duration SETTLE_TIME = Duration.ofMillis(200);

    private static final int PARTITIONS = 4;
    private static final long PATIENCE_MILLIS = 60_000;

    static {
        AvroTypes.trust();
    }

    private final EmbeddedStack stack;
    private final TopicLayout layout = new TopicLayout("tollgate.", PARTITIONS, (short) 1);
    private final SchemaRegistryClient registry;
    private final AccountingApp accounting;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AvroSerializer<SpecificRecord> serializer;
    private long commands;

    /**
     * Starts everything.
     *
     * @param limit of the plan's only limit, a request each
     * @param window of that limit
     * @param overrides settings of the topology that differ from its presets
     */
    Pipeline(long limit, WindowUnit window, Map<String, String> overrides) throws IOException, RegistryRejection {
        stack = EmbeddedStack.start(EmbeddedStackOptions.ephemeral().withParts(Part.KAFKA, Part.REGISTRY));
        registry = new SchemaRegistryClient(RegistryConfig.ofUrl(stack.registryUrl()));
        serializer = new AvroSerializer<>(registry);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) stack.bootstrapServers()))) {
            TopicAdmin topics = new TopicAdmin(admin, layout);
            topics.apply();
            topics.registerSchemas(registry);
        }
        producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, stack.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        send(Topic.PLAN_CATALOG, PLAN, plan(limit, window));
        producer.flush();
        long publishedNanos = System.nanoTime();
        Map<String, String> settings = new HashMap<>(Map.of(
                "kafka.bootstrap-servers", stack.bootstrapServers(),
                "registry.url", stack.registryUrl(),
                "topics.partitions", Integer.toString(PARTITIONS),
                "topics.replication", "1",
                "streams.state-dir", stateFolder(),
                "accounting.plan-settle-time", SETTLE_TIME.toMillis() + "ms"));
        settings.putAll(overrides);
        accounting = new AccountingApp(AccountingConfig.from(settings));
        accounting.start();
        long rest = SETTLE_TIME.multipliedBy(2).toNanos() - (System.nanoTime() - publishedNanos);
        LockSupport.parkNanos(rest);
    }

    private String stateFolder() throws IOException {
        Path folder = Files.createDirectories(stack.folder().resolve("streams"));
        return folder.toString();
    }

    /** What gates and publishers need to find this pipeline. */
    Map<String, String> clientProperties() {
        return Map.of("bootstrap.servers", stack.bootstrapServers(), "schema.registry.url", stack.registryUrl());
    }

    /** Puts accounts on the plan and waits until the topology knows. */
    void assign(List<String> accounts) {
        for (String account : accounts) {
            send(
                    Topic.ACCOUNT_EVENTS,
                    account,
                    AccountEvent.newBuilder()
                            .setCommandId("assign-" + account)
                            .setAccountId(account)
                            .setType(AccountEventType.PLAN_ASSIGNED)
                            .setEffectiveAt(Instant.EPOCH)
                            .setIssuedAt(Instant.EPOCH)
                            .setUsageCarry(UsageCarry.KEEP)
                            .setPlanId(PLAN)
                            .build());
        }
        producer.flush();
        commands += accounts.size();
        await("the accounts' plan", () -> (long) accounting.metrics().commands.count(), commands);
    }

    /** Waits until the topology has counted so many events. */
    void awaitCounted(long events) {
        await("the journal", this::counted, events);
    }

    /** Events that the topology has counted so far. */
    long counted() {
        return accounting.metrics().journal.count(Verdict.COUNTED);
    }

    /** Usage of each window as the topology has said it last: by account, then by start in seconds since the epoch. */
    Map<String, Map<Long, Long>> totals() {
        Map<String, Map<Long, Long>> totals = new HashMap<>();
        try (KafkaConsumer<String, UsageTotal> consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        stack.bootstrapServers(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                new StringDeserializer(),
                new AvroDeserializer<>(UsageTotal.class, registry))) {
            List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                    .mapToObj(i -> new TopicPartition(layout.name(Topic.USAGE_TOTALS), i))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream()
                    .anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
                for (ConsumerRecord<String, UsageTotal> read : consumer.poll(Duration.ofMillis(100))) {
                    UsageTotal total = read.value();
                    totals.computeIfAbsent(total.getAccountId(), account -> new HashMap<>())
                            .put(total.getWindowStart().getEpochSecond(), total.getUsed());
                }
            }
        }
        return totals;
    }

    private static void await(String what, LongSupplier counter, long value) {
        long deadline = System.nanoTime() + Duration.ofMillis(PATIENCE_MILLIS).toNanos();
        while (counter.getAsLong() < value) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("waited " + PATIENCE_MILLIS + " ms for " + what + ": must reach "
                        + value + ", was " + counter.getAsLong());
            }
            Pauses.millis(10);
        }
    }

    private void send(Topic topic, String key, SpecificRecord value) {
        // A command that does not arrive shows in assign().
        var _ = producer.send(new ProducerRecord<>(
                layout.name(topic),
                key.getBytes(StandardCharsets.UTF_8),
                serializer.serialize(layout.name(topic), value)));
    }

    private static Plan plan(long limit, WindowUnit window) {
        return new Plan(
                PLAN,
                "",
                "",
                List.of(PlanVersion.newBuilder()
                        .setVersion(1)
                        .setEffectiveFrom(Instant.EPOCH)
                        .setChecksum("")
                        .setMeters(List.of(new Meter("requests", "request", new Cost(1L, 0L, 1L), List.of())))
                        .setLimits(List.of(Limit.newBuilder()
                                .setLimitId("requests-per-window")
                                .setMeterId("requests")
                                .setAmount(limit)
                                .setAlgorithm(Algorithm.FIXED_WINDOW)
                                .setWindow(window)
                                .setGraceMs(60_000L)
                                .build()))
                        .setChargedOutcomes(List.of(Outcome.SUCCESS))
                        .build()));
    }

    @Override
    public void close() {
        producer.close();
        accounting.close();
        stack.close();
    }
}
