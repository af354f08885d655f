package dev.tollgate.gateway;

import dev.tollgate.gateway.event.EventRules;
import dev.tollgate.gateway.event.EventRules.CloudEventIdentity;
import dev.tollgate.gateway.kafka.EventSender;
import dev.tollgate.gateway.token.AccessToken;
import dev.tollgate.gateway.token.TokenHash;
import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.config.Settings;
import dev.tollgate.schemas.event.MaxEventAge;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway works. Kafka's properties stand below {@code kafka.}, the registry's have Confluent's names, and these
 * are its own:
 *
 * <table>
 * <caption>Settings</caption>
 * <tr><th>key</th><th>default</th><th>meaning</th></tr>
 * <tr><td>{@code gateway.host}</td><td>{@code 127.0.0.1}</td><td>address to listen on</td></tr>
 * <tr><td>{@code gateway.port}</td><td>8480</td><td>0 takes a free one</td></tr>
 * <tr><td>{@code gateway.tls.key-store}</td><td></td><td>file with the server's key; HTTPS if set</td></tr>
 * <tr><td>{@code gateway.tls.key-store-password}</td><td></td><td>its password</td></tr>
 * <tr><td>{@code gateway.tls.key-store-type}</td><td>{@code PKCS12}</td><td>{@code PKCS12} or {@code JKS}</td></tr>
 * <tr><td>{@code gateway.tokens.NAME.hash}</td><td></td><td>a token that may publish, see {@link TokenHash}</td></tr>
 * <tr><td>{@code gateway.tokens.NAME.accounts}</td><td>all</td><td>comma-separated account ids, or prefixes ending in
 *     {@code *}</td></tr>
 * <tr><td>{@code gateway.anonymous}</td><td>false</td>
 *     <td>whether anyone may publish; needed where there is no token</td></tr>
 * <tr><td>{@code gateway.max-body-bytes}</td><td>1048576</td><td>largest body</td></tr>
 * <tr><td>{@code gateway.max-events}</td><td>1000</td><td>most events of one request</td></tr>
 * <tr><td>{@code gateway.in-flight-bytes}</td><td>67108864</td><td>bodies and answers in memory, all requests
 *     together</td></tr>
 * <tr><td>{@code gateway.in-flight-events}</td><td>50000</td><td>events between body and acknowledgement</td></tr>
 * <tr><td>{@code gateway.max-connections}</td><td>2000</td><td>open connections; more wait to be accepted</td></tr>
 * <tr><td>{@code gateway.idle-timeout}</td><td>{@code 10s}</td><td>silence after which a connection is closed</td></tr>
 * <tr><td>{@code gateway.request-timeout}</td><td>{@code 30s}</td>
 *     <td>for a head, and again for a body, to arrive</td></tr>
 * <tr><td>{@code gateway.ack-timeout}</td><td>{@code 10s}</td><td>for Kafka to confirm</td></tr>
 * <tr><td>{@code gateway.drain-timeout}</td><td>{@code 15s}</td><td>for requests under way when it closes</td></tr>
 * <tr><td>{@code gateway.unknown-fields}</td><td>{@code refuse}</td><td>or {@code ignore}</td></tr>
 * <tr><td>{@code gateway.max-ahead}</td><td>{@code 60s}</td><td>how far event times may lie in the future</td></tr>
 * <tr><td>{@code events.max-age}</td><td>{@code 400d}</td><td>how far they may lie back; the same as for the accounting
 *     role</td></tr>
 * <tr><td>{@code gateway.event-type}</td><td>{@code dev.tollgate.request}</td><td>CloudEvents type</td></tr>
 * <tr><td>{@code gateway.event-identity}</td><td>{@code id}</td><td>or {@code source-and-id}</td></tr>
 * </table>
 *
 * @param clients properties of Kafka's clients and the registry's
 * @param topic full name of the topic of request events
 * @param tls null for plain HTTP
 * @param tokens empty exactly if anyone may publish
 * @param effective what was read, presets included, secrets masked
 */
