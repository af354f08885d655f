package dev.tollgate.sink;

import dev.tollgate.schemas.cluster.ClusterConfig;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingsReader;
import dev.tollgate.schemas.metrics.MetricsConfig;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.topic.TopicLayout;
import dev.tollgate.sink.internal.application.ApplicationRules;
import dev.tollgate.sink.internal.insert.InsertBudget;
import dev.tollgate.sink.internal.loop.BatchLimits;
import dev.tollgate.sql.ClickHouseConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of the sink, built once by {@link #from}.
 *
 * @param cluster Kafka, registry and topics
 * @param consumerProperties for the sink's consumers besides
 * @param clickHouse where the rows go
 * @param groupId consumer group whose committed offsets are the ledger of what is written; two sinks of one group share
 *     the work, two groups would each write everything
 * @param threads consumers in this process, 1 to 64
 * @param batchMaxRows records of a batch at most, 1 to 1,000,000
 * @param batchMaxBytes bytes of a batch at most, 1 KiB to 256 MiB
 * @param batchMaxDelay how long a record waits for others at most
 * @param bufferMaxBytes bytes of records that wait in one thread before it writes whatever it has
 * @param retryMinDelay first wait after a failure; doubles with each
 * @param retryMaxDelay longest wait
 * @param maxPollInterval after how long without a sign of life a thread's partitions go to another
 * @param checkInterval how often the rows of the journal are counted
 * @param ignoredApplications ids of accounting applications whose records of the journal are skipped
 * @param nextApplication id of the accounting application that may follow the one that stands; null for none
 * @param metrics where the process shows its metrics
 * @param effective what was read, secrets masked, for the log
 */
public record SinkConfig(
        ClusterConfig cluster,
        Map<String, String> consumerProperties,
        ClickHouseConfig clickHouse,
        String groupId,
        int threads,
        int batchMaxRows,
        long batchMaxBytes,
        Duration batchMaxDelay,
        long bufferMaxBytes,
        Duration retryMinDelay,
        Duration retryMaxDelay,
        Duration maxPollInterval,
        Duration checkInterval,
        Set<String> ignoredApplications,
        @Nullable String nextApplication,
        MetricsConfig metrics,
        Map<String, String> effective) {

    /**
     * How many inserts each table remembers by token ({@code non_replicated_deduplication_window} in the migrations). A
     * token must be remembered for as long as its insert may be repeated; see {@link #from}.
     */
    static final int DEDUPLICATION_WINDOW = 100_000;

    /** A batch seldom has rows of more months; a partition that makes more inserts waits, see {@link InsertBudget}. */
    private static final int INSERTS_PER_BATCH = 2;

    /** Every key that {@link #from} reads. */
    public static final List<SettingGroup> SETTINGS =
            ClusterConfig.settingsAnd(ClickHouseConfig.SETTINGS, SinkSettings.GROUP, MetricsConfig.SETTINGS);

    private static final Set<String> RESERVED = Set.of(
            ConsumerConfig.GROUP_ID_CONFIG,
            ConsumerConfig.GROUP_PROTOCOL_CONFIG,
            ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
            ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
            ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG);

    public SinkConfig {
        consumerProperties = Map.copyOf(consumerProperties);
        ignoredApplications = Set.copyOf(ignoredApplications);
        effective = Map.copyOf(effective);
    }

    /**
     * Reads {@link #SETTINGS}; keys of other roles may stand in the same map.
     *
     * <p>Rejected besides what is out of range: a ClickHouse request time-out of more than a third of the poll interval
     * (a hanging insert would cost the partitions), and more partitions than the tables remember tokens for. An insert
     * may still arrive up to half a poll interval after its intent plus one request time-out. In that time the inserts
     * of all partitions must be fewer than the 100,000 that a table remembers; each partition's share is half of that
     * (the other half is for a partition that moves to another member), divided by the partitions. A partition that has
     * used its share waits. So that this does not happen to ordinary traffic, the share must hold one batch per
     * {@code sink.batch.max-delay}, two inserts each.
     *
     * @throws dev.tollgate.schemas.config.InvalidSettingsException with every problem at once
     */
    public static SinkConfig from(Map<String, String> values) {
        SettingsReader settings = new SettingsReader(values, SETTINGS);
        ClusterConfig cluster = ClusterConfig.read(settings);
        TopicLayout topics = cluster.topics();
        Map<String, String> consumerProperties = settings.all(ClusterConfig.FOR_SINK);
        String reason = "the sink's guarantee rests on its own value";
        ClusterConfig.rejectReserved(settings, "kafka.client.", cluster.clientProperties(), RESERVED::contains, reason);
        ClusterConfig.rejectReserved(settings, "kafka.sink.", consumerProperties, RESERVED::contains, reason);
        ClickHouseConfig clickHouse = ClickHouseConfig.read(settings);
        Duration batchMaxDelay = settings.get(SinkSettings.BATCH_MAX_DELAY);
        Duration retryMinDelay = settings.get(SinkSettings.RETRY_MIN_DELAY);
        Duration retryMaxDelay = settings.get(SinkSettings.RETRY_MAX_DELAY);
        Duration maxPollInterval = settings.get(SinkSettings.MAX_POLL_INTERVAL);
        Set<String> ignoredApplications = Set.copyOf(settings.get(SinkSettings.IGNORED_APPLICATIONS));
        String nextApplication = settings.get(SinkSettings.NEXT_APPLICATION).orElse(null);

        if (nextApplication != null && ignoredApplications.contains(nextApplication)) {
            settings.problem(
                    "sink.next-application must not be in sink.ignored-applications, was '" + nextApplication + "'");
        }
        if (retryMaxDelay.compareTo(retryMinDelay) < 0) {
            settings.problem("sink.retry.max-delay must be >= sink.retry.min-delay, was " + retryMaxDelay + " with "
                    + retryMinDelay);
        }
        if (clickHouse.requestTimeout().multipliedBy(3).compareTo(maxPollInterval) > 0) {
            settings.problem("clickhouse.request-timeout must be at most a third of sink.max-poll-interval, was "
                    + clickHouse.requestTimeout() + " with " + maxPollInterval);
        }
        long share = insertShare(topics);
        long wanted =
                (repeatable(maxPollInterval, clickHouse).toMillis() / batchMaxDelay.toMillis() + 1) * INSERTS_PER_BATCH;
        if (wanted > share) {
            settings.problem("sink.batch.max-delay is too short: one of " + topics.partitions()
                    + " partitions can make " + wanted + " inserts while one may still arrive, but its share of the "
                    + DEDUPLICATION_WINDOW + " that ClickHouse remembers is " + share
                    + "; raise it or lower sink.max-poll-interval");
        }
        SinkConfig config = new SinkConfig(
                cluster,
                consumerProperties,
                clickHouse,
                settings.get(SinkSettings.GROUP_ID),
                settings.get(SinkSettings.THREADS),
                settings.get(SinkSettings.BATCH_MAX_ROWS),
                settings.get(SinkSettings.BATCH_MAX_BYTES),
                batchMaxDelay,
                settings.get(SinkSettings.BUFFER_MAX_BYTES),
                retryMinDelay,
                retryMaxDelay,
                maxPollInterval,
                settings.get(SinkSettings.CHECK_INTERVAL),
                ignoredApplications,
                nextApplication,
                MetricsConfig.read(settings),
                settings.effective());
        settings.rejectUnknown();
        settings.throwIfProblems();
        return config;
    }

    /** Where the schemas are. */
    public RegistryConfig registry() {
        return cluster.registry();
    }

    /** How the topics are named. */
    public TopicLayout topics() {
        return cluster.topics();
    }

    ApplicationRules applications() {
        return new ApplicationRules(ignoredApplications, nextApplication);
    }

    /** How long after its intent an insert may still arrive in ClickHouse. */
    Duration insertsMayArriveWithin() {
        return repeatable(maxPollInterval, clickHouse);
    }

    /** Inserts that a partition may make in that time. */
    int maxInserts() {
        return insertShare(topics());
    }

    private static Duration repeatable(Duration maxPollInterval, ClickHouseConfig clickHouse) {
        return maxPollInterval.dividedBy(2).plus(clickHouse.requestTimeout());
    }

    private static int insertShare(TopicLayout topics) {
        return Math.max(1, DEDUPLICATION_WINDOW / 2 / topics.partitions());
    }

    BatchLimits batchLimits() {
        return new BatchLimits(batchMaxRows, batchMaxBytes, batchMaxDelay);
    }

    /** Properties of an administrative client. */
    public Map<String, Object> adminProperties() {
        return cluster.clients();
    }

    /**
     * Properties of one thread's consumer. Cooperative rebalancing: partitions that stay are not interrupted, and those
     * that go leave nothing behind, because a batch that is not finished is repeated by its next owner. No reset of
     * offsets: where the log lacks what the group wants, that is a loss to be told, not a reason to start elsewhere.
     */
    public Map<String, Object> consumerProperties(int thread) {
        Map<String, Object> properties = new HashMap<>();
        properties.put(CommonClientConfigs.CLIENT_ID_CONFIG, groupId + "-" + thread);
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Math.min(batchMaxRows, 10_000));
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 << 20);
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 20_000);
        properties.putAll(adminProperties());
        properties.putAll(consumerProperties);
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
        properties.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        properties.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, Math.toIntExact(maxPollInterval.toMillis()));
        return properties;
    }

    /** What was read, secrets masked. */
    @Override
    public String toString() {
        return "SinkConfig" + new java.util.TreeMap<>(effective);
    }
}
