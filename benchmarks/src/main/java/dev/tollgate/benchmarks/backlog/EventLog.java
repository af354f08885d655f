package dev.tollgate.benchmarks.backlog;

import dev.tollgate.benchmarks.Pauses;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.registry.RegistryRejection;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicAdmin;
import dev.tollgate.schemas.topic.TopicLayout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Tollgate's topics under one prefix, with a plan, accounts and events in them. */
final class EventLog {
    static final int PARTITIONS = 4;

    /** How long the topology waits for plans that were published before an event. */
    static final Duration SETTLE_TIME = Duration.ofMillis(200);

    /** The plan of every account: the role's default one, so that none is assigned to it while events are counted. */
    static final String PLAN = "measured";

    private static final long FAR = 1_000_000_000_000L;

    private final TopicLayout layout;

    private EventLog(TopicLayout layout) {
        this.layout = layout;
    }

    /**
     * Makes the topics and publishes plan and events: in order of time, with ids that grow with time.
     *
     * @param prefix of the topics
     * @param sums the plan's limits, which are never reached
     */
    static EventLog publish(BacklogStack stack, String prefix, Traffic traffic, List<WindowedSum> sums)
            throws IOException {
        EventLog log = new EventLog(new TopicLayout(prefix, PARTITIONS, (short) 1));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) stack.bootstrapServers()))) {
            TopicAdmin topics = new TopicAdmin(admin, log.layout);
            topics.apply();
            topics.registerSchemas(stack.registry());
        } catch (RegistryRejection e) {
            throw new IOException("the registry rejected a schema", e);
        }
        Map<String, Object> properties = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, stack.bootstrapServers(), ProducerConfig.LINGER_MS_CONFIG, 5);
        try (AvroSerializer<SpecificRecord> serializer = new AvroSerializer<>(stack.registry());
                KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            log.send(producer, serializer, Topic.PLAN_CATALOG, PLAN, plan(sums));
            producer.flush();
            Pauses.millis(2 * SETTLE_TIME.toMillis());
            traffic.forEach((number, i, atMillis, units) -> {
                String account = Traffic.account(i);
                log.send(producer, serializer, Topic.REQUEST_EVENTS, account, event(number, account, atMillis, units));
            });
            producer.flush();
        }
        return log;
    }

    TopicLayout layout() {
        return layout;
    }

    String requestEvents() {
        return layout.name(Topic.REQUEST_EVENTS);
    }

    private void send(
            KafkaProducer<byte[], byte[]> producer,
            AvroSerializer<SpecificRecord> serializer,
            Topic topic,
            String key,
            SpecificRecord value) {
        // What does not arrive shows in the totals.
        var _ = producer.send(new ProducerRecord<>(
                layout.name(topic),
                key.getBytes(StandardCharsets.UTF_8),
                serializer.serialize(layout.name(topic), value)));
    }

    private static RequestEvent event(int number, String account, long atMillis, long units) {
        return RequestEvent.newBuilder()
                .setEventId(String.format("%08x-%04x-7000-8000-%012x", atMillis >>> 16, atMillis & 0xffff, number))
                .setAccountId(account)
                .setProjectId("project-1")
                .setApiKeyId("key-" + number % 3)
                .setEndpoint("/v2/notes")
                .setOccurredAt(Instant.ofEpochMilli(atMillis))
                .setPhase(Phase.COMPLETED)
                .setOutcome(Outcome.SUCCESS)
                .setUnits(units)
                .build();
    }

    private static Plan plan(List<WindowedSum> sums) {
        return new Plan(
                PLAN,
                "",
                "",
                List.of(PlanVersion.newBuilder()
                        .setVersion(1)
                        .setEffectiveFrom(Instant.EPOCH)
                        .setChecksum("")
                        .setMeters(Stream.of(WindowedSum.Quantity.values())
                                .map(quantity -> new Meter(
                                        quantity.meter(),
                                        "unit",
                                        new Cost(quantity.base(), quantity.perUnit(), 1L),
                                        List.of()))
                                .toList())
                        .setLimits(sums.stream().map(EventLog::limit).toList())
                        .setChargedOutcomes(List.of(Outcome.SUCCESS))
                        .build()));
    }

    private static Limit limit(WindowedSum sum) {
        return Limit.newBuilder()
                .setLimitId(sum.id())
                .setMeterId(sum.quantity().meter())
                .setAmount(FAR)
                .setAlgorithm(Algorithm.FIXED_WINDOW)
                .setWindow(sum.unit())
                .setGraceMs(60_000L)
                .build();
    }
}
