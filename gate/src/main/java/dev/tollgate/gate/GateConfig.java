package dev.tollgate.gate;

import dev.tollgate.schemas.config.Settings;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicLayout;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * How a gate works. Read with {@link #from}, which lists keys, defaults and ranges.
 *
 * @param kafka handed to the Kafka consumer as it is; has {@code bootstrap.servers}
 * @param registry the schema registry
 * @param limitStateTopic full name of the topic of snapshots
 * @param planCatalogTopic full name of the topic of plans
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
 * @param staleRetryAfter {@code Retry-After} of what is refused because nothing is known
 * @param headers which response headers are made
 * @param effective what was read, presets included, secrets masked
 */
public record GateConfig(
        Map<String, String> kafka,
        RegistryConfig registry,
        String limitStateTopic,
        String planCatalogTopic,
        boolean readUncommitted,
        Duration startTimeout,
        Policy startPolicy,
        Policy unknownAccount,
        @Nullable String defaultPlan,
        int maxAccounts,
        Duration ownCallsHorizon,
        Duration feedMaxAge,
        Duration snapshotMaxAge,
        Policy stalePolicy,
        Map<String, Policy> stalePolicyByLimit,
        Duration staleRetryAfter,
        HeaderSettings headers,
        Map<String, String> effective) {

    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");
    private static final String STALE_LIMIT = "gate.stale.limit.";

    public GateConfig {
        kafka = Map.copyOf(kafka);
        stalePolicyByLimit = Map.copyOf(stalePolicyByLimit);
        effective = Map.copyOf(effective);
    }

    /**
     * Reads the configuration:
     *
     * <ul>
     *   <li>{@code kafka.bootstrap.servers} (required) and anything else of Kafka's below {@code kafka.}
     *   <li>{@code schema.registry.url} (required), {@code basic.auth.credentials.source},
     *       {@code basic.auth.user.info}, {@code schema.registry.request.timeout.ms} (10000)
     *   <li>{@code topics.prefix} ({@code tollgate.})
     *   <li>{@code gate.read-uncommitted} (true)
     *   <li>{@code gate.start-timeout} (10s; 0s to 5m), {@code gate.start-policy} ({@code open}; or {@code closed})
     *   <li>{@code gate.unknown-account} ({@code open}), {@code gate.default-plan} (none)
     *   <li>{@code gate.max-accounts} (200000; 1 to 50000000)
     *   <li>{@code gate.own-calls-horizon} (5s; 100ms to 1h)
     *   <li>{@code gate.feed-max-age} (30s; 1s to 24h), {@code gate.snapshot-max-age} (0s, which is never; up to 24h)
     *   <li>{@code gate.stale.default} ({@code open}), {@code gate.stale.limit.LIMIT-ID},
     *       {@code gate.stale-retry-after} (5s)
     *   <li>{@code gate.headers.x} ({@code requests:X-RateLimit,complexity:X-Complexity}, or {@code none}),
     *       {@code gate.headers.ietf} (true), {@code gate.headers.retry-after} (true)
     * </ul>
     *
     * Keys of other roles may stand in the same map.
     *
     * @throws dev.tollgate.schemas.config.InvalidSettingsException with every problem at once
     */
    public static GateConfig from(Map<String, String> values) {
        Settings settings = new Settings(values);
        String servers = settings.required("kafka.bootstrap.servers");
        Map<String, String> kafka = new HashMap<>(settings.passThrough("kafka."));
        kafka.put("bootstrap.servers", servers);
        for (String reserved : List.of("group.id", "isolation.level", "key.deserializer", "value.deserializer")) {
            if (kafka.containsKey(reserved)) {
                settings.problem("kafka." + reserved + " cannot be set: the gate sets it itself");
            }
        }
        RegistryConfig registry = registry(settings);
        TopicLayout topics = topics(settings);
        boolean readUncommitted = settings.flag("gate.read-uncommitted", true);
        Duration startTimeout = settings.duration("gate.start-timeout", "10s", "0s", "5m");
        Policy startPolicy = settings.choice("gate.start-policy", Policy.OPEN, Policy.class);
        Policy unknownAccount = settings.choice("gate.unknown-account", Policy.OPEN, Policy.class);
        String defaultPlan = settings.optional("gate.default-plan");
        int maxAccounts = settings.integer("gate.max-accounts", 200_000, 1, 50_000_000);
        Duration horizon = settings.duration("gate.own-calls-horizon", "5s", "100ms", "1h");
        Duration feedMaxAge = settings.duration("gate.feed-max-age", "30s", "1s", "24h");
        Duration snapshotMaxAge = settings.duration("gate.snapshot-max-age", "0s", "0s", "24h");
        Policy stale = settings.choice("gate.stale.default", Policy.OPEN, Policy.class);
        Map<String, Policy> byLimit = new HashMap<>();
        for (String key : values.keySet()) {
            if (key.startsWith(STALE_LIMIT)) {
                byLimit.put(key.substring(STALE_LIMIT.length()), settings.choice(key, Policy.OPEN, Policy.class));
            }
        }
        Duration staleRetryAfter = settings.duration("gate.stale-retry-after", "5s", "1s", "1h");
        HeaderSettings headers = new HeaderSettings(
                settings.parsed(
                        "gate.headers.x",
                        HeaderSettings.standard().prefixByMeter(),
                        "a list such as requests:X-RateLimit,complexity:X-Complexity, or none",
                        GateConfig::prefixes),
                settings.flag("gate.headers.ietf", true),
                settings.flag("gate.headers.retry-after", true));
        settings.refuseUnknown("gate.");
        settings.throwIfProblems();
        return new GateConfig(
                kafka,
                registry,
                topics.name(Topic.LIMIT_STATE),
                topics.name(Topic.PLAN_CATALOG),
                readUncommitted,
                startTimeout,
                startPolicy,
                unknownAccount,
                defaultPlan,
                maxAccounts,
                horizon,
                feedMaxAge,
                snapshotMaxAge,
                stale,
                byLimit,
                staleRetryAfter,
                headers,
                settings.effective());
    }

    /** What was read, secrets masked. */
    @Override
    public String toString() {
        return "GateConfig" + new TreeMap<>(effective);
    }

    private static RegistryConfig registry(Settings settings) {
        Map<String, String> values = new HashMap<>();
        values.put(RegistryConfig.URL, settings.required(RegistryConfig.URL));
        for (String key : List.of(
                RegistryConfig.CREDENTIALS_SOURCE, RegistryConfig.USER_INFO, RegistryConfig.REQUEST_TIMEOUT_MS)) {
            String value = settings.optional(key);
            if (value != null) {
                values.put(key, value);
            }
        }
        if (!values.getOrDefault(RegistryConfig.URL, "").isEmpty()) {
            try {
                return RegistryConfig.from(values);
            } catch (ConfigException e) {
                settings.problem(String.valueOf(e.getMessage()));
            }
        }
        return RegistryConfig.ofUrl("http://unset");
    }

    private static TopicLayout topics(Settings settings) {
        TopicLayout standard = TopicLayout.standard();
        try {
            return new TopicLayout(
                    settings.string("topics.prefix", standard.prefix()), standard.partitions(), standard.replication());
        } catch (IllegalArgumentException e) {
            settings.problem(String.valueOf(e.getMessage()));
            return standard;
        }
    }

    private static Map<String, String> prefixes(String text) {
        Map<String, String> prefixes = new LinkedHashMap<>();
        if (text.equals("none")) {
            return prefixes;
        }
        for (String part : text.split(",", -1)) {
            int colon = part.indexOf(':');
            String meter = colon < 1 ? "" : part.substring(0, colon).trim();
            String prefix = part.substring(colon + 1).trim();
            if (meter.isEmpty() || !HEADER_NAME.matcher(prefix).matches() || prefixes.put(meter, prefix) != null) {
                throw new IllegalArgumentException(text);
            }
        }
        return prefixes;
    }
}
