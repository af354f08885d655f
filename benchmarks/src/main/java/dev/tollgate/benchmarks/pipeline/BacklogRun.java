package dev.tollgate.benchmarks.pipeline;

import dev.tollgate.engine.output.Verdict;
import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.AccountEventType;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.UsageCarry;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.avro.WindowUnit;
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
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** One run of {@link Backlog}: its own topics, events, state and instance of the role. */
final class BacklogRun implements AutoCloseable {
    private static final String PLAN = "measured";
    private static final String DAY_LIMIT = "requests-per-day";
    private static final int PARTITIONS = 4;
    private static final long FAR = 1_000_000_000;
    private static final Duration SETTLE_TIME = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final BacklogStack stack;
    private final TopicLayout layout;
    private final AvroSerializer<SpecificRecord> serializer;
    private final Map<String, String> settings;
    private int events;
    private int accounts;

    BacklogRun(BacklogStack stack, String prefix, Map<String, String> overrides) throws IOException {
        this.stack = stack;
        this.layout = new TopicLayout(prefix, PARTITIONS, (short) 1);
        this.serializer = new AvroSerializer<>(stack.registry());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) stack.bootstrapServers()))) {
            TopicAdmin topics = new TopicAdmin(admin, layout);
            topics.apply();
            topics.registerSchemas(stack.registry());
        } catch (dev.tollgate.schemas.registry.RegistryRejection e) {
            throw new IOException("the registry rejected a schema", e);
        }
        Path state = Files.createDirectories(stack.folder().resolve(prefix + "streams"));
        settings = new HashMap<>(Map.of(
                "kafka.bootstrap-servers",
                stack.bootstrapServers(),
                "registry.url",
                stack.registryUrl(),
                "topics.prefix",
                prefix,
                "topics.partitions",
                Integer.toString(PARTITIONS),
                "topics.replication",
                "1",
                "streams.application-id",
                prefix + "accounting",
                "streams.state-dir",
                state.toString(),
                "accounting.plan-settle-time",
                SETTLE_TIME.toMillis() + "ms"));
        settings.putAll(overrides);
    }

    /** Publishes the plan, the accounts and all events, in order of time, with ids that grow with time. */
    void publish(int events, int accounts, long seed) {
        this.events = events;
        this.accounts = accounts;
        Map<String, Object> properties = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, stack.bootstrapServers(), ProducerConfig.LINGER_MS_CONFIG, 5);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            send(producer, Topic.PLAN_CATALOG, PLAN, plan());
            producer.flush();
            Pauses.millis(2 * SETTLE_TIME.toMillis());
            for (int i = 0; i < accounts; i++) {
                send(producer, Topic.ACCOUNT_EVENTS, account(i), assignment(account(i)));
            }
            Random random = new Random(seed);
            long base = Instant.now().minus(Duration.ofMinutes(10)).toEpochMilli();
            for (int i = 0; i < events; i++) {
                double r = random.nextDouble();
                long at = base + i / 100;
                send(producer, Topic.REQUEST_EVENTS, account((int) (accounts * r * r)), event(i, at, accounts, r));
            }
            producer.flush();
        }
    }

    /** A bare consumer of all partitions that decodes each event; events a second. */
    double decode() {
        long read = 0;
        try (AvroDeserializer<RequestEvent> decoder = new AvroDeserializer<>(RequestEvent.class, stack.registry());
                KafkaConsumer<byte[], byte[]> consumer =
                        consumer(new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            String topic = layout.name(Topic.REQUEST_EVENTS);
            assignAll(consumer, topic);
            long start = System.nanoTime();
            while (read < events) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    RequestEvent event = decoder.deserialize(topic, record.value());
                    read += event == null ? 0 : 1;
                }
            }
            return read / ((System.nanoTime() - start) / 1e9);
        }
    }

    /**
     * Runs the role until all events are counted, and compares the totals.
     *
     * @param decoded events a second of the bare consumer, to compare with
     */
    String account(double decoded) {
        try (AccountingApp app = new AccountingApp(AccountingConfig.from(settings))) {
            app.start();
            await("the commands", () -> app.metrics().commands.count() >= accounts);
            Map<String, Double> sentBefore = sent(app);
            long before = app.metrics().journal.count(Verdict.COUNTED);
            ProcessorUse use = new ProcessorUse();
            long start = System.nanoTime();
            await("the backlog", () -> app.metrics().journal.count(Verdict.COUNTED) >= events);
            double seconds = (System.nanoTime() - start) / 1e9;
            long counted = events - before;
            String processorUse = use.perEvent(counted);
            Map<String, Double> sent = sent(app);
            double perSecond = counted / seconds;
            StringBuilder report = new StringBuilder(String.format(
                    Locale.ROOT,
                    "  topology: %.0f events/s (%.3f of bare decode) events=%d seconds=%.1f%n"
                            + "  processor us/event: %s%n  records/event: ",
                    perSecond,
                    perSecond / decoded,
                    counted,
                    seconds,
                    processorUse));
            double all = 0;
            for (Map.Entry<String, Double> topic : sent.entrySet()) {
                double each = (topic.getValue() - sentBefore.getOrDefault(topic.getKey(), 0.0)) / counted;
                all += each;
                report.append(String.format(Locale.ROOT, "%s=%.3f ", topic.getKey(), each));
            }
            report.append(String.format(Locale.ROOT, "all=%.2f%n", all));
            await("the totals", () -> usage() == events);
            return report + "  totals: " + events + " events, as published";
        }
    }

    /** Records that the role has sent so far, by topic without prefix. */
    private Map<String, Double> sent(AccountingApp app) {
        Map<String, Double> sent = new TreeMap<>();
        app.kafkaMetrics().forEach((name, metric) -> {
            if (isSentRecords(name)) {
                String topic = name.tags().getOrDefault("topic", "");
                String shortName =
                        topic.replace(layout.prefix() + "accounting-", "").replace(layout.prefix(), "");
                sent.merge(shortName, ((Number) metric.metricValue()).doubleValue(), Double::sum);
            }
        });
        return sent;
    }

    private static boolean isSentRecords(MetricName name) {
        return name.group().equals("producer-topic-metrics") && name.name().equals("record-send-total");
    }

    /** Requests of the day of all accounts together, as the committed totals say. */
    private long usage() {
        Map<String, Long> newest = new HashMap<>();
        try (KafkaConsumer<String, UsageTotal> consumer =
                consumer(new StringDeserializer(), new AvroDeserializer<>(UsageTotal.class, stack.registry()))) {
            List<TopicPartition> partitions = assignAll(consumer, layout.name(Topic.USAGE_TOTALS));
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.getOrDefault(one, 0L))) {
                for (ConsumerRecord<String, UsageTotal> read : consumer.poll(Duration.ofMillis(100))) {
                    if (read.value().getLimitId().equals(DAY_LIMIT)) {
                        newest.put(read.key(), read.value().getUsed());
                    }
                }
            }
        }
        return newest.values().stream().mapToLong(Long::longValue).sum();
    }

    private <K, V> KafkaConsumer<K, V> consumer(Deserializer<K> keys, Deserializer<V> values) {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        stack.bootstrapServers(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                keys,
                values);
    }

    private static List<TopicPartition> assignAll(KafkaConsumer<?, ?> consumer, String topic) {
        List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                .mapToObj(i -> new TopicPartition(topic, i))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return partitions;
    }

    private void send(KafkaProducer<byte[], byte[]> producer, Topic topic, String key, SpecificRecord value) {
        // What does not arrive shows in the totals.
        var _ = producer.send(new ProducerRecord<>(
                layout.name(topic),
                key.getBytes(StandardCharsets.UTF_8),
                serializer.serialize(layout.name(topic), value)));
    }

    private static String account(int i) {
        return "account-" + i;
    }

    private static RequestEvent event(int number, long atMillis, int accounts, double r) {
        return RequestEvent.newBuilder()
                .setEventId(String.format("%08x-%04x-7000-8000-%012x", atMillis >>> 16, atMillis & 0xffff, number))
                .setAccountId(account((int) (accounts * r * r)))
                .setProjectId("project-1")
                .setApiKeyId("key-" + number % 3)
                .setEndpoint("/v2/notes")
                .setOccurredAt(Instant.ofEpochMilli(atMillis))
                .setPhase(Phase.COMPLETED)
                .setOutcome(Outcome.SUCCESS)
                .build();
    }

    private static AccountEvent assignment(String account) {
        return AccountEvent.newBuilder()
                .setCommandId("assign-" + account)
                .setAccountId(account)
                .setType(AccountEventType.PLAN_ASSIGNED)
                .setEffectiveAt(Instant.EPOCH)
                .setIssuedAt(Instant.EPOCH)
                .setUsageCarry(UsageCarry.KEEP)
                .setPlanId(PLAN)
                .build();
    }

    /** Two meters by minute and day, with limits that are never reached. */
    private static Plan plan() {
        return new Plan(
                PLAN,
                "",
                "",
                List.of(PlanVersion.newBuilder()
                        .setVersion(1)
                        .setEffectiveFrom(Instant.EPOCH)
                        .setChecksum("")
                        .setMeters(List.of(
                                new Meter("requests", "request", new Cost(1L, 0L, 1L), List.of()),
                                new Meter("complexity", "unit", new Cost(1L, 0L, 1L), List.of())))
                        .setLimits(List.of(
                                limit("requests-per-minute", "requests", WindowUnit.MINUTE),
                                limit(DAY_LIMIT, "requests", WindowUnit.DAY),
                                limit("complexity-per-minute", "complexity", WindowUnit.MINUTE),
                                limit("complexity-per-day", "complexity", WindowUnit.DAY)))
                        .setChargedOutcomes(List.of(Outcome.SUCCESS))
                        .build()));
    }

    private static Limit limit(String id, String meter, WindowUnit window) {
        return Limit.newBuilder()
                .setLimitId(id)
                .setMeterId(meter)
                .setAmount(FAR)
                .setAlgorithm(Algorithm.FIXED_WINDOW)
                .setWindow(window)
                .setGraceMs(60_000L)
                .build();
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new KafkaException("waited " + PATIENCE.toSeconds() + " s for " + what);
            }
            Pauses.millis(20);
        }
    }

    @Override
    public void close() {
        serializer.close();
    }
}
