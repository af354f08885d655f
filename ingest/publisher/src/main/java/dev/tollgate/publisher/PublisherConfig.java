package dev.tollgate.publisher;

import dev.tollgate.publisher.spool.OverflowPolicy;
import dev.tollgate.publisher.spool.SpoolConfig;
import dev.tollgate.publisher.spool.SyncPolicy;
import dev.tollgate.schemas.cluster.ClusterConfig;
import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingsReader;
import dev.tollgate.schemas.event.MaxEventAge;
import dev.tollgate.schemas.event.MaxEventAhead;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.serde.SchemaIds;
import dev.tollgate.schemas.serde.WireFormat;
import dev.tollgate.schemas.topic.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/**
 * How a publisher works. Read with {@link #from}; {@code docs/publishing.md} lists the keys. Kafka's and the registry's
 * properties may stand beside them under their own names.
 *
 * <p>Kafka's {@code acks}, {@code enable.idempotence}, {@code retries}, {@code delivery.timeout.ms},
 * {@code max.block.ms} and the partitioner are the publisher's: order and completeness rest on them.
 *
 * @param clientProperties for Kafka's producer and the registry client
 * @param topic full name of the topic
 * @param maxAge how old an event may be
 * @param maxAhead how far ahead an event may lie
 * @param spool null for none
 * @param rejectAfter how long an event that Kafka rejects is sent again before it is given up
 */
public record PublisherConfig(
        Map<String, Object> clientProperties,
        String topic,
        MaxEventAge maxAge,
        MaxEventAhead maxAhead,
        String producerName,
        int queueEvents,
        long queueBytes,
        long inFlightBytes,
        @Nullable SpoolConfig spool,
        SpoolUse spoolUse,
        Duration spoolAfter,
        Duration rejectAfter,
        Duration closeTimeout) {

    /** Every key of Tollgate's that {@link #from} reads. */
    public static final List<SettingGroup> SETTINGS =
            ClusterConfig.settingsAnd(MaxEventAge.SETTINGS, PublisherSettings.GROUP);

    /** Names that are keys of Tollgate's, aliases included. */
    private static final Set<String> OUR_NAMES = SETTINGS.stream()
            .flatMap(group -> group.keys().stream())
            .flatMap(key -> key.otherNames().stream())
            .collect(Collectors.toUnmodifiableSet());

    private static final Set<String> OUR_FIRST_WORDS = SETTINGS.stream()
            .flatMap(group -> group.keys().stream())
            .map(key -> firstWord(key.name()))
            .collect(Collectors.toUnmodifiableSet());

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

    private static final Map<String, Object> CLIENT_DEFAULTS = Map.of(
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
     * Reads {@link #SETTINGS}. All other properties go to Kafka's producer and the registry's client as they are.
     *
     * @throws InvalidSettingsException with every problem found
     */
    public static PublisherConfig from(Map<String, ?> properties) {
        Map<String, String> ours = new LinkedHashMap<>();
        Map<String, Object> others = new HashMap<>();
        properties.forEach((key, value) -> {
            if (value != null && isOurs(key)) {
                ours.put(key, text(value));
            } else if (value != null) {
                others.put(key, value);
            }
        });
        SettingsReader settings = new SettingsReader(ours, SETTINGS);
        ClusterConfig cluster = ClusterConfig.read(settings);
        PublisherConfig config = new PublisherConfig(
                clientProperties(cluster, others, settings),
                cluster.topics().name(Topic.REQUEST_EVENTS),
                MaxEventAge.read(settings),
                MaxEventAhead.read(settings),
                settings.get(PublisherSettings.NAME),
                settings.get(PublisherSettings.QUEUE_EVENTS),
                settings.get(PublisherSettings.QUEUE_BYTES),
                settings.get(PublisherSettings.IN_FLIGHT_BYTES),
                spool(settings),
                settings.get(PublisherSettings.SPOOL_USE),
                settings.get(PublisherSettings.SPOOL_AFTER),
                settings.get(PublisherSettings.REJECT_AFTER),
                settings.get(PublisherSettings.CLOSE_TIMEOUT));
        settings.rejectUnknown();
        settings.throwIfProblems();
        return config;
    }

    private static boolean isOurs(String key) {
        return key.startsWith("TOLLGATE_") || OUR_NAMES.contains(key) || OUR_FIRST_WORDS.contains(firstWord(key));
    }

    private static String firstWord(String key) {
        return key.split("\\.", 2)[0];
    }

    /** A value that may be of one of the types that Kafka's clients take. */
    private static String text(Object value) {
        if (value instanceof Password password) {
            return password.value();
        }
        return value instanceof List<?> list
                ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
                : value.toString();
    }

    private static @Nullable SpoolConfig spool(SettingsReader settings) {
        Path folder = settings.get(PublisherSettings.SPOOL_FOLDER).orElse(null);
        long maxBytes = settings.get(PublisherSettings.SPOOL_BYTES);
        long segmentBytes = settings.get(PublisherSettings.SPOOL_SEGMENT_BYTES);
        SyncPolicy sync = settings.get(PublisherSettings.SPOOL_SYNC);
        OverflowPolicy overflow = settings.get(PublisherSettings.SPOOL_OVERFLOW);
        if (maxBytes < 2 * segmentBytes) {
            settings.problem("publisher.spool-bytes must be at least two segments of publisher.spool-segment-bytes ("
                    + segmentBytes + "), was " + maxBytes);
            return null;
        }
        return folder == null
                ? null
                : new SpoolConfig(folder, maxBytes, segmentBytes, sync, overflow, WireFormat.PREFIX_BYTES);
    }

    private static Map<String, Object> clientProperties(
            ClusterConfig cluster, Map<String, Object> others, SettingsReader settings) {
        Map<String, Object> given = new HashMap<>(others);
        cluster.clientProperties().forEach((name, value) -> {
            Object bare = given.put(name, value);
            if (bare != null && !bare.toString().equals(value)) {
                settings.problem(name + " and kafka.client." + name
                        + " are two names of one setting and have different values: keep one");
            }
        });
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
        given.putAll(cluster.clientsAndRegistry());
        given.putAll(RegistryConfig.readSchemaUse(settings));
        try {
            SchemaIds.ofValues(given);
        } catch (ConfigException e) {
            settings.problem(String.valueOf(e.getMessage()));
        }
        Map<String, Object> all = new HashMap<>(CLIENT_DEFAULTS);
        all.putAll(given);
        all.putAll(OWN);
        all.remove(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG);
        all.remove(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG);
        return all;
    }

    /** Without the client properties, which may hold passwords. */
    @Override
    public String toString() {
        return "PublisherConfig[topic=" + topic + ", maxAge=" + maxAge.duration() + ", maxAhead="
                + maxAhead.duration() + ", producerName=" + producerName
                + ", queueEvents=" + queueEvents
                + ", queueBytes=" + queueBytes + ", inFlightBytes=" + inFlightBytes + ", spool=" + spool + ", spoolUse="
                + spoolUse
                + ", spoolAfter=" + spoolAfter + ", rejectAfter=" + rejectAfter + ", closeTimeout=" + closeTimeout
                + "]";
    }
}
