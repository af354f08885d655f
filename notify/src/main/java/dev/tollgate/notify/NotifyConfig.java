package dev.tollgate.notify;

import dev.tollgate.notify.internal.alert.GeneratorUrl;
import dev.tollgate.notify.internal.http.AddressPolicy;
import dev.tollgate.notify.internal.http.Network;
import dev.tollgate.notify.internal.lane.LanePolicy;
import dev.tollgate.notify.internal.lane.RetryTable;
import dev.tollgate.schemas.cluster.ClusterConfig;
import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingsReader;
import dev.tollgate.schemas.metrics.MetricsConfig;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.topic.TopicLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.jspecify.annotations.Nullable;

/** How the role notifies. Read with {@link #from}; {@code docs/notify.md} lists the keys. */
public final class NotifyConfig {
    /** Every key that {@link #from} reads. */
    public static final List<SettingGroup> SETTINGS =
            ClusterConfig.settingsAnd(NotifySettings.GROUP, MetricsConfig.SETTINGS);

    private static final Set<String> RESERVED = Set.of(
            ConsumerConfig.GROUP_ID_CONFIG,
            ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
            ConsumerConfig.GROUP_PROTOCOL_CONFIG,
            ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
            ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
            ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            ProducerConfig.ACKS_CONFIG,
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG);

    private static final int SESSION_TIMEOUT_MILLIS = 10_000;
    private static final int TRANSACTION_TIMEOUT_MILLIS = 10_000;

    private final ClusterConfig cluster;
    private final Map<String, String> schemaUse;
    private final List<Endpoint> endpoints;
    private final Lanes lanes;
    private final Duration requestTimeout;
    private final AddressPolicy addresses;
    private final @Nullable String instanceId;
    private final String source;
    private final Alerting alerting;
    private final MetricsConfig metrics;
    private final Map<String, String> effective;

    private NotifyConfig(
            ClusterConfig cluster,
            Map<String, String> schemaUse,
            List<Endpoint> endpoints,
            Lanes lanes,
            Duration requestTimeout,
            AddressPolicy addresses,
            @Nullable String instanceId,
            String source,
            Alerting alerting,
            MetricsConfig metrics,
            Map<String, String> effective) {
        this.cluster = cluster;
        this.schemaUse = Map.copyOf(schemaUse);
        this.endpoints = List.copyOf(endpoints);
        this.lanes = lanes;
        this.requestTimeout = requestTimeout;
        this.addresses = addresses;
        this.instanceId = instanceId;
        this.source = source;
        this.alerting = alerting;
        this.metrics = metrics;
        this.effective = Map.copyOf(effective);
    }

    /** What the lanes of all endpoints have in common. */
    private record Lanes(int parallel, int maxPending, Duration maxAge, RetryTable retries) {}

    /** What all Alertmanagers have in common. */
    private record Alerting(Duration interval, @Nullable GeneratorUrl generatorUrl) {}

    /**
     * Reads {@link #SETTINGS}; keys of other roles may stand in the same map. Without endpoints the role has nothing to
     * do, which is no mistake.
     *
     * @throws InvalidSettingsException with every problem found
     */
    public static NotifyConfig from(Map<String, String> values) {
        SettingsReader settings = new SettingsReader(values, SETTINGS);
        ClusterConfig cluster = ClusterConfig.read(settings);
        ClusterConfig.rejectReserved(
                settings,
                "kafka.client.",
                cluster.clientProperties(),
                RESERVED::contains,
                "what a receiver can rely on rests on the role's own value");
        NotifyConfig config = new NotifyConfig(
                cluster,
                RegistryConfig.readSchemaUse(settings),
                EndpointReader.read(settings),
                new Lanes(
                        settings.get(NotifySettings.PARALLEL),
                        settings.get(NotifySettings.MAX_PENDING),
                        settings.get(NotifySettings.MAX_AGE),
                        new RetryTable(settings.get(NotifySettings.RETRY_WAITS))),
                settings.get(NotifySettings.REQUEST_TIMEOUT),
                new AddressPolicy(networks(settings)),
                settings.get(NotifySettings.INSTANCE_ID).orElse(null),
                settings.get(NotifySettings.SOURCE),
                new Alerting(settings.get(NotifySettings.RESEND_INTERVAL), generatorUrl(settings)),
                MetricsConfig.read(settings),
                settings.effective());
        settings.rejectUnknown();
        settings.throwIfProblems();
        return config;
    }

