package dev.tollgate.notify;

import dev.tollgate.embedded.kafka.EmbeddedKafka;
import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.NotifyDelivery;
import dev.tollgate.schemas.registry.TestingRegistry;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.AccountPartitioner;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicAdmin;
import dev.tollgate.schemas.topic.TopicLayout;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A broker and a registry for the class; topics of its own for each test. */
final class NotifyFixture implements AutoCloseable {
    static final Duration DEADLINE = Duration.ofSeconds(90);
    static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    static final String OLD_SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private static final AtomicInteger PREFIXES = new AtomicInteger();

    private final int port = LoopbackPort.free();
    private final EmbeddedKafka kafka;
    private final TestingRegistry registry;
    private final Producer<byte[], byte[]> producer;
    private final AvroSerializer<LimitEvent> values = new AvroSerializer<>();
    private final AvroSerializer<LimitState> states = new AvroSerializer<>();
    private TopicLayout layout = TopicLayout.standard();

    NotifyFixture(Path folder) throws Exception {
        registry = new TestingRegistry();
        kafka = EmbeddedKafka.start(folder, port, LoopbackPort.free());
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "linger.ms", 0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        values.configure(Map.of("schema.registry.url", registry.url()), false);
        states.configure(Map.of("schema.registry.url", registry.url()), false);
    }

    /** Fresh topics. */
    void newTopics() {
        layout = new TopicLayout("t" + PREFIXES.incrementAndGet() + ".", 3, (short) 1);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            new TopicAdmin(admin, layout).apply();
        }
    }

    /** Settings of a role with fast retries that may reach loopback, changed by pairs of key and value. */
    Map<String, String> settings(String... changes) {
        Map<String, String> settings = new HashMap<>();
        settings.put("kafka.bootstrap-servers", kafka.bootstrapServers());
        settings.put("registry.url", registry.url());
        settings.put("topics.prefix", layout.prefix());
        settings.put("topics.partitions", Integer.toString(layout.partitions()));
        settings.put("notify.allowed-networks", "127.0.0.1");
        settings.put("notify.retry.waits", "50ms,100ms");
        for (int i = 0; i < changes.length; i += 2) {
            settings.put(changes[i], changes[i + 1]);
        }
        return settings;
    }

    /** Pairs of key and value of an Alertmanager to which what holds is sent every second. */
    String[] alertmanager(String name, String url) {
        return new String[] {
            "notify.endpoint." + name + ".kind",
            "alertmanager",
            "notify.endpoint." + name + ".url",
            url,
            "notify.alertmanager.resend-interval",
            "1s"
        };
    }

    /** Pairs of key and value of an endpoint that begins at the beginning. Groups are the cluster's: names differ. */
    String[] endpoint(String name, String url, String... more) {
        List<String> pairs = new ArrayList<>(List.of(
                "notify.endpoint." + name + ".url",
                url,
                "notify.endpoint." + name + ".secrets",
                SECRET,
                "notify.endpoint." + name + ".from",
                "beginning"));
        for (int i = 0; i < more.length; i += 2) {
            pairs.add("notify.endpoint." + name + "." + more[i]);
            pairs.add(more[i + 1]);
        }
        return pairs.toArray(String[]::new);
    }

    static Notify start(Map<String, String> settings) {
        return start(settings, new SimpleMeterRegistry());
    }

    static Notify start(Map<String, String> settings, MeterRegistry meters) {
        return Notify.start(NotifyConfig.from(settings), meters);
    }

    /** A block, or the end of the one before it for even versions. */
    static LimitEvent event(String account, long version) {
        LimitEvent event = new LimitEvent();
        boolean cleared = version % 2 == 0;
        event.setLimitEventId(account + "-" + version);
        event.setAccountId(account);
        event.setKind(cleared ? LimitEventKind.LIMIT_CLEARED : LimitEventKind.HARD_LIMIT_REACHED);
        event.setClearedEventId(cleared ? account + "-" + (version - 1) : null);
        event.setMode(dev.tollgate.schemas.avro.Mode.ENFORCE);
        event.setScope(dev.tollgate.schemas.avro.Scope.ACCOUNT);
        event.setScopeKey("");
        event.setLimitId("day");
        event.setMeterId("requests");
        event.setPlanId("pro");
        event.setPlanVersion(1);
        event.setEventTime(Instant.parse("2026-05-04T10:00:00Z"));
        event.setDecidedAt(Instant.parse("2026-05-04T10:00:01Z"));
        event.setVersion(version);
        event.setReason("größer als ☃");
        return event;
    }

    /** Publishes and waits until Kafka has them. */
    void publish(LimitEvent... events) throws Exception {
        String topic = layout.name(Topic.LIMIT_EVENTS);
        for (LimitEvent event : events) {
            publishRaw(event.getAccountId(), Objects.requireNonNull(values.serialize(topic, event)));
        }
    }

    void publishRaw(String account, byte[] value) throws Exception {
        producer.send(new ProducerRecord<>(
                        layout.name(Topic.LIMIT_EVENTS), account.getBytes(StandardCharsets.UTF_8), value))
                .get();
    }

    /** Publishes a snapshot and waits until Kafka has it. */
    void publishState(LimitState state) throws Exception {
        String topic = layout.name(Topic.LIMIT_STATE);
        String account = state.getAccountId();
        producer.send(new ProducerRecord<>(
                        topic,
                        AccountPartitioner.partition(account, layout.partitions()),
                        account.getBytes(StandardCharsets.UTF_8),
                        states.serialize(topic, state)))
                .get();
    }

    /** The delivery log, committed records only. */
    List<NotifyDelivery> deliveries() {
        List<NotifyDelivery> found = new ArrayList<>();
        String topic = layout.name(Topic.NOTIFY_DELIVERIES);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers(), "isolation.level", "read_committed"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
                AvroDeserializer<NotifyDelivery> decoder = new AvroDeserializer<>(NotifyDelivery.class)) {
            decoder.configure(Map.of("schema.registry.url", registry.url()), false);
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> polled : consumer.poll(Duration.ofMillis(100))) {
                    found.add(Objects.requireNonNull(decoder.deserialize(topic, polled.value())));
                }
            }
        }
        return found;
    }

    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline >= 0) {
                throw new AssertionError("not within " + DEADLINE.toSeconds() + " s: " + what);
            }
            Thread.sleep(5);
        }
    }

    @Override
    public void close() {
        producer.close();
        kafka.close();
        registry.close();
    }
}