public record GatewayConfig(
        Map<String, String> clients,
        String topic,
        String host,
        int port,
        @Nullable Tls tls,
        List<AccessToken> tokens,
        Limits limits,
        Timeouts timeouts,
        EventRules rules,
        Map<String, String> effective) {

    /** Where it listens if nothing else is said. */
    public static final int DEFAULT_PORT = 8480;

    private static final Pattern TOKEN_NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    public GatewayConfig {
        clients = Map.copyOf(clients);
        tokens = List.copyOf(tokens);
        effective = Map.copyOf(effective);
    }

    /**
     * Reads a flat map; keys of other roles are left alone.
     *
     * @throws InvalidSettingsException with every problem found
     */
    public static GatewayConfig from(Map<String, String> map) {
        Settings settings = new Settings(map);
        GatewayConfig config = read(settings, clients(settings), topic(settings));
        settings.throwIfProblems();
        return config;
    }

    /**
     * Reads {@code gateway.*} alone, for who knows Kafka and the registry already. Problems are noted in the settings,
     * and what is returned must not be used if there are any.
     *
     * @param clients Kafka's and the registry's properties by their own names
     * @param topic full name of the request events' topic
     */
    public static GatewayConfig read(Settings settings, Map<String, String> clients, String topic) {
        for (String own : EventSender.ownProperties()) {
            if (clients.containsKey(own)) {
                settings.problem("Kafka's property " + own + " must be left to the gateway, which answers for it");
            }
        }
        boolean anonymous = settings.flag("gateway.anonymous", false);
        List<AccessToken> tokens = tokens(settings, anonymous);
        Limits limits = new Limits(
                settings.integer("gateway.max-body-bytes", 1 << 20, 1 << 10, 64 << 20),
                settings.integer("gateway.max-events", 1_000, 1, 100_000),
                settings.number("gateway.in-flight-bytes", 64L << 20, 1L << 10, 16L << 30),
                settings.integer("gateway.in-flight-events", 50_000, 1, 10_000_000),
                settings.integer("gateway.max-connections", 2_000, 1, 1_000_000));
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
                topic,
                settings.string("gateway.host", "127.0.0.1"),
                settings.integer("gateway.port", DEFAULT_PORT, 0, 65_535),
                tls(settings),
                tokens,
                limits,
                new Timeouts(
                        settings.duration("gateway.idle-timeout", "10s", "100ms", "10m"),
                        settings.duration("gateway.request-timeout", "30s", "100ms", "10m"),
                        settings.duration("gateway.ack-timeout", "10s", "100ms", "10m"),
                        settings.duration("gateway.drain-timeout", "15s", "0ms", "10m")),
                new EventRules(
                        settings.choice("gateway.unknown-fields", UnknownFields.REFUSE, UnknownFields.class)
                                == UnknownFields.REFUSE,
                        settings.duration("gateway.max-ahead", "60s", "0ms", "1h"),
                        MaxEventAge.read(settings),
                        settings.string("gateway.event-type", EventRules.DEFAULT_TYPE),
                        settings.choice("gateway.event-identity", CloudEventIdentity.ID, CloudEventIdentity.class),
                        false),
                settings.effective());
        settings.refuseUnknown("gateway.", "events.");
        return config;
    }

    /** Kafka's properties and the registry's, as every part of this module needs them. */
    private static Map<String, String> clients(Settings settings) {
        settings.required("kafka.bootstrap.servers");
        Map<String, String> clients = new LinkedHashMap<>(settings.passThrough("kafka."));
        // The environment's form of the address is not seen by a pass-through.
        clients.put("bootstrap.servers", settings.string("kafka.bootstrap.servers", ""));
        clients.put(RegistryConfig.URL, settings.required(RegistryConfig.URL));
        for (String key : List.of(
                RegistryConfig.CREDENTIALS_SOURCE,
                RegistryConfig.USER_INFO,
                RegistryConfig.REQUEST_TIMEOUT_MS,
                "auto.register.schemas",
                "use.latest.version")) {
            String value = settings.optional(key);
            if (value != null) {
                clients.put(key, value);
            }
        }
        if (!clients.get(RegistryConfig.URL).isEmpty()) {
            try {
                RegistryConfig.from(clients);
            } catch (ConfigException e) {
                settings.problem(String.valueOf(e.getMessage()));
            }
        }
        return clients;
    }

    private static String topic(Settings settings) {
        String prefix = settings.string("topics.prefix", TopicLayout.standard().prefix());
        try {
            return new TopicLayout(prefix, 1, TopicLayout.BROKER_DEFAULT).name(Topic.REQUEST_EVENTS);
        } catch (IllegalArgumentException e) {
            settings.problem(String.valueOf(e.getMessage()));
            return "";
        }
    }

    private static List<AccessToken> tokens(Settings settings, boolean anonymous) {
        Map<String, Map<String, String>> byName = new TreeMap<>();
        settings.passThrough("gateway.tokens.").forEach((key, value) -> {
            int dot = key.lastIndexOf('.');
            String name = dot < 0 ? key : key.substring(0, dot);
            String property = dot < 0 ? "" : key.substring(dot + 1);
            if (!TOKEN_NAME.matcher(name).matches() || !(property.equals("hash") || property.equals("accounts"))) {
                settings.problem("gateway.tokens." + key
                        + " must be gateway.tokens.NAME.hash or gateway.tokens.NAME.accounts, with up to 64 letters,"
                        + " digits, '-' or '_' as NAME");
            } else {
                byName.computeIfAbsent(name, n -> new LinkedHashMap<>()).put(property, value);
            }
        });
        List<AccessToken> tokens = new ArrayList<>();
        byName.forEach((name, properties) -> {
            String hash = properties.get("hash");
            if (hash == null) {
                settings.problem("gateway.tokens." + name + ".hash is missing");
                return;
            }
            List<String> accounts = Arrays.stream(
                            properties.getOrDefault("accounts", "").split(","))
                    .map(String::trim)
                    .filter(account -> !account.isEmpty())
                    .toList();
            if (properties.containsKey("accounts") && accounts.isEmpty()) {
                // Empty would otherwise mean all accounts, the opposite of what whoever emptied the list expects.
                settings.problem("gateway.tokens." + name + ".accounts must name at least one account, or be left out");
            }
            try {
                tokens.add(new AccessToken(name, TokenHash.parse(hash), accounts));
            } catch (IllegalArgumentException e) {
                settings.problem("gateway.tokens." + name + ".hash: " + e.getMessage());
            }
        });
        if (byName.isEmpty() && !anonymous) {
            settings.problem("gateway.tokens.NAME.hash is missing: name at least one token, or set"
                    + " gateway.anonymous=true to let anyone publish");
        }
        if (!byName.isEmpty() && anonymous) {
            settings.problem("gateway.anonymous must be false where there are tokens");
        }
        return tokens;
    }

    private static @Nullable Tls tls(Settings settings) {
        String file = settings.optional("gateway.tls.key-store");
        String password = settings.optional("gateway.tls.key-store-password");
        String type = settings.parsed("gateway.tls.key-store-type", "PKCS12", "PKCS12 or JKS", text -> {
            if (!text.equals("PKCS12") && !text.equals("JKS")) {
                throw new IllegalArgumentException(text);
            }
            return text;
        });
        if (file == null) {
            if (password != null) {
                settings.problem("gateway.tls.key-store is missing, though gateway.tls.key-store-password is set");
            }
            return null;
        }
        Path path = Path.of(file);
        if (!Files.isReadable(path)) {
            settings.problem("gateway.tls.key-store must be a readable file, was '" + file + "'");
        }
        if (password == null) {
            settings.problem("gateway.tls.key-store-password is missing, though gateway.tls.key-store is set");
            return null;
        }
        return new Tls(path, password, type);
    }

    /** Secrets masked. */
    @Override
    public String toString() {
        return "GatewayConfig" + new TreeMap<>(effective);
    }

    /** Whether a field that the contract does not know is a problem. */
    private enum UnknownFields {
        REFUSE,
        IGNORE
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
    public record Limits(int maxBodyBytes, int maxEvents, long inFlightBytes, int inFlightEvents, int maxConnections) {}

    /** How long things may take. */
    public record Timeouts(Duration idle, Duration request, Duration ack, Duration drain) {}
}
