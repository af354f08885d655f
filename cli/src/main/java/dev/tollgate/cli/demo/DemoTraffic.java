package dev.tollgate.cli.demo;

import dev.tollgate.cli.config.KafkaAccess;
import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.cli.terminal.Progress;
import dev.tollgate.publisher.PublisherConfig;
import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.AccountEventType;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.UsageCarry;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.testkit.traffic.TrafficGenerator;
import dev.tollgate.testkit.traffic.TrafficProfile;
import dev.tollgate.testkit.traffic.TrafficRecord;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the traffic: events through the publisher that services use; what the publisher would reject goes through a
 * bare producer, as a foreign client could send it.
 */
final class DemoTraffic implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SHOWN_EVERY = 500;

    private final KafkaAccess kafka;
    private final SchemaRegistryClient registry;
    private final TrafficProfile profile;
    private final TrafficGenerator generator;
    private final RequestEventPublisher publisher;
    private final Producer<String, byte[]> bare;
    private final AvroSerializer<RequestEvent> serializer;
    private final String topic;
    private long published;

    DemoTraffic(KafkaAccess kafka, SchemaRegistryClient registry, TrafficProfile profile) {
        this.kafka = kafka;
        this.registry = registry;
        this.profile = profile;
        this.generator = new TrafficGenerator(profile);
        this.publisher = RequestEventPublisher.start(PublisherConfig.from(kafka.libraryProperties()));
        this.bare = kafka.producer(new ByteArraySerializer());
        this.serializer = new AvroSerializer<>(registry);
        this.topic = kafka.layout().name(Topic.REQUEST_EVENTS);
    }

    /** Puts the accounts on the plans in turn, from before the oldest call on that can still count. */
    void assignAccounts(List<Plan> plans) {
        try (Producer<String, AccountEvent> producer = kafka.producer(registry)) {
            for (int i = 0; i < profile.accounts(); i++) {
                AccountEvent event = new AccountEvent();
                event.setAccountId(TrafficGenerator.accountId(i));
                event.setCommandId("demo-assign-" + i);
                event.setType(AccountEventType.PLAN_ASSIGNED);
                event.setEffectiveAt(profile.start().minus(DemoPlans.OLDEST_CALL));
                event.setIssuedAt(profile.start());
                event.setActor("demo");
                event.setPlanId(DemoPlans.planOf(i, plans).getPlanId());
                event.setUsageCarry(UsageCarry.KEEP);
                producer.send(
                        new ProducerRecord<>(kafka.layout().name(Topic.ACCOUNT_EVENTS), event.getAccountId(), event));
            }
        }
    }

    /** Publishes the next records as fast as the pipeline takes them, and returns when Kafka has them all. */
    void publish(int count, Progress progress) {
        for (int i = 0; i < count; i++) {
            send(generator.next());
            if (i % SHOWN_EVERY == 0) {
                progress.at(i);
            }
        }
        flush();
    }

    /** Publishes the next records at a steady rate. */
    void publishPaced(int count, int perSecond, Progress progress) {
        long begun = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long due = begun + i * 1_000_000_000L / perSecond;
            for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
                LockSupport.parkNanos(early);
            }
            send(generator.next());
            progress.at(i);
        }
        flush();
    }

    /** Records published so far. */
    long published() {
        return published;
    }

    private void send(TrafficRecord record) {
        switch (record) {
            case TrafficRecord.Event(var event) -> {
                if (!publisher.publishWaiting(event, PATIENCE)) {
                    throw new CommandFailure("the publisher did not take an event: " + publisher.counters());
                }
            }
            case TrafficRecord.Impossible impossible ->
                bare(impossible.key(), serializer.serialize(topic, impossible.event()));
            case TrafficRecord.Malformed malformed -> bare(malformed.key(), malformed.value());
        }
        published++;
    }

    private void bare(@Nullable String key, byte @Nullable [] value) {
        bare.send(new ProducerRecord<>(topic, key, value));
    }

    private void flush() {
        bare.flush();
        if (!publisher.flush(PATIENCE)) {
            throw new CommandFailure("Kafka did not take all events within " + PATIENCE + ": " + publisher.counters());
        }
    }

    @Override
    public void close() {
        publisher.close();
        bare.close();
    }
}
