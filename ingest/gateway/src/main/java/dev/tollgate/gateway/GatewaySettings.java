package dev.tollgate.gateway;

import dev.tollgate.gateway.event.EventRules;
import dev.tollgate.gateway.event.EventRules.CloudEventIdentity;
import dev.tollgate.http.server.HttpSettings;
import dev.tollgate.http.token.Role;
import dev.tollgate.http.token.TokenSettings;
import dev.tollgate.schemas.config.ConfigKey;
import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingType;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The gateway's own keys. */
final class GatewaySettings {
    static final HttpSettings HTTP = new HttpSettings("gateway", GatewayConfig.DEFAULT_PORT);

    static final TokenSettings TOKENS = new TokenSettings("gateway", "tollgate gateway hash-token", Role.PUBLISHER);

    static final Setting<Boolean> ANONYMOUS = Setting.of(
            "gateway.anonymous",
            SettingType.flag(),
            false,
            "whether anyone may publish; needed where there is no token");

    static final Setting<Integer> MAX_BODY_BYTES = Setting.of(
            "gateway.max-body-bytes", SettingType.integer(1 << 10, 64 << 20, "bytes"), 1 << 20, "largest body");

    static final Setting<Integer> MAX_EVENTS =
            Setting.of("gateway.max-events", SettingType.integer(1, 100_000), 1_000, "most events of one request");

    static final Setting<Long> IN_FLIGHT_BYTES = Setting.of(
            "gateway.in-flight-bytes",
            SettingType.number(1L << 10, 16L << 30, "bytes"),
            64L << 20,
            "bodies and answers in memory, all requests together");

    static final Setting<Integer> IN_FLIGHT_EVENTS = Setting.of(
            "gateway.in-flight-events",
            SettingType.integer(1, 10_000_000),
            50_000,
            "events between body and acknowledgement");

    static final Setting<Integer> TOKEN_SHARE_PERCENT = Setting.of(
            "gateway.share-percent",
            SettingType.integer(1, 100),
            50,
            "of `gateway.in-flight-bytes`, what the requests of one token may hold where there are several");

    static final Setting<Integer> MIN_BODY_RATE = Setting.of(
            "gateway.min-body-rate",
            SettingType.integer(0, 1 << 20, "bytes"),
            1 << 10,
            "bytes a second at which a body must arrive, over each 5 s; `0` for no matter");

    static final Setting<List<String>> CORS_ORIGINS = Setting.of(
            "gateway.cors.origins",
            SettingType.list(),
            List.of(),
            "comma-separated origins whose pages may publish from a browser, such as `https://app.example.org`");

    static final Setting<Duration> ACK_TIMEOUT = Setting.of(
            "gateway.ack-timeout",
            SettingType.duration("100ms", "10m"),
            Duration.ofSeconds(10),
            "for Kafka to confirm");

    static final Setting<UnknownFields> UNKNOWN_FIELDS = Setting.of(
            "gateway.unknown-fields",
            SettingType.choice(UnknownFields.class),
            UnknownFields.REJECT,
            "what becomes of an event with a field that the contract does not know");

    static final Setting<String> EVENT_TYPE =
            Setting.of("gateway.event-type", SettingType.text(), EventRules.DEFAULT_TYPE, "CloudEvents type");

    static final Setting<CloudEventIdentity> EVENT_IDENTITY = Setting.of(
            "gateway.event-identity",
            SettingType.choice(CloudEventIdentity.class),
            CloudEventIdentity.ID,
            "which attributes of a CloudEvent make the event id");

    static final SettingGroup GROUP = new SettingGroup(
            "gateway",
            "HTTP gateway (tollgate gateway)",
            Stream.of(
                            HTTP.addressKeys(),
                            TOKENS.keys(),
                            List.of(ANONYMOUS, CORS_ORIGINS),
                            HTTP.tlsKeys(),
                            List.of(
                                    MAX_BODY_BYTES,
                                    MAX_EVENTS,
                                    IN_FLIGHT_BYTES,
                                    IN_FLIGHT_EVENTS,
                                    TOKEN_SHARE_PERCENT,
                                    MIN_BODY_RATE),
                            HTTP.boundKeys(),
                            List.of(ACK_TIMEOUT, UNKNOWN_FIELDS, EVENT_TYPE, EVENT_IDENTITY))
                    .<ConfigKey>flatMap(List::stream)
                    .toList());

    private GatewaySettings() {}

    /** What becomes of an event with a field that the contract does not know. */
    enum UnknownFields {
        REJECT,
        IGNORE
    }
}
