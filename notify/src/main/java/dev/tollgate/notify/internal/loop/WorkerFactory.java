package dev.tollgate.notify.internal.loop;

import dev.tollgate.notify.internal.alert.AlertBody;
import dev.tollgate.notify.internal.alert.SnapshotAlerts;
import dev.tollgate.notify.internal.body.MessageRenderer;
import dev.tollgate.notify.internal.http.PostClient;
import dev.tollgate.notify.internal.http.WebhookClient;
import dev.tollgate.notify.internal.lane.LanePolicy;
import dev.tollgate.notify.status.NotifyMetrics;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.NotifyDelivery;
import dev.tollgate.schemas.avro.NotifyProgress;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicLayout;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Makes workers on one cluster. */
public final class WorkerFactory {
    /** A partition that is taken away is given up within this time, requests in flight included. */
    private static final int MAX_POLL_INTERVAL_MILLIS = 300_000;

    private final Map<String, Object> serdes;
    private final String eventsTopic;
    private final String stateTopic;
    private final String progressTopic;
    private final String deliveriesTopic;
    private final InstantSource clock;
    private final NotifyMetrics metrics;
    private final ProgressReader progress;

    /**
     * @param readers properties of consumers without a group
     * @param serdes properties of serializers and deserializers
     * @param topics how they are named
     */
    public WorkerFactory(
            Admin admin,
            Map<String, Object> readers,
            Map<String, Object> serdes,
            TopicLayout topics,
            InstantSource clock,
            NotifyMetrics metrics) {
        this.serdes = Map.copyOf(serdes);
        this.eventsTopic = topics.name(Topic.LIMIT_EVENTS);
        this.stateTopic = topics.name(Topic.LIMIT_STATE);
        this.progressTopic = topics.name(Topic.NOTIFY_PROGRESS);
        this.deliveriesTopic = topics.name(Topic.NOTIFY_DELIVERIES);
        this.clock = clock;
        this.metrics = metrics;
        // Each worker reads on its own thread, and decoding is not for two at a time.
        this.progress = new ProgressReader(
                progressTopic,
                admin,
                () -> new KafkaConsumer<>(readers, new ByteArrayDeserializer(), new ByteArrayDeserializer()),
                () -> {
                    AvroDeserializer<NotifyProgress> own = new AvroDeserializer<>(NotifyProgress.class);
                    own.configure(serdes, false);
                    return own;
                });
    }

    /** An endpoint as far as its worker needs it. */
    public record Target(
            String name,
            String urlHash,
            boolean fromBeginning,
            LanePolicy policy,
            Duration requestTimeout,
            MessageRenderer renderer,
            Predicate<LimitEvent> filter) {}

    /**
     * A worker that has not started.
     *
     * @param clients new clients of the receiver
     * @param checkInterval how often an endpoint that is switched off is looked at
     */
    public EndpointWorker worker(
            Target target,
            Map<String, Object> consumer,
            Map<String, Object> producer,
            Supplier<WebhookClient> clients,
            Duration checkInterval) {
        AvroDeserializer<LimitEvent> events = new AvroDeserializer<>(LimitEvent.class);
        events.configure(serdes, false);
        AvroSerializer<NotifyProgress> progressValues = new AvroSerializer<>();
        progressValues.configure(serdes, false);
        AvroSerializer<NotifyDelivery> deliveryValues = new AvroSerializer<>();
        deliveryValues.configure(serdes, false);
        EndpointSession.Setup setup = new EndpointSession.Setup(
                target.name(),
                eventsTopic,
                target.fromBeginning(),
                target.urlHash(),
                target.policy(),
                target.requestTimeout(),
                target.renderer(),
                new EventRecords(events, target.filter()),
                progress,
                clock,
                metrics);
        return new EndpointWorker(
                setup,
                consumers(consumer),
                () -> journal(target.name(), producer, progressValues, deliveryValues),
                clients,
                checkInterval);
    }

    /** An Alertmanager as far as its worker needs it. */
    public record AlertTarget(
            String name, Duration interval, Duration requestTimeout, SnapshotAlerts alerts, AlertBody body) {}

    /**
     * A worker that has not started.
     *
     * @param clients new clients of the Alertmanager
     */
    public AlertmanagerWorker alertmanager(
            AlertTarget target, Map<String, Object> consumer, Supplier<PostClient> clients) {
        AvroDeserializer<LimitState> states = new AvroDeserializer<>(LimitState.class);
        states.configure(serdes, false);
        return new AlertmanagerWorker(
                new AlertmanagerWorker.Setup(
                        target.name(),
                        stateTopic,
                        target.interval(),
                        target.requestTimeout(),
                        target.alerts(),
                        target.body(),
                        states,
                        clock,
                        metrics),
                consumers(consumer),
                clients);
    }

    private static Supplier<Consumer<byte[], byte[]>> consumers(Map<String, Object> properties) {
        Map<String, Object> polling = new HashMap<>(properties);
        polling.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, MAX_POLL_INTERVAL_MILLIS);
        return () -> new KafkaConsumer<>(polling, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private EndpointWorker.OpenJournal journal(
            String endpoint,
            Map<String, Object> properties,
            AvroSerializer<NotifyProgress> progressValues,
            AvroSerializer<NotifyDelivery> deliveryValues) {
        Producer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        Journal journal =
                new Journal(endpoint, progressTopic, deliveriesTopic, producer, progressValues, deliveryValues);
        // Rolls back what is open, if the cluster answers.
        return new EndpointWorker.OpenJournal(journal, () -> producer.close(Duration.ofSeconds(2)));
    }
}
