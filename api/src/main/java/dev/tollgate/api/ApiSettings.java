package dev.tollgate.api;

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

/** The API's own keys. */
final class ApiSettings {
    static final HttpSettings HTTP = new HttpSettings("api", ApiConfig.DEFAULT_PORT);

    static final TokenSettings TOKENS = new TokenSettings("api", "tollgate api hash-token", Role.READER);

    static final Setting<Integer> MAX_QUERIES = Setting.of(
            "api.max-queries",
            SettingType.integer(1, 1_000),
            16,
            "queries that ClickHouse answers at the same time, exports apart; more wait up to 5 s");

    static final Setting<Integer> MAX_EXPORTS = Setting.of(
            "api.max-exports",
            SettingType.integer(1, 1_000),
            4,
            "CSV and NDJSON answers that are streamed at the same time, however slowly; more wait up to 5 s");

    static final Setting<Duration> QUERY_TIMEOUT = Setting.of(
            "api.query-timeout",
            SettingType.duration("1s", "10m"),
            Duration.ofSeconds(30),
            "for ClickHouse to answer a query whose answer is JSON");

    static final Setting<Duration> EXPORT_TIMEOUT = Setting.of(
            "api.export-timeout",
            SettingType.duration("1s", "24h"),
            Duration.ofMinutes(15),
            "for a streamed answer, the time in which its client reads it included");

    static final Setting<Integer> MAX_SNAPSHOTS = Setting.of(
            "api.max-snapshots",
            SettingType.integer(0, 50_000_000),
            200_000,
            "accounts, and projects and API keys with limits of their own, whose limits are kept in memory as Kafka has"
                    + " them; with more, with 0, or without `kafka.bootstrap-servers` they come from ClickHouse");

    static final SettingGroup GROUP = new SettingGroup(
            "api",
            "Query API (tollgate api)",
            Stream.of(
                            HTTP.addressKeys(),
                            TOKENS.keys(),
                            HTTP.tlsKeys(),
                            List.of(MAX_QUERIES, QUERY_TIMEOUT, MAX_EXPORTS, EXPORT_TIMEOUT, MAX_SNAPSHOTS),
                            HTTP.boundKeys())
                    .<ConfigKey>flatMap(List::stream)
                    .toList());

    private ApiSettings() {}
}
