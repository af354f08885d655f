package dev.tollgate.schemas.cluster;

import dev.tollgate.schemas.config.OpenKeys;
import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingType;
import dev.tollgate.schemas.config.SettingsReader;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.topic.TopicLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.CommonClientConfigs;

/**
 * Kafka, its registry and the topics in it.
 *
 * @param bootstrapServers {@code host:port,...}
 * @param clientProperties handed to every Kafka client as they are, by Kafka's names (security, timeouts); without
 *     {@code bootstrap.servers}
 * @param registry where the schemas are
 * @param topics how the topics are named and laid out
 */
public record ClusterConfig(
        String bootstrapServers, Map<String, String> clientProperties, RegistryConfig registry, TopicLayout topics) {

    public static final Setting<String> BOOTSTRAP_SERVERS = Setting.required(
                    "kafka.bootstrap-servers", SettingType.text(), "", "the brokers' addresses, `host:port,...`")
            .kafkaName(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);

    private static final OpenKeys<String> CLIENT = OpenKeys.below(
            "kafka.client.", "any property of Kafka's clients, by Kafka's own name: `kafka.client.security.protocol`");

    private static final OpenKeys<String> KAFKA_NAMES = new OpenKeys<>(
            "kafka.",
            "KAFKA-NAME",
            "",
            ClientProperties::isKnown,
            SettingType.anyText(),
            "the same for the names that Kafka's clients know: `kafka.security.protocol`",
            false);

    /** What the accounting role hands to Kafka Streams. */
    public static final OpenKeys<String> FOR_STREAMS = OpenKeys.below(
            "kafka.streams.",
            "any property of Kafka Streams for the accounting role: `kafka.streams.producer.linger.ms`. What exactness"
                    + " hangs on is rejected, also in the form for one kind of client"
                    + " (`main.consumer.isolation.level`): guarantee, ids, isolation, exception handlers, cleanup of"
                    + " changelogs");

    /** What the sink hands to its consumers. */
    public static final OpenKeys<String> FOR_SINK =
            OpenKeys.below("kafka.sink.", "any property of the sink's consumers: `kafka.sink.fetch.max.wait.ms`");

    private static final SettingGroup KAFKA =
            SettingGroup.of("kafka", "Kafka", BOOTSTRAP_SERVERS, CLIENT, KAFKA_NAMES, FOR_STREAMS, FOR_SINK);

    /** What every role and library reads. */
    public static final List<SettingGroup> SETTINGS = List.of(KAFKA, RegistryConfig.SETTINGS, TopicLayout.SETTINGS);

    public ClusterConfig {
        clientProperties = Map.copyOf(clientProperties);
    }

    /** {@link #SETTINGS} and those of a role, for a reader. */
    public static List<SettingGroup> settingsAnd(SettingGroup... groups) {
        List<SettingGroup> all = new ArrayList<>(SETTINGS);
        all.addAll(List.of(groups));
        return List.copyOf(all);
    }

    /** Reads {@link #SETTINGS}. Problems are noted in the reader, and what is returned then is not to be used. */
    public static ClusterConfig read(SettingsReader settings) {
        return new ClusterConfig(
                settings.get(BOOTSTRAP_SERVERS),
                readClientProperties(settings),
                RegistryConfig.read(settings),
                TopicLayout.read(settings));
    }

    private static Map<String, String> readClientProperties(SettingsReader settings) {
        Map<String, String> properties = new HashMap<>(settings.all(KAFKA_NAMES));
        settings.all(CLIENT).forEach((name, value) -> {
            if (!ClientProperties.isKnown(name) && ClientProperties.isKnown("client." + name)) {
                return; // kafka.client.id is kafka. and client.id
            }
            String other = properties.put(name, value);
            if (other != null && !other.equals(value)) {
                settings.problem("kafka." + name + " and kafka.client." + name
                        + " are two names of one setting and have different values: keep kafka.client." + name);
            }
        });
        return properties;
    }

    /**
     * Notes a problem for each property that a role sets itself.
     *
     * @param family where the properties stand
     * @param properties by Kafka's names
     * @param reserved which names may not be set
     * @param reason the end of the sentence "... cannot be set: "
     */
    public static void rejectReserved(
            SettingsReader settings,
            String family,
            Map<String, String> properties,
            Predicate<String> reserved,
            String reason) {
        properties.keySet().stream()
                .filter(reserved)
                .sorted()
                .forEach(name -> settings.problem(family + name + " cannot be set: " + reason));
    }

    /** What every Kafka client takes, by Kafka's names. A new map. */
    public Map<String, Object> clients() {
        Map<String, Object> properties = new HashMap<>(clientProperties);
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        return properties;
    }

    /** What clients with serdes take: the registry by Confluent's names besides. A new map. */
    public Map<String, String> clientsAndRegistry() {
        Map<String, String> properties = new HashMap<>(clientProperties);
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        properties.putAll(registry.clientProperties());
        return properties;
    }

    /** Without the client properties, which may hold passwords. */
    @Override
    public String toString() {
        return "ClusterConfig[bootstrapServers=" + bootstrapServers + ", registry=" + registry + ", topics=" + topics
                + "]";
    }
}