    private static @Nullable GeneratorUrl generatorUrl(SettingsReader settings) {
        String template = settings.get(NotifySettings.GENERATOR_URL).orElse(null);
        try {
            return template == null ? null : GeneratorUrl.parse(template);
        } catch (IllegalArgumentException e) {
            settings.problem(NotifySettings.GENERATOR_URL.name()
                    + " must be a URL such as https://usage.example.org/accounts/{account}, with account, plan, limit,"
                    + " meter, scope, scope_key or kind in braces");
            return null;
        }
    }

    private static List<Network> networks(SettingsReader settings) {
        List<Network> networks = new ArrayList<>();
        for (String text : settings.get(NotifySettings.ALLOWED_NETWORKS)) {
            try {
                networks.add(Network.parse(text));
            } catch (IllegalArgumentException e) {
                settings.problem("notify.allowed-networks " + e.getMessage());
            }
        }
        return networks;
    }

    /** Where the process shows its metrics. */
    public MetricsConfig metrics() {
        return metrics;
    }

    /** The name that the process keeps over restarts; null if it has none. */
    public @Nullable String instanceId() {
        return instanceId;
    }

    /** What was read, defaults included, secrets masked. */
    public Map<String, String> effective() {
        return effective;
    }

    /** How the topics are named. */
    public TopicLayout topics() {
        return cluster.topics();
    }

    List<Endpoint> endpoints() {
        return endpoints;
    }

    LanePolicy lanePolicy(Endpoint endpoint) {
        return new LanePolicy(
                lanes.parallel(), lanes.maxPending(), lanes.maxAge(), lanes.retries(), endpoint.dropSuperseded());
    }

    int parallel() {
        return lanes.parallel();
    }

    Duration requestTimeout() {
        return requestTimeout;
    }

    AddressPolicy addresses() {
        return addresses;
    }

    String source() {
        return source;
    }

    Duration resendInterval() {
        return alerting.interval();
    }

    @Nullable
    GeneratorUrl generatorUrl() {
        return alerting.generatorUrl();
    }

    RegistryConfig registry() {
        return cluster.registry();
    }

    /** What serializers and deserializers take. */
    Map<String, Object> serdeProperties() {
        Map<String, Object> properties = new HashMap<>(cluster.clientsAndRegistry());
        properties.putAll(schemaUse);
        return properties;
    }

    /** Properties of an administrative client. */
    Map<String, Object> adminProperties() {
        return cluster.clients();
    }

    /** Properties of a consumer without a group that sees what is committed. */
    Map<String, Object> readerProperties() {
        Map<String, Object> properties = cluster.clients();
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        return properties;
    }

    /** Properties of an endpoint's consumer. Where nothing is committed, the role itself knows where to begin. */
    Map<String, Object> consumerProperties(Endpoint endpoint) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_TIMEOUT_MILLIS);
        properties.putAll(readerProperties());
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, endpoint.group());
        properties.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        if (instanceId != null) {
            properties.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, endpoint.group() + "-" + instanceId);
        }
        return properties;
    }

    /**
     * Properties of an endpoint's producer. What a process that died had begun is rolled back when its successor of the
     * same name begins, else when its time is over.
     *
     * @param fallbackId names the process where it has no name of its own
     */
    Map<String, Object> producerProperties(Endpoint endpoint, String fallbackId) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MILLIS);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 20_000);
        properties.putAll(cluster.clients());
        properties.put(
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                endpoint.group() + "-" + (instanceId == null ? fallbackId : instanceId));
        return properties;
    }

    /** Properties of a producer for single records. */
    Map<String, Object> plainProducerProperties() {
        return cluster.clients();
    }

    /** Secrets masked. */
    @Override
    public String toString() {
        return "NotifyConfig" + new TreeMap<>(effective);
    }
}
