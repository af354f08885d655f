package dev.tollgate.streams.config;

import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingType;
import java.time.Duration;
import java.util.Optional;

/** How the accounting works. */
public final class AccountingSettings {
    static final Setting<Duration> DEDUPE_HORIZON = Setting.of(
            "accounting.dedupe-horizon",
            SettingType.duration("1m", "72h"),
            Duration.ofHours(24),
            "how far back in event time an event id is remembered");

    static final Setting<Optional<String>> DEFAULT_PLAN = Setting.optional(
            "accounting.default-plan", SettingType.text(), "plan of accounts that were never assigned one");

    static final Setting<Integer> MAX_SCOPE_KEYS = Setting.of(
            "accounting.max-scope-keys",
            SettingType.integer(1, 100_000),
            10_000,
            "projects or API keys of an account that one limit tells apart");

    static final Setting<Duration> LIMIT_STATE_INTERVAL = Setting.of(
            "accounting.limit-state-interval",
            SettingType.duration("0ms", "1m"),
            Duration.ofMillis(250),
            "least time between two snapshots of an account that change no alert or block");

    static final Setting<Duration> TOTALS_INTERVAL = Setting.of(
            "accounting.totals-interval",
            SettingType.duration("0ms", "10m"),
            Duration.ofSeconds(1),
            "least time between two publications of an account's open totals");

    /** Who publishes plans waits for this, too. */
    public static final Setting<Duration> PLAN_SETTLE_TIME = Setting.of(
            "accounting.plan-settle-time",
            SettingType.duration("10ms", "1m"),
            Duration.ofSeconds(5),
            "a plan version counts for records that are appended this long after it or later; the same for all"
                    + " instances");

    static final Setting<Integer> CACHE_BYTES = Setting.of(
            "accounting.cache-bytes",
            SettingType.integer(1 << 16, Integer.MAX_VALUE, "bytes"),
            64 << 20,
            "decoded accounts, projects and API keys in memory, per task, estimated as 2,048 bytes an account, 512 a"
                    + " project or key, and 16 for each byte of its record; projects and keys take half of it at most");

    /** The keys below {@code accounting.}. */
    public static final SettingGroup GROUP = SettingGroup.of(
            "accounting",
            "Accounting role: accounts (tollgate streams)",
            DEDUPE_HORIZON,
            DEFAULT_PLAN,
            MAX_SCOPE_KEYS,
            LIMIT_STATE_INTERVAL,
            TOTALS_INTERVAL,
            PLAN_SETTLE_TIME,
            CACHE_BYTES);

    private AccountingSettings() {}
}
