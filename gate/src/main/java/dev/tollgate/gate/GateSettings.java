package dev.tollgate.gate;

import dev.tollgate.schemas.config.OpenKeys;
import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingType;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The gate's own keys. */
final class GateSettings {
    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");
    private static final SettingType<Policy> POLICY = SettingType.choice(Policy.class);

    static final Setting<Boolean> READ_UNCOMMITTED = Setting.of(
            "gate.read-uncommitted",
            SettingType.flag(),
            true,
            "whether snapshots are read before their transaction commits, so that blocks come sooner");

    static final Setting<Duration> START_TIMEOUT = Setting.of(
            "gate.start-timeout",
            SettingType.duration("0s", "5m"),
            Duration.ofSeconds(10),
            "how long `start()` waits; it goes on in the background");

    static final Setting<Policy> START_POLICY =
            Setting.of("gate.start-policy", POLICY, Policy.OPEN, "answer until the topics have been read");

    static final Setting<Policy> UNKNOWN_ACCOUNT =
            Setting.of("gate.unknown-account", POLICY, Policy.OPEN, "answer for accounts without snapshot");

    static final Setting<Optional<String>> DEFAULT_PLAN =
            Setting.optional("gate.default-plan", SettingType.text(), "plan by which those are judged");

    static final Setting<Integer> MAX_ACCOUNTS = Setting.of(
            "gate.max-accounts",
            SettingType.integer(1, 50_000_000),
            200_000,
            "accounts in memory; of more, those idle longest go, of 16 candidates each");

    static final Setting<Duration> OWN_CALLS_HORIZON = Setting.of(
            "gate.own-calls-horizon",
            SettingType.duration("100ms", "1h"),
            Duration.ofSeconds(5),
            "by when a call that was admitted is in the log");

    static final Setting<Duration> FEED_MAX_AGE = Setting.of(
            "gate.feed-max-age",
            SettingType.duration("1s", "24h"),
            Duration.ofSeconds(30),
            "since the gate was level with Kafka: older is stale");

    static final Setting<Duration> SNAPSHOT_MAX_AGE = Setting.of(
            "gate.snapshot-max-age",
            SettingType.duration("0s", "24h"),
            Duration.ZERO,
            "an admitted call that waits longer for a snapshot makes its account stale; `0s` is never");

    static final Setting<Integer> FLEET_SIZE = Setting.of(
            "gate.fleet-size",
            SettingType.integer(1, 32),
            1,
            "how many gates decide about the same accounts; taken for their shares until a gate has learned its own,"
                    + " so that gates that start at once do not each give out the whole amount");

    static final Setting<Policy> STALE_POLICY =
            Setting.of("gate.stale.default", POLICY, Policy.OPEN, "what limits do when stale");

    static final OpenKeys<Policy> STALE_POLICY_BY_LIMIT =
            new OpenKeys<>("gate.stale.limit.", "LIMIT-ID", "", limit -> true, POLICY, "the same for one limit", false);

    static final Setting<Duration> STALE_RETRY_AFTER = Setting.of(
            "gate.stale-retry-after",
            SettingType.duration("1s", "1h"),
            Duration.ofSeconds(5),
            "`Retry-After` of `STALE`");

    static final Setting<Map<String, String>> HEADERS_X = Setting.of(
            "gate.headers.x",
            SettingType.of(
                    "a list such as requests:X-RateLimit,complexity:X-Complexity, or none",
                    "meter:prefix, ...; none",
                    GateSettings::prefixes,
                    GateSettings::text),
            HeaderSettings.standard().prefixByMeter(),
            "meters that have X-headers, and how those begin");

    static final Setting<Boolean> HEADERS_IETF = Setting.of(
            "gate.headers.ietf", SettingType.flag(), true, "whether `RateLimit-Policy` and `RateLimit` are made");

    static final Setting<Boolean> HEADERS_RETRY_AFTER = Setting.of(
            "gate.headers.retry-after", SettingType.flag(), true, "whether `Retry-After` is made for denials");

    static final SettingGroup GROUP = SettingGroup.of(
            "gate",
            "Gate (library)",
            READ_UNCOMMITTED,
            START_TIMEOUT,
            START_POLICY,
            UNKNOWN_ACCOUNT,
            DEFAULT_PLAN,
            MAX_ACCOUNTS,
            OWN_CALLS_HORIZON,
            FLEET_SIZE,
            FEED_MAX_AGE,
            SNAPSHOT_MAX_AGE,
            STALE_POLICY,
            STALE_POLICY_BY_LIMIT,
            STALE_RETRY_AFTER,
            HEADERS_X,
            HEADERS_IETF,
            HEADERS_RETRY_AFTER);

    private GateSettings() {}

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

    private static String text(Map<String, String> prefixes) {
        return prefixes.isEmpty()
                ? "none"
                : prefixes.entrySet().stream()
                        .map(entry -> entry.getKey() + ":" + entry.getValue())
                        .collect(Collectors.joining(","));
    }
}
