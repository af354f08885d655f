package dev.tollgate.gateway;

import dev.tollgate.embedded.kafka.EmbeddedKafka;
import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.registry.TestingRegistry;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicAdmin;
import dev.tollgate.schemas.topic.TopicLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** A broker, a registry, and gateways on them. */
final class GatewayFixture implements AutoCloseable {
    static final Duration DEADLINE = Duration.ofSeconds(30);

    private final Path folder;
    private final int port = LoopbackPort.free();
    private final TestingRegistry registry;
    private final String topic = TopicLayout.standard().name(Topic.REQUEST_EVENTS);
    private @Nullable EmbeddedKafka kafka;

    GatewayFixture(Path folder) throws Exception {
        this.folder = folder;
        registry = new TestingRegistry();
        startKafka();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            new TopicAdmin(admin, TopicLayout.standard()).apply();
        }
    }

    String bootstrapServers() {
        return LoopbackPort.HOST + ":" + port;
    }

    void startKafka() {
        kafka = EmbeddedKafka.start(folder, port, LoopbackPort.free());
    }

    void stopKafka() {
        if (kafka != null) {
            kafka.close();
            kafka = null;
        }
    }

    /** Settings of a gateway on this broker that lets anyone publish, changed by pairs of key and value. */
    Map<String, String> settings(String... changes) {
        Map<String, String> settings = new HashMap<>();
        settings.put("kafka.bootstrap-servers", bootstrapServers());
        settings.put("registry.url", registry.url());
        settings.put("gateway.port", "0");
        settings.put("gateway.anonymous", "true");
        // The dates in the tests stay as they are while the clock goes on.
        settings.put("events.max-age", "36500d");
        for (int i = 0; i < changes.length; i += 2) {
            settings.put(changes[i], changes[i + 1]);
        }
        return settings;
    }

    /** Starts a gateway and waits until it is ready. */
    Gateway gateway(String... changes) throws Exception {
        Gateway gateway = Gateway.start(GatewayConfig.from(settings(changes)));
        awaitReady(gateway);
        return gateway;
    }

    /** What a gauge of the gateway says now. */
    static double gauge(Gateway gateway, String name) {
        return gateway.registry().get(name).gauge().value();
    }

    static void awaitReady(Gateway gateway) {
        await("gateway is ready", () -> HttpCalls.status(gateway, "/health/ready") == 200);
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline >= 0) {
                throw new AssertionError("not within " + DEADLINE.toSeconds() + " s: " + what);
            }
            Thread.onSpinWait();
        }
    }

    /** All events of the topic whose account is as asked, in the order of their partition. */
    List<RequestEvent> events(Predicate<String> account) {
        List<RequestEvent> events = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                        Map.<String, Object>of("bootstrap.servers", bootstrapServers()),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
                AvroDeserializer<RequestEvent> deserializer = new AvroDeserializer<>(RequestEvent.class)) {
            deserializer.configure(Map.of("schema.registry.url", registry.url()), false);
            List<TopicPartition> partitions = new ArrayList<>();
            for (PartitionInfo info : consumer.partitionsFor(topic)) {
                partitions.add(new TopicPartition(topic, info.partition()));
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> polled : consumer.poll(Duration.ofMillis(200))) {
                    if (account.test(new String(polled.key(), StandardCharsets.UTF_8))) {
                        RequestEvent event = deserializer.deserialize(topic, polled.value());
                        if (event != null) {
                            events.add(event);
                        }
                    }
                }
            }
        }
        return events;
    }

    List<RequestEvent> events(String account) {
        return events(account::equals);
    }

    @Override
    public void close() {
        stopKafka();
        registry.close();
    }
}
