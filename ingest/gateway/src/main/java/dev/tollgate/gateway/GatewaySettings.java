package dev.tollgate.gateway;

import dev.tollgate.gateway.event.EventRules;
import dev.tollgate.gateway.event.EventRules.CloudEventIdentity;
import dev.tollgate.schemas.config.OpenKeys;
import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The gateway's own keys. */
final class GatewaySettings {
    static final Setting<String> HOST =
            Setting.of("gateway.host", SettingType.text(), "127.0.0.1", "address to listen on");

    static final Setting<Integer> PORT = Setting.of(
            "gateway.port", SettingType.integer(0, 65_535), GatewayConfig.DEFAULT_PORT, "0 takes a free one");

    static final OpenKeys<String> TOKEN_HASH = new OpenKeys<>(
            "gateway.tokens.",
            "NAME",
            ".hash",
            name -> true,
            SettingType.text(),
            "a token that may publish; `tollgate gateway hash-token` prints it",
            true);

    static final OpenKeys<List<String>> TOKEN_ACCOUNTS = new OpenKeys<>(
            "gateway.tokens.",
            "NAME",
            ".accounts",
            name -> true,
            SettingType.list(),
            "comma-separated account ids, or prefixes that end in `*`, for which it may publish; unset: all",
            false);

    static final Setting<Boolean> ANONYMOUS = Setting.of(
            "gateway.anonymous",
            SettingType.flag(),
            false,
            "whether anyone may publish; needed where there is no token");

    static final Setting<Optional<Path>> KEY_STORE =
            Setting.optional("gateway.tls.key-store", SettingType.path(), "file with the server's key; HTTPS if set");

    static final Setting<Optional<String>> KEY_STORE_PASSWORD = Setting.optional(
                    "gateway.tls.key-store-password", SettingType.text(), "its password")
            .asSecret();

    static final Setting<String> KEY_STORE_TYPE = Setting.of(
            "gateway.tls.key-store-type",
            SettingType.text(Pattern.compile("PKCS12|JKS"), "PKCS12 or JKS"),
            "PKCS12",
            "format of the file");

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

    static final Setting<Integer> MAX_CONNECTIONS = Setting.of(
            "gateway.max-connections",
            SettingType.integer(1, 1_000_000),
            2_000,
            "open connections; more wait to be accepted");

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

    static final Setting<Duration> IDLE_TIMEOUT = Setting.of(
            "gateway.idle-timeout",
            SettingType.duration("100ms", "10m"),
            Duration.ofSeconds(10),
            "silence after which a connection is closed");

    static final Setting<Duration> REQUEST_TIMEOUT = Setting.of(
            "gateway.request-timeout",
            SettingType.duration("100ms", "10m"),
            Duration.ofSeconds(30),
            "for a head, and again for a body, to arrive");

    static final Setting<Duration> ACK_TIMEOUT = Setting.of(
            "gateway.ack-timeout",
            SettingType.duration("100ms", "10m"),
            Duration.ofSeconds(10),
            "for Kafka to confirm");

    static final Setting<Duration> DRAIN_TIMEOUT = Setting.of(
            "gateway.drain-timeout",
            SettingType.duration("0ms", "10m"),
            Duration.ofSeconds(15),
            "for requests under way when it stops");

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

    static final SettingGroup GROUP = SettingGroup.of(
            "gateway",
            "HTTP gateway (tollgate gateway)",
            HOST,
            PORT,
            TOKEN_HASH,
            TOKEN_ACCOUNTS,
            ANONYMOUS,
            CORS_ORIGINS,
            KEY_STORE,
            KEY_STORE_PASSWORD,
            KEY_STORE_TYPE,
            MAX_BODY_BYTES,
            MAX_EVENTS,
            IN_FLIGHT_BYTES,
            IN_FLIGHT_EVENTS,
            MAX_CONNECTIONS,
            TOKEN_SHARE_PERCENT,
            MIN_BODY_RATE,
            IDLE_TIMEOUT,
            REQUEST_TIMEOUT,
            ACK_TIMEOUT,
            DRAIN_TIMEOUT,
            UNKNOWN_FIELDS,
            EVENT_TYPE,
            EVENT_IDENTITY);

    private GatewaySettings() {}

    /** What becomes of an event with a field that the contract does not know. */
    enum UnknownFields {
        REJECT,
        IGNORE
    }
}
