package dev.tollgate.gateway;

import dev.tollgate.gateway.event.EventRules;
import dev.tollgate.gateway.kafka.EventSender;
import dev.tollgate.http.server.HttpServerConfig;
import dev.tollgate.http.service.HttpServiceConfig;
import dev.tollgate.http.token.AccessToken;
import dev.tollgate.schemas.cluster.ClusterConfig;
import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingsReader;
import dev.tollgate.schemas.event.MaxEventAge;
import dev.tollgate.schemas.event.MaxEventAhead;
import dev.tollgate.schemas.metrics.MetricsConfig;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.topic.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * How a gateway works. Read with {@link #from}; {@code docs/gateway.md} lists the keys.
 *
 * @param clients properties of Kafka's clients and the registry's
 * @param topic full name of the topic of request events
 * @param http where it listens
 * @param tokens empty exactly if anyone may publish
 * @param corsOrigins origins whose pages may publish, such as {@code https://app.example.org}; empty for none
 * @param limits what a request, and all of them together, may cost
 * @param ackTimeout for Kafka to confirm
 * @param metrics where the process shows its metrics
 * @param effective what was read, defaults included, secrets masked
 */
public record GatewayConfig(
        Map<String, String> clients,
        String topic,
        HttpServerConfig http,
        List<AccessToken> tokens,
        List<String> corsOrigins,
        Limits limits,
        Duration ackTimeout,
        EventRules rules,
        MetricsConfig metrics,
        Map<String, String> effective)
        implements HttpServiceConfig {

    /** Where it listens if nothing else is said. */
    public static final int DEFAULT_PORT = 8480;

    /** Every key that {@link #from} reads. */
    public static final List<SettingGroup> SETTINGS =
            ClusterConfig.settingsAnd(MaxEventAge.SETTINGS, GatewaySettings.GROUP, MetricsConfig.SETTINGS);

    private static final Pattern ORIGIN = Pattern.compile("https?://[A-Za-z0-9.\\-\\[\\]:]+");

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
                GatewaySettings.HTTP.read(settings),
                tokens(settings, anonymous),
                corsOrigins(settings),
                limits,
                settings.get(GatewaySettings.ACK_TIMEOUT),
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
        List<AccessToken> tokens = GatewaySettings.TOKENS.read(settings);
        boolean named = GatewaySettings.TOKENS.isAnySet(settings);
        if (!named && !anonymous) {
            settings.problem("gateway.tokens.NAME.hash is missing: name at least one token, or set"
                    + " gateway.anonymous=true to let anyone publish");
        }
        if (named && anonymous) {
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

    /** Secrets masked. */
    @Override
    public String toString() {
        return "GatewayConfig" + new TreeMap<>(effective);
    }

    /** What a request, and all of them together, may cost. */
    public record Limits(
            int maxBodyBytes,
            int maxEvents,
            long inFlightBytes,
            int inFlightEvents,
            int tokenSharePercent,
            int minBodyBytesPerSecond) {

        /** Most of {@code inFlightBytes} that the requests of one of several tokens may hold; one body at least. */
        public long tokenBytes() {
            return Math.max(maxBodyBytes, inFlightBytes / 100 * tokenSharePercent);
        }
    }
}
