package dev.tollgate.gateway;

import dev.tollgate.gateway.event.EventRules;
import dev.tollgate.gateway.kafka.EventSender;
import dev.tollgate.gateway.token.AccessToken;
import dev.tollgate.gateway.token.TokenHash;
import dev.tollgate.schemas.cluster.ClusterConfig;
import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingsReader;
import dev.tollgate.schemas.event.MaxEventAge;
import dev.tollgate.schemas.event.MaxEventAhead;
import dev.tollgate.schemas.metrics.MetricsConfig;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.topic.Topic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway works. Read with {@link #from}; {@code docs/gateway.md} lists the keys.
 *
 * @param clients properties of Kafka's clients and the registry's
 * @param topic full name of the topic of request events
 * @param tls null for plain HTTP
 * @param tokens empty exactly if anyone may publish
 * @param corsOrigins origins whose pages may publish, such as {@code https://app.example.org}; empty for none
 * @param metrics where the process shows its metrics
 * @param effective what was read, defaults included, secrets masked
 */
public record GatewayConfig(
        Map<String, String> clients,
        String topic,
        String host,
        int port,
        @Nullable Tls tls,
        List<AccessToken> tokens,
        List<String> corsOrigins,
        Limits limits,
        Timeouts timeouts,
        EventRules rules,
        MetricsConfig metrics,
        Map<String, String> effective) {

    /** Where it listens if nothing else is said. */
    public static final int DEFAULT_PORT = 8480;

    /** Every key that {@link #from} reads. */
    public static final List<SettingGroup> SETTINGS =
            ClusterConfig.settingsAnd(MaxEventAge.SETTINGS, GatewaySettings.GROUP, MetricsConfig.SETTINGS);

    private static final Pattern ORIGIN = Pattern.compile("https?://[A-Za-z0-9.\\-\\[\\]:]+");
    private static final Pattern TOKEN_NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    public GatewayConfig {
        clients = Map.copyOf(clients);
        tokens = List.copyOf(tokens);
        corsOrigins = List.copyOf(corsOrigins);
        effective = Map.copyOf(effective);
    }

    /**
     * Reads {@link #SETTINGS}; keys of other roles may stand in the same map.
     *
     * @throws InvalidSettingsException with every problem found
     */
    public static GatewayConfig from(Map<String, String> values) {
        SettingsReader settings = new SettingsReader(values, SETTINGS);
        ClusterConfig cluster = ClusterConfig.read(settings);
        ClusterConfig.rejectReserved(
                settings,
                "kafka.client.",
                cluster.clientProperties(),
                EventSender.ownProperties()::contains,
                "the gateway answers for it");
        Map<String, String> clients = cluster.clientsAndRegistry();
        clients.putAll(RegistryConfig.readSchemaUse(settings));
        boolean anonymous = settings.get(GatewaySettings.ANONYMOUS);
        Limits limits = new Limits(
                settings.get(GatewaySettings.MAX_BODY_BYTES),
                settings.get(GatewaySettings.MAX_EVENTS),
                settings.get(GatewaySettings.IN_FLIGHT_BYTES),
                settings.get(GatewaySettings.IN_FLIGHT_EVENTS),
                settings.get(GatewaySettings.MAX_CONNECTIONS),
                settings.get(GatewaySettings.TOKEN_SHARE_PERCENT),
                settings.get(GatewaySettings.MIN_BODY_RATE));
        if (limits.inFlightBytes() < limits.maxBodyBytes()) {
            settings.problem("gateway.in-flight-bytes must be at least gateway.max-body-bytes (" + limits.maxBodyBytes()
                    + "), was " + limits.inFlightBytes());
        }
        if (limits.inFlightEvents() < limits.maxEvents()) {
            settings.problem("gateway.in-flight-events must be at least gateway.max-events (" + limits.maxEvents()
                    + "), was " + limits.inFlightEvents());
        }
        GatewayConfig config = new GatewayConfig(
                clients,
                cluster.topics().name(Topic.REQUEST_EVENTS),
                settings.get(GatewaySettings.HOST),
                settings.get(GatewaySettings.PORT),
                tls(settings),
                tokens(settings, anonymous),
                corsOrigins(settings),
                limits,
                new Timeouts(
                        settings.get(GatewaySettings.IDLE_TIMEOUT),
                        settings.get(GatewaySettings.REQUEST_TIMEOUT),
                        settings.get(GatewaySettings.ACK_TIMEOUT),
                        settings.get(GatewaySettings.DRAIN_TIMEOUT)),
                new EventRules(
                        settings.get(GatewaySettings.UNKNOWN_FIELDS) == GatewaySettings.UnknownFields.REJECT,
                        MaxEventAhead.read(settings),
                        MaxEventAge.read(settings),
                        settings.get(GatewaySettings.EVENT_TYPE),
                        settings.get(GatewaySettings.EVENT_IDENTITY),
                        false),
                MetricsConfig.read(settings),
                settings.effective());
        settings.rejectUnknown();
        settings.throwIfProblems();
        return config;
    }

    private static List<AccessToken> tokens(SettingsReader settings, boolean anonymous) {
        Map<String, String> hashes = settings.all(GatewaySettings.TOKEN_HASH);
        Map<String, List<String>> accounts = settings.all(GatewaySettings.TOKEN_ACCOUNTS);
        TreeSet<String> names = new TreeSet<>(hashes.keySet());
        names.addAll(accounts.keySet());
        List<AccessToken> tokens = new ArrayList<>();
        for (String name : names) {
            String hash = hashes.get(name);
            List<String> own = accounts.getOrDefault(name, List.of());
            if (!TOKEN_NAME.matcher(name).matches()) {
                settings.problem("gateway.tokens." + name + ".* must be gateway.tokens.NAME.hash or"
                        + " gateway.tokens.NAME.accounts, with up to 64 letters, digits, '-' or '_' as NAME");
            } else if (hash == null) {
                settings.problem("gateway.tokens." + name + ".hash is missing");
            } else if (accounts.containsKey(name) && own.isEmpty()) {
                // Empty would otherwise mean all accounts, the opposite of what whoever emptied the list expects.
                settings.problem("gateway.tokens." + name + ".accounts must name at least one account, or be left out");
            } else {
                try {
                    tokens.add(new AccessToken(name, TokenHash.parse(hash), own));
                } catch (IllegalArgumentException e) {
                    settings.problem("gateway.tokens." + name + ".hash: " + e.getMessage());
                }
            }
        }
        if (names.isEmpty() && !anonymous) {
            settings.problem("gateway.tokens.NAME.hash is missing: name at least one token, or set"
                    + " gateway.anonymous=true to let anyone publish");
        }
        if (!names.isEmpty() && anonymous) {
            settings.problem("gateway.anonymous must be false where there are tokens");
        }
        return tokens;
    }

    private static List<String> corsOrigins(SettingsReader settings) {
        List<String> origins = settings.get(GatewaySettings.CORS_ORIGINS);
        for (String origin : origins) {
            if (!ORIGIN.matcher(origin).matches()) {
                settings.problem("gateway.cors.origins must be origins such as https://app.example.org or"
                        + " http://localhost:3000, without a path and without *, was '" + origin + "'");
            }
        }
        return origins;
    }

    private static @Nullable Tls tls(SettingsReader settings) {
        Path file = settings.get(GatewaySettings.KEY_STORE).orElse(null);
        String password = settings.get(GatewaySettings.KEY_STORE_PASSWORD).orElse(null);
        String type = settings.get(GatewaySettings.KEY_STORE_TYPE);
        if (file == null) {
            if (password != null) {
                settings.problem("gateway.tls.key-store is missing, though gateway.tls.key-store-password is set");
            }
            return null;
        }
        if (!Files.isReadable(file)) {
            settings.problem("gateway.tls.key-store must be a readable file, was '" + file + "'");
        }
        if (password == null) {
            settings.problem("gateway.tls.key-store-password is missing, though gateway.tls.key-store is set");
            return null;
        }
        return new Tls(file, password, type);
    }

    /** Secrets masked. */
    @Override
    public String toString() {
        return "GatewayConfig" + new TreeMap<>(effective);
    }

    /** Where the server's key is. */
    public record Tls(Path keyStore, String password, String type) {
        /** Without the password. */
        @Override
        public String toString() {
            return "Tls[keyStore=" + keyStore + ", type=" + type + "]";
        }
    }

    /** What a request, and all of them together, may cost. */
    public record Limits(
            int maxBodyBytes,
            int maxEvents,
            long inFlightBytes,
            int inFlightEvents,
            int maxConnections,
            int tokenSharePercent,
            int minBodyBytesPerSecond) {

        /** Most of {@code inFlightBytes} that the requests of one of several tokens may hold; one body at least. */
        public long tokenBytes() {
            return Math.max(maxBodyBytes, inFlightBytes / 100 * tokenSharePercent);
        }
    }

    /** How long things may take. */
    public record Timeouts(Duration idle, Duration request, Duration ack, Duration drain) {}
}
