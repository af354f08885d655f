package dev.tollgate.publisher;

import dev.tollgate.publisher.spool.OverflowPolicy;
import dev.tollgate.publisher.spool.SpoolConfig;
import dev.tollgate.publisher.spool.SyncPolicy;
import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.config.Settings;
import dev.tollgate.schemas.event.MaxEventAge;
import dev.tollgate.schemas.event.RequestEventRules;
import dev.tollgate.schemas.serde.SchemaIds;
import dev.tollgate.schemas.serde.WireFormat;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicLayout;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * How a publisher works: Kafka's and the registry's properties by their own names, and these of ours:
 *
 * <table>
 * <caption>Settings</caption>
 * <tr><th>key</th><th>default</th><th>meaning</th></tr>
 * <tr><td>{@code topics.prefix}</td><td>{@code tollgate.}</td><td>begins the topic's name</td></tr>
 * <tr><td>{@code events.max-age}</td><td>{@code 400d}</td><td>how far back an event's time may lie, {@code 1h} to
 *     {@code 36500d}; the same as for the accounting role</td></tr>
 * <tr><td>{@code publisher.name}</td><td>empty</td><td>producer field of events that have none; at most 128
 *     characters</td></tr>
 * <tr><td>{@code publisher.queue-events}</td><td>65536</td>
 *     <td>events in memory that were not handed to Kafka's client yet;
 *     rounded up to a power of two</td></tr>
 * <tr><td>{@code publisher.queue-bytes}</td><td>33554432</td><td>the same in bytes</td></tr>
 * <tr><td>{@code publisher.in-flight-bytes}</td><td>16777216</td><td>events handed to Kafka's client and not
 *     acknowledged yet; Kafka's own {@code buffer.memory} comes on top</td></tr>
 * <tr><td>{@code publisher.spool-folder}</td><td>none</td>
 *     <td>folder of this process alone for events while Kafka is away;
 *     without it they wait in memory</td></tr>
 * <tr><td>{@code publisher.spool-bytes}</td><td>1073741824</td><td>bound of the spool's files together</td></tr>
 * <tr><td>{@code publisher.spool-segment-bytes}</td><td>16777216</td><td>size of one file; at most half of the
 *     bound</td></tr>
 * <tr><td>{@code publisher.spool-overflow}</td><td>{@code drop-newest}</td><td>what gives way at the bound:
 *     {@code drop-newest} or {@code drop-oldest}</td></tr>
 * <tr><td>{@code publisher.spool-sync}</td><td>{@code operating-system}</td><td>when spooled events are forced to disk:
 *     {@code operating-system}, {@code every-second} or {@code every-write}</td></tr>
 * <tr><td>{@code publisher.spool-use}</td><td>{@code outage}</td><td>{@code outage} or {@code always}: see
 *     {@link SpoolUse}</td></tr>
 * <tr><td>{@code publisher.spool-after}</td><td>{@code 500ms}</td>
 *     <td>how long the oldest event may wait for Kafka before
 *     events go to the spool</td></tr>
 * <tr><td>{@code publisher.close-timeout}</td><td>{@code 10s}</td>
 *     <td>how long {@code close()} waits for Kafka</td></tr>
 * </table>
 *
 * <p>Kafka's {@code acks}, {@code enable.idempotence}, {@code retries}, {@code delivery.timeout.ms},
 * {@code max.block.ms} and the partitioner are the publisher's: order and completeness rest on them.
 *
 * @param clientProperties for Kafka's producer and the registry client
 * @param topic full name of the topic
 * @param maxAge how old an event may be
 * @param spool null for none
 */
