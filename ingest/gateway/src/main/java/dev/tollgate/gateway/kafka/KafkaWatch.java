package dev.tollgate.gateway.kafka;

import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.RequestEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartitionInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the cluster every so often whether the topic can be written to, on a thread of its own. Requests are turned away
 * at once while it cannot: each would otherwise hold its memory until a time-out, and clients would be told that the
 * gateway is overloaded when it is Kafka that is away.
 */
public final class KafkaWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(KafkaWatch.class);

    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(2);

    private final Admin admin;
    private final EventSender sender;
    private final String topic;
    private final Thread thread;
    private boolean prepared;
    private final Availability availability = new Availability();

    /** Starts watching. The sender is prepared on the way; it stays the caller's to close. */
    public KafkaWatch(Map<String, ?> clients, String topic, EventSender sender) {
        this.topic = topic;
        this.sender = sender;
        Map<String, Object> properties = new HashMap<>();
        clients.forEach((key, value) -> {
            if (AdminClientConfig.configNames().contains(key)) {
                properties.put(key, value);
            }
        });
        properties.put(AdminClientConfig.CLIENT_ID_CONFIG, "tollgate-gateway-watch");
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.toIntExact(ANSWER_TIMEOUT.toMillis()));
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(ANSWER_TIMEOUT.toMillis()));
        properties.put(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
        admin = Admin.create(properties);
        thread = Thread.ofPlatform().name("gateway-kafka-watch").daemon().start(this::watch);
    }

    /** As of the newest answer. */
    public State state() {
        return availability.state();
    }

    private void watch() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                State found = ask();
                if (availability.note(found)) {
                    if (found.available()) {
                        log.info("Kafka is available: topic={}", topic);
                    } else {
                        log.warn("Kafka is not available: topic={} detail={}", topic, found.detail());
                    }
                }
                TimeUnit.NANOSECONDS.sleep(INTERVAL.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private State ask() throws InterruptedException {
        try {
            TopicDescription description = admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get(ANSWER_TIMEOUT.toMillis() * 2, TimeUnit.MILLISECONDS)
                    .get(topic);
            List<TopicPartitionInfo> partitions = description == null ? List.of() : description.partitions();
            long leaderless = partitions.stream()
                    .filter(partition ->
                            partition.leader() == null || partition.leader().isEmpty())
                    .count();
            if (leaderless > 0) {
                return State.away(leaderless + " of " + partitions.size() + " partitions have no leader");
            }
            if (!prepared) {
                sender.prepare(sample());
                prepared = true;
            }
            return new State(true, "", false);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return cause instanceof org.apache.kafka.common.errors.TimeoutException
                    ? late(cause)
                    : State.away(detail(cause));
        } catch (TimeoutException | org.apache.kafka.common.errors.TimeoutException e) {
            return late(e);
        } catch (KafkaException e) {
            return State.away(detail(e));
        }
    }

    /** In words that stay the same: the client's own name a deadline in milliseconds, and each would be news. */
    private static State late(Throwable cause) {
        log.debug("no answer in time", cause);
        return State.late("no answer within " + ANSWER_TIMEOUT.toSeconds() + " s");
    }

    private static String detail(Throwable cause) {
        return cause.getClass().getSimpleName() + (cause.getMessage() == null ? "" : ": " + cause.getMessage());
    }

    /** Never sent: encoding it makes the serializer fetch the schema's id. */
    private static RequestEvent sample() {
        AvroTypes.trust();
        RequestEvent sample = new RequestEvent();
        sample.setEventId("sample");
        sample.setAccountId("sample");
        sample.setEndpoint("sample");
        sample.setOccurredAt(Instant.EPOCH);
        sample.setPhase(Phase.COMPLETED);
        sample.setOutcome(Outcome.SUCCESS);
        sample.setProducer("");
        sample.setAttributes(Map.of());
        return sample;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(ANSWER_TIMEOUT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        admin.close(Duration.ZERO);
    }

    /**
     * @param detail why not, for operators; empty while available
     * @param isLate whether all that is known is that no answer came in time
     */
    public record State(boolean available, String detail, boolean isLate) {
        static State away(String detail) {
            return new State(false, detail, false);
        }

        static State late(String detail) {
            return new State(false, detail, true);
        }
    }
}
