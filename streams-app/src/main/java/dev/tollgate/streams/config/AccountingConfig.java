package dev.tollgate.streams.config;

import dev.tollgate.engine.EngineSettings;
import dev.tollgate.schemas.cluster.ClusterConfig;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingsReader;
import dev.tollgate.schemas.event.MaxEventAge;
import dev.tollgate.schemas.event.MaxEventAhead;
import dev.tollgate.schemas.metrics.MetricsConfig;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.topic.TopicLayout;
import dev.tollgate.streams.assignment.StayingTaskAssignor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.UsePartitionTimeOnInvalidTimestamp;
import org.jspecify.annotations.Nullable;

/**
 * How one instance of the accounting role runs. Read with {@link #from}.
 *
 * @param cluster Kafka, registry and topics
 * @param applicationId consumer group, prefix of changelog topics and transactional ids; one for all instances
 * @param instanceId name of this instance if it keeps its place in the group over a restart (static membership), else
 *     null
 * @param stateDir folder of the local state; it can be lost, it is rebuilt from the changelogs
 * @param threads number of stream threads, 1 to 128
 * @param commitInterval how often a transaction commits while a task keeps up; readers of committed data see results
 *     that much later
 * @param standbys warm copies of each task's state on other instances, 0 to 8
 * @param engine the engine's settings
 * @param maxAge how far before its append time an event may have happened
 * @param limitStateInterval least time between two snapshots of one account that change no alert or block
 * @param totalsInterval least time between two publications of one account's open totals
 * @param planSettleTime a plan version counts for records that were appended this long after it or later; the same for
 *     all instances of an application and for every replay
 * @param cacheBytes about how many bytes of decoded accounts, projects and API keys each task keeps in memory; the
 *     latter two take half of it at most
 * @param streamsProperties handed to Kafka Streams as they are, by its names; win over those of the cluster
 * @param metrics where the process shows its metrics
 * @param effective what was read, defaults included, secrets masked: for one log line at start-up
 */
