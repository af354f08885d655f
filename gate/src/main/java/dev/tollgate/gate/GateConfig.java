package dev.tollgate.gate;

import dev.tollgate.schemas.cluster.ClusterConfig;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingsReader;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.topic.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a gate works. Read with {@link #from}; {@code docs/gate.md} lists the keys.
 *
 * @param cluster Kafka, registry and topics
 * @param readUncommitted whether snapshots are read before their transaction commits
 * @param startTimeout how long {@link Gate#start()} waits for the first snapshots
 * @param startPolicy what is answered until they are there
 * @param unknownAccount what is answered for accounts without a snapshot and without default plan
 * @param defaultPlan the plan by which accounts without a snapshot are judged, or null
 * @param maxAccounts accounts kept in memory
 * @param ownCallsHorizon how long after it was admitted a call shows up in the log at the latest; see
 *     {@code docs/gate.md}
 * @param feedMaxAge how long ago this gate may last have been level with Kafka before its knowledge is stale
 * @param snapshotMaxAge how long an admitted call may wait for a snapshot before the account's knowledge is stale; zero
 *     for as long as it likes
 * @param stalePolicy what is answered then
 * @param stalePolicyByLimit exceptions from that by limit id
 * @param staleRetryAfter {@code Retry-After} of what is denied because nothing is known
 * @param headers which response headers are made
 * @param effective what was read, defaults included, secrets masked
 */
public record GateConfig(
        ClusterConfig cluster,
        boolean readUncommitted,
        Duration startTimeout,
        Policy startPolicy,
        Policy unknownAccount,
        @Nullable String defaultPlan,
        int maxAccounts,
        Duration ownCallsHorizon,
        int fleetSize,
        Duration feedMaxAge,
        Duration snapshotMaxAge,
        Policy stalePolicy,
        Map<String, Policy> stalePolicyByLimit,
        Duration staleRetryAfter,
        HeaderSettings headers,
        Map<String, String> effective) {

    /** Every key that {@link #from} reads. */
    public static final List<SettingGroup> SETTINGS = ClusterConfig.settingsAnd(GateSettings.GROUP);

    private static final Set<String> RESERVED =
            Set.of("group.id", "isolation.level", "key.deserializer", "value.deserializer");

    public GateConfig {
        stalePolicyByLimit = Map.copyOf(stalePolicyByLimit);
        effective = Map.copyOf(effective);
    }

    /**
     * Reads {@link #SETTINGS}; keys of other roles may stand in the same map.
     *
     * @throws dev.tollgate.schemas.config.InvalidSettingsException with every problem at once
     */
    public static GateConfig from(Map<String, String> values) {
        SettingsReader settings = new SettingsReader(values, SETTINGS);
        ClusterConfig cluster = ClusterConfig.read(settings);
        ClusterConfig.rejectReserved(
                settings, "kafka.client.", cluster.clientProperties(), RESERVED::contains, "the gate sets it itself");
        GateConfig config = of(cluster, settings);
        settings.rejectUnknown();
        settings.throwIfProblems();
        return config;
    }

    /** One with the presets of all keys but the cluster's. */
    public static GateConfig presets(ClusterConfig cluster) {
        return of(cluster, new SettingsReader(Map.of(), List.of(GateSettings.GROUP)));
    }

    private static GateConfig of(ClusterConfig cluster, SettingsReader settings) {
        return new GateConfig(
                cluster,
                settings.get(GateSettings.READ_UNCOMMITTED),
                settings.get(GateSettings.START_TIMEOUT),
                settings.get(GateSettings.START_POLICY),
                settings.get(GateSettings.UNKNOWN_ACCOUNT),
                settings.get(GateSettings.DEFAULT_PLAN).orElse(null),
                settings.get(GateSettings.MAX_ACCOUNTS),
                settings.get(GateSettings.OWN_CALLS_HORIZON),
                settings.get(GateSettings.FLEET_SIZE),
                settings.get(GateSettings.FEED_MAX_AGE),
                settings.get(GateSettings.SNAPSHOT_MAX_AGE),
                settings.get(GateSettings.STALE_POLICY),
                settings.all(GateSettings.STALE_POLICY_BY_LIMIT),
                settings.get(GateSettings.STALE_RETRY_AFTER),
                new HeaderSettings(
                        settings.get(GateSettings.HEADERS_X),
                        settings.get(GateSettings.HEADERS_IETF),
                        settings.get(GateSettings.HEADERS_RETRY_AFTER)),
                settings.effective());
    }

    /** The schema registry. */
    public RegistryConfig registry() {
        return cluster.registry();
    }

    /** Full name of the topic of snapshots. */
    public String limitStateTopic() {
        return cluster.topics().name(Topic.LIMIT_STATE);
    }

    /** Full name of the topic of plans. */
    public String planCatalogTopic() {
        return cluster.topics().name(Topic.PLAN_CATALOG);
    }

    /** What was read, secrets masked. */
    @Override
    public String toString() {
        return "GateConfig" + new TreeMap<>(effective);
    }
}
