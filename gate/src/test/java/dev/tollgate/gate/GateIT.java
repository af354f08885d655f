package dev.tollgate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.embedded.kafka.EmbeddedKafka;
import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.WindowUnit;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.registry.TestingRegistry;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.TopicAdmin;
import dev.tollgate.schemas.topic.TopicLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The gate on a real Kafka: what it reads, how soon, and what it does when Kafka is gone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GateIT {
    private static final String STATES = "tollgate.limit-state";
    private static final String PLANS = "tollgate.plan-catalog";
    private static final String ORDINARY = "/v2/notes";

    private final TestingRegistry registry = newRegistry();
    private final int port = LoopbackPort.free();
    private final int controllerPort = LoopbackPort.free();
    private final Path folder;
    private EmbeddedKafka kafka;
    private final SchemaRegistryClient schemas = new SchemaRegistryClient(RegistryConfig.ofUrl(registry.url()));
    private final AvroSerializer<LimitState> states = new AvroSerializer<>(schemas);
    private final AvroSerializer<Plan> plans = new AvroSerializer<>(schemas);

    GateIT(@TempDir Path folder) {
        this.folder = folder;
        this.kafka = EmbeddedKafka.start(folder, port, controllerPort);
    }

    private static TestingRegistry newRegistry() {
        try {
            return new TestingRegistry();
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeAll
    void createTopics() {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            new TopicAdmin(admin, TopicLayout.standard()).apply();
        }
        try (Producer<byte[], byte[]> producer = producer(null)) {
            publish(producer, PLANS, "mem", plans.serialize(PLANS, TestingPlan.mem(Algorithm.FIXED_WINDOW)));
        }
    }

    @AfterAll
    void stop() {
        kafka.close();
        registry.close();
    }

    private Producer<byte[], byte[]> producer(@Nullable String transactionalId) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("bootstrap.servers", kafka.bootstrapServers());
        properties.put("linger.ms", "0");
        if (transactionalId != null) {
            properties.put("transactional.id", transactionalId);
        }
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private void send(Producer<byte[], byte[]> producer, String topic, String key, @Nullable LimitState value) {
        publish(producer, topic, key, states.serialize(topic, value));
    }

    private static void publish(Producer<byte[], byte[]> producer, String topic, String key, byte @Nullable [] bytes) {
        try {
            producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), bytes))
                    .get();
        } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private Gate gate(String... settings) {
        Map<String, String> all = TestingGate.settings(settings);
        all.put("gate.start-timeout", "1m");
        all.put("kafka.bootstrap-servers", "127.0.0.1:" + port);
        all.put("kafka.reconnect.backoff.max.ms", "200");
        all.put("registry.url", registry.url());
        return Gate.of(GateConfig.from(all));
    }

    private static LimitState minute(String account, long version, long used) {
        return TestingState.at(version, System.currentTimeMillis())
                .account(account)
                .window("requests-per-day", "requests", WindowUnit.DAY, 4_000L, used)
                .build();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline of 60 s").isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void givenStatesInTheTopic_whenGateStarts_thenItKnowsThemAndFollowsWithinMilliseconds() throws Exception {
        try (Producer<byte[], byte[]> producer = producer(null);
                Gate gate = gate()) {
            send(producer, STATES, "first", minute("first", 1, 4_000));
            assertThat(gate.start()).isTrue();
            assertThat(gate.check("first", ORDINARY).reason()).isEqualTo(Reason.RATE_LIMITED);

            long[] micros = new long[200];
            for (int i = 0; i < micros.length; i++) {
                String account = "second-" + i;
                long before = System.nanoTime();
                send(producer, STATES, account, minute(account, 1, 4_000));
                await(() -> !gate.check(account, ORDINARY).allowed());
                micros[i] = (System.nanoTime() - before) / 1_000;
            }

            Arrays.sort(micros);
            // Median; a few milliseconds where nothing else runs.
            assertThat(micros[micros.length / 2]).isLessThan(100_000);
        }
    }

    @Test
    void givenOpenTransaction_whenSnapshotIsWritten_thenOnlyAGateThatReadsCommittedWaits() throws Exception {
        try (Producer<byte[], byte[]> producer = producer("gate-it");
                Gate quick = gate();
                Gate careful = gate("gate.read-uncommitted", "false")) {
            assertThat(quick.start()).isTrue();
            assertThat(careful.start()).isTrue();
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, STATES, "third", minute("third", 5, 4_000));

            await(() -> !quick.check("third", ORDINARY).allowed());
            assertThat(careful.check("third", ORDINARY).allowed()).isTrue();
            producer.abortTransaction();
            producer.beginTransaction();
            send(producer, STATES, "third", minute("third", 5, 4_000));
            producer.commitTransaction();

            await(() -> !careful.check("third", ORDINARY).allowed());
            assertThat(quick.check("third", ORDINARY).allowed()).isFalse();
        }
    }

    @Test
    void givenBadRecordsAndTombstones_whenRead_thenTheyAreSkippedCountedAndForgotten() throws Exception {
        try (Producer<byte[], byte[]> producer = producer(null);
                Gate gate = gate()) {
            assertThat(gate.start()).isTrue();
            send(producer, STATES, "fourth", minute("fourth", 1, 4_000));
            await(() -> !gate.check("fourth", ORDINARY).allowed());
            long before = gate.metrics().malformed();

            byte[] key = "fourth".getBytes(StandardCharsets.UTF_8);
            producer.send(new ProducerRecord<>(STATES, key, new byte[] {1, 2, 3}))
                    .get();
            producer.send(new ProducerRecord<>(STATES, key, new byte[] {0, 0, 0, 0, 9, 9}))
                    .get();
            await(() -> gate.metrics().malformed() == before + 2);
            assertThat(gate.check("fourth", ORDINARY).allowed()).isFalse();
            send(producer, STATES, "fourth", null);

            await(() -> gate.check("fourth", ORDINARY).allowed());
        }
    }

    @Test
    void givenRegistryThatFails_whenSnapshotsCome_thenNoneIsLost() throws Exception {
        try (Producer<byte[], byte[]> producer = producer(null);
                Gate gate = gate()) {
            send(producer, STATES, "fifth", minute("fifth", 1, 4_000));
            registry.failNext(25);

            gate.start();
            await(gate::ready);

            assertThat(gate.metrics().feedFailures()).isPositive();
            assertThat(gate.metrics().malformed()).isZero();
            assertThat(gate.check("fifth", ORDINARY).allowed()).isFalse();
        }
    }

    @Test
    void givenKafkaThatGoesAndComes_whenCalled_thenMemoryDecidesStalenessTellsAndTheFeedCatchesUp() throws Exception {
        try (Gate gate = gate("gate.feed-max-age", "5s", "gate.stale.limit.requests-per-minute", "closed")) {
            try (Producer<byte[], byte[]> producer = producer(null)) {
                send(producer, STATES, "sixth", minute("sixth", 1, 4_000));
                send(producer, STATES, "seventh", minute("seventh", 1, 0));
                assertThat(gate.start()).isTrue();
            }

            kafka.close();

            assertThat(gate.check("sixth", ORDINARY).allowed()).isFalse();
            await(() -> gate.check("seventh", ORDINARY).reason() == Reason.STALE);
            assertThat(gate.feedAge()).isGreaterThan(Duration.ofSeconds(5));

            kafka = EmbeddedKafka.start(folder, port, controllerPort);
            await(() -> gate.check("seventh", ORDINARY).allowed());
            try (Producer<byte[], byte[]> producer = producer(null)) {
                send(producer, STATES, "seventh", minute("seventh", 2, 4_000));
                await(() -> gate.check("seventh", ORDINARY).reason() == Reason.RATE_LIMITED);
            }
        }
    }

    @Test
    void givenNoKafka_whenStarted_thenItWaitsNoLongerThanToldAndAnswersByPolicy() throws Exception {
        Map<String, String> settings = TestingGate.settings(
                "kafka.bootstrap-servers",
                "127.0.0.1:" + LoopbackPort.free(),
                "gate.start-timeout",
                "300ms",
                "gate.start-policy",
                "closed");
        try (Gate gate = Gate.of(GateConfig.from(settings))) {
            boolean ready = gate.start();

            assertThat(ready).isFalse();
            assertThat(gate.check("acme", ORDINARY).reason()).isEqualTo(Reason.STALE);
        }
    }
}
