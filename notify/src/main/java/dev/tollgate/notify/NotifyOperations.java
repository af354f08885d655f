package dev.tollgate.notify;

import dev.tollgate.notify.internal.alert.AlertBody;
import dev.tollgate.notify.internal.alert.AlertPost;
import dev.tollgate.notify.internal.body.Message;
import dev.tollgate.notify.internal.http.Answer;
import dev.tollgate.notify.internal.http.PostClient;
import dev.tollgate.notify.internal.http.WebhookClient;
import dev.tollgate.notify.internal.loop.DeliveryRecords;
import dev.tollgate.notify.internal.loop.EventSearch;
import dev.tollgate.notify.internal.loop.ProgressKey;
import dev.tollgate.notify.internal.loop.ProgressReader;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.NotifyDelivery;
import dev.tollgate.schemas.avro.NotifyProgress;
import dev.tollgate.schemas.metrics.TagDeclaration;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.AccountPartitioner;
import dev.tollgate.schemas.topic.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * What operators do beside the running role: look at endpoints, try one, send an event again, switch one on again.
 * Thread-safe. Every method throws {@link NotifyException} for an endpoint that is not configured and for a cluster
 * that does not answer.
 */
public final class NotifyOperations implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final NotifyConfig config;
    private final Admin admin;

    public NotifyOperations(NotifyConfig config) {
        this.config = config;
        this.admin = Admin.create(config.adminProperties());
    }

    /** All endpoints, by name. */
    public List<EndpointStatus> list() throws InterruptedException {
        List<EndpointStatus> statuses = new ArrayList<>();
        for (Endpoint endpoint : config.endpoints()) {
            if (endpoint.kind() == EndpointKind.ALERTMANAGER) {
                // It has no place in the log, and nothing switches it off.
                statuses.add(new EndpointStatus(
                        endpoint.name(), endpoint.shownUrl(), endpoint.shownFormat(), false, true, 0));
                continue;
            }
            Map<TopicPartition, OffsetAndMetadata> offsets = offsets(endpoint);
            statuses.add(new EndpointStatus(
                    endpoint.name(),
                    endpoint.shownUrl(),
                    endpoint.shownFormat(),
                    endpoint.urlHash()
                            .equals(progress().read(endpoint.name(), 0).disabledUrlHash()),
                    !offsets.isEmpty(),
                    behind(offsets)));
        }
        return statuses;
    }

    /**
     * Sends a message that says nothing, signed as all others, or to an Alertmanager the alert {@code TollgateTest},
     * which ends by itself after a minute; and writes the answer to the delivery log.
     */
    public SentMessage test(String name) throws InterruptedException {
        Endpoint endpoint = endpoint(name);
        Instant now = Instant.now();
        String id = "test-" + UUID.randomUUID();
        Sent sent = endpoint.kind() == EndpointKind.ALERTMANAGER
                ? sendTestAlert(endpoint, now)
                : send(endpoint, endpoint.renderer(config.source()).test(id, name, now), now);
        record("", 0, DeliveryRecords.test(name, id, sent.answer(), now, sent.duration()));
        return sent.message(name, id);
    }

    /**
     * Sends an event again, under its id and with its bytes, once, whatever the endpoint's filters say and whatever is
     * in flight: the receiver knows it by its id. Writes the answer to the delivery log.
     *
     * @param account whose event it is, which spares reading the other partitions; null if it is not known
     * @throws NotifyException also if the log does not have the event (any more), and for an Alertmanager
     */
    public SentMessage resend(String name, String eventId, @Nullable String account) throws InterruptedException {
        Endpoint endpoint = webhook(name);
        LimitEvent event = search().find(eventId, account, partitions());
        if (event == null) {
            throw new NotifyException("limit event '" + eventId + "'"
                    + (account == null ? "" : " of account '" + account + "'") + " is not in "
                    + config.topics().name(Topic.LIMIT_EVENTS)
                    + " (any more): 'tollgate tail limit-events --from-beginning --json' shows what is");
        }
        Instant now = Instant.now();
        Message message = endpoint.renderer(config.source()).render(event);
        Sent sent = send(endpoint, message, now);
        record(
                event.getAccountId(),
                AccountPartitioner.partition(event.getAccountId(), partitions()),
                DeliveryRecords.resent(name, event, sent.answer(), now, sent.duration()));
        return sent.message(name, eventId);
    }

    /** Switches an endpoint on again that its receiver had switched off with 410; it goes on where it stood. */
    public void enable(String name) throws InterruptedException {
        Endpoint endpoint = webhook(name);
        write(new ProducerRecord<>(
                config.topics().name(Topic.NOTIFY_PROGRESS),
                0,
                ProgressKey.ofEndpoint(endpoint.name()).bytes(),
                null));
    }

    @Override
    public void close() {
        admin.close();
    }

    private record Sent(Answer answer, Duration duration) {
        SentMessage message(String endpoint, String id) {
            return new SentMessage(
                    endpoint,
                    id,
                    answer.status(),
                    answer.failure() == null ? null : TagDeclaration.value(answer.failure()),
                    answer.detail(),
                    duration.toMillis());
        }
    }

    private Sent send(Endpoint endpoint, Message message, Instant now) throws InterruptedException {
        try (WebhookClient client = Notify.client(config, endpoint)) {
            return sent(answer -> client.send(message, now, answer));
        }
    }

    private Sent sendTestAlert(Endpoint endpoint, Instant now) throws InterruptedException {
        byte[] body = new AlertBody(config.generatorUrl()).bytes(List.of(AlertPost.test(endpoint.name(), now)));
        try (PostClient client = Notify.alertClient(config, endpoint)) {
            return sent(answer -> client.post(Map.of(), body, now, answer));
        }
    }

    private Sent sent(Consumer<Consumer<Answer>> request) throws InterruptedException {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        long from = System.nanoTime();
        request.accept(answer::complete);
        try {
            return new Sent(
                    answer.get(config.requestTimeout().plus(PATIENCE).toMillis(), TimeUnit.MILLISECONDS),
                    Duration.ofNanos(System.nanoTime() - from));
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("a request ends within its time-out", e);
        }
    }

    private Endpoint webhook(String name) {
        Endpoint endpoint = endpoint(name);
        if (endpoint.kind() == EndpointKind.ALERTMANAGER) {
            throw new NotifyException("endpoint '" + name + "' is an Alertmanager: what holds is sent to it again and"
                    + " again by itself, and nothing switches it off");
        }
        return endpoint;
    }

    private Endpoint endpoint(String name) {
        return config.endpoints().stream()
                .filter(endpoint -> endpoint.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NotifyException("endpoint '" + name + "' is not configured; there is "
                        + (config.endpoints().isEmpty()
                                ? "none"
                                : String.join(
                                        ", ",
                                        config.endpoints().stream()
                                                .map(Endpoint::name)
                                                .toList()))));
    }

    private Map<TopicPartition, OffsetAndMetadata> offsets(Endpoint endpoint) throws InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> found = new HashMap<>();
        await(admin.listConsumerGroupOffsets(endpoint.group()).partitionsToOffsetAndMetadata())
                .forEach((partition, offset) -> {
                    if (offset != null) {
                        found.put(partition, offset);
                    }
                });
        return found;
    }

    private long behind(Map<TopicPartition, OffsetAndMetadata> offsets) throws InterruptedException {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        offsets.keySet().forEach(partition -> wanted.put(partition, OffsetSpec.latest()));
        long behind = 0;
        for (var end : await(admin.listOffsets(wanted).all()).entrySet()) {
            OffsetAndMetadata offset = offsets.get(end.getKey());
            behind += offset == null ? 0 : Math.max(0, end.getValue().offset() - offset.offset());
        }
        return behind;
    }

    private int partitions() throws InterruptedException {
        String topic = config.topics().name(Topic.LIMIT_EVENTS);
        return await(admin.describeTopics(List.of(topic)).allTopicNames())
                .getOrDefault(topic, new org.apache.kafka.clients.admin.TopicDescription(topic, false, List.of()))
                .partitions()
                .size();
    }

    private EventSearch search() {
        return new EventSearch(
                config.topics().name(Topic.LIMIT_EVENTS),
                () -> new KafkaConsumer<>(
                        config.readerProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer()),
                () -> {
                    AvroDeserializer<LimitEvent> values = new AvroDeserializer<>(LimitEvent.class);
                    values.configure(config.serdeProperties(), false);
                    return values;
                });
    }

    private ProgressReader progress() {
        return new ProgressReader(
                config.topics().name(Topic.NOTIFY_PROGRESS),
                admin,
                () -> new KafkaConsumer<>(
                        config.readerProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer()),
                () -> {
                    AvroDeserializer<NotifyProgress> values = new AvroDeserializer<>(NotifyProgress.class);
                    values.configure(config.serdeProperties(), false);
                    return values;
                });
    }

    private void record(String account, int partition, NotifyDelivery delivery) throws InterruptedException {
        String topic = config.topics().name(Topic.NOTIFY_DELIVERIES);
        try (AvroSerializer<NotifyDelivery> values = new AvroSerializer<>()) {
            values.configure(config.serdeProperties(), false);
            write(new ProducerRecord<>(
                    topic, partition, account.getBytes(StandardCharsets.UTF_8), values.serialize(topic, delivery)));
        }
    }

    private void write(ProducerRecord<byte[], byte[]> written) throws InterruptedException {
        try (Producer<byte[], byte[]> producer = new KafkaProducer<>(
                config.plainProducerProperties(), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(written).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw unanswered(e);
        }
    }

    private static <T> T await(org.apache.kafka.common.KafkaFuture<T> future) throws InterruptedException {
        try {
            return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw unanswered(e);
        }
    }

    private static NotifyException unanswered(Exception e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return new NotifyException("Kafka does not do what it is asked: " + cause.getMessage(), e);
    }
}