public record AccountingConfig(
        ClusterConfig cluster,
        String applicationId,
        @Nullable String instanceId,
        Path stateDir,
        int threads,
        Duration commitInterval,
        int standbys,
        EngineSettings engine,
        MaxEventAge maxAge,
        Duration limitStateInterval,
        Duration totalsInterval,
        Duration planSettleTime,
        long cacheBytes,
        Map<String, String> streamsProperties,
        MetricsConfig metrics,
        Map<String, String> effective) {

    /** Largest record that the role writes to an output topic; brokers take 1,048,588 by default. */
    public static final int MAX_RECORD_BYTES = 1_000_000;

    /** Largest account record in the changelog. */
    public static final int MAX_STATE_BYTES = 16 << 20;

    /** Every key that {@link #from} reads. */
    public static final List<SettingGroup> SETTINGS = ClusterConfig.settingsAnd(
            MaxEventAge.SETTINGS, StreamsSettings.GROUP, AccountingSettings.GROUP, MetricsConfig.SETTINGS);

    /**
     * What the guarantee and the identity of the role hang on is not up for configuration, neither bare nor in the form
     * for one kind of client ({@code main.consumer.isolation.level}).
     */
    private static final Set<String> RESERVED = Set.of(
            StreamsConfig.BOOTSTRAP_SERVERS_CONFIG,
            StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
            StreamsConfig.APPLICATION_ID_CONFIG,
            StreamsConfig.STATE_DIR_CONFIG,
            StreamsConfig.NUM_STREAM_THREADS_CONFIG,
            StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
            StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG,
            StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG,
            StreamsConfig.DEFAULT_CLIENT_SUPPLIER_CONFIG,
            StreamsConfig.PROCESSOR_WRAPPER_CLASS_CONFIG,
            StreamsConfig.GROUP_PROTOCOL_CONFIG,
            ConsumerConfig.GROUP_ID_CONFIG,
            ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            ProducerConfig.ACKS_CONFIG,
            ProducerConfig.PARTITIONER_CLASS_CONFIG,
            // A changelog that is not compacted, or that expires, forgets accounts.
            StreamsConfig.topicPrefix(TopicConfig.CLEANUP_POLICY_CONFIG),
            StreamsConfig.topicPrefix(TopicConfig.RETENTION_MS_CONFIG),
            StreamsConfig.topicPrefix(TopicConfig.RETENTION_BYTES_CONFIG));

    /** Handlers that decide whether a record is left out: none is. Kafka Streams has more of them with each version. */
    private static final Pattern EXCEPTION_HANDLER =
            Pattern.compile(".*exception\\.handler(\\..*)?|errors\\.dead\\.letter\\.queue\\..*");

    /** What Kafka Streams puts before a name that is meant for one kind of client. */
    private static final List<String> CLIENT_PREFIXES = List.of(
            StreamsConfig.MAIN_CONSUMER_PREFIX,
            StreamsConfig.RESTORE_CONSUMER_PREFIX,
            StreamsConfig.GLOBAL_CONSUMER_PREFIX,
            StreamsConfig.CONSUMER_PREFIX,
            StreamsConfig.PRODUCER_PREFIX,
            StreamsConfig.ADMIN_CLIENT_PREFIX);

    public AccountingConfig {
        streamsProperties = Map.copyOf(streamsProperties);
        effective = Map.copyOf(effective);
    }

    /**
     * Reads {@link #SETTINGS}; keys of other roles may stand in the same map.
     *
     * @throws dev.tollgate.schemas.config.InvalidSettingsException with every problem at once
     */
    public static AccountingConfig from(Map<String, String> values) {
        SettingsReader settings = new SettingsReader(values, SETTINGS);
        ClusterConfig cluster = ClusterConfig.read(settings);
        Map<String, String> streamsProperties = settings.all(ClusterConfig.FOR_STREAMS);
        rejectReserved(settings, "kafka.client.", cluster.clientProperties());
        rejectReserved(settings, "kafka.streams.", streamsProperties);
        AccountingConfig config = new AccountingConfig(
                cluster,
                settings.get(StreamsSettings.APPLICATION_ID),
                settings.get(StreamsSettings.INSTANCE_ID).orElse(null),
                settings.get(StreamsSettings.STATE_DIR),
                settings.get(StreamsSettings.THREADS),
                settings.get(StreamsSettings.COMMIT_INTERVAL),
                settings.get(StreamsSettings.STANDBYS),
                new EngineSettings(
                        MaxEventAhead.read(settings).duration().toMillis(),
                        settings.get(AccountingSettings.DEDUPE_HORIZON).toMillis(),
                        settings.get(AccountingSettings.DEFAULT_PLAN).orElse(null),
                        settings.get(AccountingSettings.MAX_SCOPE_KEYS)),
                MaxEventAge.read(settings),
                settings.get(AccountingSettings.LIMIT_STATE_INTERVAL),
                settings.get(AccountingSettings.TOTALS_INTERVAL),
                settings.get(AccountingSettings.PLAN_SETTLE_TIME),
                settings.get(AccountingSettings.CACHE_BYTES),
                streamsProperties,
                MetricsConfig.read(settings),
                settings.effective());
        settings.rejectUnknown();
        settings.throwIfProblems();
        return config;
    }

    /** The schema registry. */
    public RegistryConfig registry() {
        return cluster.registry();
    }

    /** Names, partitions and replication of the topics. */
    public TopicLayout topics() {
        return cluster.topics();
    }

    /**
     * The properties for Kafka Streams. Ours are chosen for short ways: a block must be readable within milliseconds,
     * so producers do not linger; what is set below {@code kafka.} wins where nothing depends on it.
     */
    public Properties toProperties() {
        Properties properties = new Properties();
        properties.put(StreamsConfig.METRICS_RECORDING_LEVEL_CONFIG, "INFO");
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), "1");
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        // After a commit the first batch of a partition may have to wait for the end of the transaction before, and
        // those behind it are sent again: 100 ms, Kafka's default, would be most of a block's way (KAFKA-20000).
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), "5");
        // Output records stay below a broker's default; changelogs of ours take larger ones.
        properties.put(
                StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
                Integer.toString(MAX_STATE_BYTES));
        // A killed instance is missed after ten seconds rather than 45: until then its accounts stand still.
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), "10000");
        // Members learn of a rebalance by their next heartbeat; a stopped instance's partitions wait for it.
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), "250");
        // A restart of one instance moves its own partitions and no others.
        properties.put(StreamsConfig.TASK_ASSIGNOR_CLASS_CONFIG, StayingTaskAssignor.class.getName());
        properties.putAll(cluster.clientProperties());
        properties.putAll(streamsProperties);

        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers());
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        // Where a position is missing, somebody has to decide; see InputPositions about the first start.
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "none");
        properties.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, FailOnSendError.class);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitInterval.toMillis());
        properties.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, standbys);
        properties.put(
                StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArray().getClass());
        properties.put(
                StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG,
                Serdes.ByteArray().getClass());
        properties.put(
                StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, UsePartitionTimeOnInvalidTimestamp.class);
        if (topics().replication() != TopicLayout.BROKER_DEFAULT) {
            properties.putIfAbsent(StreamsConfig.REPLICATION_FACTOR_CONFIG, Short.toString(topics().replication()));
        }
        if (instanceId != null) {
            properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), instanceId);
        }
        return properties;
    }

    /** The properties for clients beside Kafka Streams: where the brokers are, and what every client is handed. */
    public Map<String, Object> plainClientProperties() {
        return cluster.clients();
    }

    /** What was read, secrets masked. */
    @Override
    public String toString() {
        return "AccountingConfig" + new java.util.TreeMap<>(effective);
    }

    private static void rejectReserved(SettingsReader settings, String family, Map<String, String> properties) {
        ClusterConfig.rejectReserved(
                settings,
                family,
                properties,
                name -> RESERVED.contains(bare(name))
                        || EXCEPTION_HANDLER.matcher(bare(name)).matches(),
                "the accounting role sets it itself (streams.* has what can be chosen)");
    }

    /** A name without the kinds of clients that it is meant for. */
    private static String bare(String name) {
        for (String prefix : CLIENT_PREFIXES) {
            if (name.startsWith(prefix)) {
                return bare(name.substring(prefix.length()));
            }
        }
        return name;
    }
}