public record PublisherConfig(
        Map<String, Object> clientProperties,
        String topic,
        MaxEventAge maxAge,
        String producerName,
        int queueEvents,
        long queueBytes,
        long inFlightBytes,
        @Nullable SpoolConfig spool,
        SpoolUse spoolUse,
        Duration spoolAfter,
        Duration closeTimeout) {

    /** What the publisher sets itself, with the one value that is allowed. */
    private static final Map<String, String> OWN = Map.of(
            ProducerConfig.ACKS_CONFIG,
            "all",
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            "true",
            ProducerConfig.RETRIES_CONFIG,
            Integer.toString(Integer.MAX_VALUE),
            // A batch that was given up after some time would let later ones overtake it.
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            Integer.toString(Integer.MAX_VALUE),
            // send() answers "not now" instead of waiting for metadata or memory: the delivery thread has a spool to
            // fill.
            ProducerConfig.MAX_BLOCK_MS_CONFIG,
            "0");

    private static final Map<String, Object> PRESETS = Map.of(
            ProducerConfig.CLIENT_ID_CONFIG,
            "tollgate-publisher",
            ProducerConfig.COMPRESSION_TYPE_CONFIG,
            "lz4",
            ProducerConfig.LINGER_MS_CONFIG,
            5,
            ProducerConfig.BATCH_SIZE_CONFIG,
            128 << 10,
            ProducerConfig.BUFFER_MEMORY_CONFIG,
            64L << 20,
            ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
            10_000,
            // Forgetting the topic while idle would make the first send after a pause wait for metadata.
            ProducerConfig.METADATA_MAX_IDLE_CONFIG,
            Duration.ofDays(365).toMillis());

    public PublisherConfig {
        clientProperties = Map.copyOf(clientProperties);
    }

    /**
     * Reads a flat map: keys with {@code publisher.}, {@code topics.} and {@code events.} are ours, all others go to
     * Kafka and the registry.
     *
     * @throws InvalidSettingsException with every problem found
     */
    public static PublisherConfig from(Map<String, ?> properties) {
        Map<String, String> ours = new LinkedHashMap<>();
        Map<String, Object> clients = new HashMap<>();
        properties.forEach((key, value) -> {
            if (key.startsWith("publisher.")
                    || key.startsWith("topics.")
                    || key.startsWith("events.")
                    || key.startsWith("TOLLGATE_")) {
                ours.put(key, String.valueOf(value));
            } else if (value != null) {
                clients.put(key, value);
            }
        });
        Settings settings = new Settings(ours);
        String prefix = settings.string("topics.prefix", TopicLayout.standard().prefix());
        String topic = "";
        try {
            topic = new TopicLayout(prefix, 1, TopicLayout.BROKER_DEFAULT).name(Topic.REQUEST_EVENTS);
        } catch (IllegalArgumentException e) {
            settings.problem(String.valueOf(e.getMessage()));
        }
        String name = settings.string("publisher.name", "");
        if (name.length() > RequestEventRules.MAX_ID_CHARACTERS) {
            settings.problem("publisher.name must be at most " + RequestEventRules.MAX_ID_CHARACTERS
                    + " characters, was " + name.length());
        }
        PublisherConfig config = new PublisherConfig(
                clientProperties(clients, settings),
                topic,
                MaxEventAge.read(settings),
                name,
                settings.integer("publisher.queue-events", 1 << 16, 2, 1 << 24),
                settings.number("publisher.queue-bytes", 32L << 20, 64L << 10, 16L << 30),
                settings.number("publisher.in-flight-bytes", 16L << 20, 64L << 10, 16L << 30),
                spool(settings),
                settings.choice("publisher.spool-use", SpoolUse.OUTAGE, SpoolUse.class),
                settings.duration("publisher.spool-after", "500ms", "1ms", "1h"),
                settings.duration("publisher.close-timeout", "10s", "0ms", "1h"));
        settings.refuseUnknown("publisher.", "events.");
        settings.throwIfProblems();
        return config;
    }

    private static @Nullable SpoolConfig spool(Settings settings) {
        String folder = settings.optional("publisher.spool-folder");
        long maxBytes = settings.number("publisher.spool-bytes", 1L << 30, 2 * SpoolConfig.MIN_SEGMENT_BYTES, 1L << 50);
        long segmentBytes =
                settings.number("publisher.spool-segment-bytes", 16L << 20, SpoolConfig.MIN_SEGMENT_BYTES, 1L << 30);
        SyncPolicy sync = settings.choice("publisher.spool-sync", SyncPolicy.OPERATING_SYSTEM, SyncPolicy.class);
        OverflowPolicy overflow =
                settings.choice("publisher.spool-overflow", OverflowPolicy.DROP_NEWEST, OverflowPolicy.class);
        if (maxBytes < 2 * segmentBytes) {
            settings.problem("publisher.spool-bytes must be at least two segments of publisher.spool-segment-bytes ("
                    + segmentBytes + "), was " + maxBytes);
            return null;
        }
        try {
            return folder == null
                    ? null
                    : new SpoolConfig(Path.of(folder), maxBytes, segmentBytes, sync, overflow, WireFormat.PREFIX_BYTES);
        } catch (InvalidPathException e) {
            settings.problem("publisher.spool-folder must be a path, was '" + folder + "': " + e.getReason());
            return null;
        }
    }

    private static Map<String, Object> clientProperties(Map<String, Object> given, Settings settings) {
        if (given.get(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG) == null) {
            settings.problem(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG
                    + " is missing: set it to the brokers' addresses, such as localhost:9092");
        }
        OWN.forEach((key, value) -> {
            Object other = given.get(key);
            if (other != null && !other.toString().equals(value)) {
                settings.problem(key + " must be left to the publisher, which sets " + value + ", was '" + other + "'");
            }
        });
        for (String key : new String[] {
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            ProducerConfig.PARTITIONER_CLASS_CONFIG,
            ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG
        }) {
            if (given.containsKey(key)) {
                settings.problem(
                        key + " must not be set: the topic is partitioned by account id, without transactions");
            }
        }
        try {
            SchemaIds.ofValues(given);
        } catch (ConfigException e) {
            settings.problem(String.valueOf(e.getMessage()));
        }
        Map<String, Object> all = new HashMap<>(PRESETS);
        all.putAll(given);
        all.putAll(OWN);
        all.remove(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG);
        all.remove(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG);
        return all;
    }

    /** Without the client properties, which may hold passwords. */
    @Override
    public String toString() {
        return "PublisherConfig[topic=" + topic + ", maxAge=" + maxAge.duration() + ", producerName=" + producerName
                + ", queueEvents=" + queueEvents
                + ", queueBytes=" + queueBytes + ", inFlightBytes=" + inFlightBytes + ", spool=" + spool + ", spoolUse="
                + spoolUse
                + ", spoolAfter=" + spoolAfter + ", closeTimeout=" + closeTimeout + "]";
    }
}
