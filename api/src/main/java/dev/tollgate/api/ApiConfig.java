package dev.tollgate.api;

import dev.tollgate.api.live.LiveConfig;
import dev.tollgate.api.query.QueryBounds;
import dev.tollgate.http.server.HttpServerConfig;
import dev.tollgate.http.service.HttpServiceConfig;
import dev.tollgate.http.token.AccessToken;
import dev.tollgate.schemas.cluster.ClusterConfig;
import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingsReader;
import dev.tollgate.schemas.metrics.MetricsConfig;
import dev.tollgate.sql.ClickHouseConfig;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How the API works. Read with {@link #from}; {@code docs/api.md} lists the keys.
 *
 * @param http where it listens
 * @param tokens who may read; at least one
 * @param clickHouse where the rows are
 * @param bounds of what ClickHouse is asked at the same time, and for how long
 * @param live where limits are followed; null where they come from ClickHouse
 * @param metrics where the process shows its metrics
 * @param effective what was read, defaults included, secrets masked
 */
public record ApiConfig(
        HttpServerConfig http,
        List<AccessToken> tokens,
        ClickHouseConfig clickHouse,
        QueryBounds bounds,
        @Nullable LiveConfig live,
        MetricsConfig metrics,
        Map<String, String> effective)
        implements HttpServiceConfig {

    /** Where it listens if nothing else is said. */
    public static final int DEFAULT_PORT = 8470;

    /** Every key that {@link #from} reads. */
    public static final List<SettingGroup> SETTINGS =
            ClusterConfig.settingsAnd(ClickHouseConfig.SETTINGS, ApiSettings.GROUP, MetricsConfig.SETTINGS);

    public ApiConfig {
        tokens = List.copyOf(tokens);
        effective = Map.copyOf(effective);
    }

    /**
     * Reads {@link #SETTINGS}; keys of other roles may stand in the same map.
     *
     * @throws InvalidSettingsException with every problem found
     */
    public static ApiConfig from(Map<String, String> values) {
        SettingsReader settings = new SettingsReader(values, SETTINGS);
        HttpServerConfig http = ApiSettings.HTTP.read(settings);
        List<AccessToken> tokens = ApiSettings.TOKENS.read(settings);
        if (!ApiSettings.TOKENS.isAnySet(settings)) {
            settings.problem("api.tokens.NAME.hash is missing: name at least one token, made with"
                    + " 'tollgate api hash-token --new NAME'");
        }
        ClickHouseConfig clickHouse = ClickHouseConfig.read(settings);
        QueryBounds bounds = new QueryBounds(
                settings.get(ApiSettings.MAX_QUERIES),
                settings.get(ApiSettings.QUERY_TIMEOUT),
                settings.get(ApiSettings.MAX_EXPORTS),
                settings.get(ApiSettings.EXPORT_TIMEOUT));
        int maxSnapshots = settings.get(ApiSettings.MAX_SNAPSHOTS);
        LiveConfig live = maxSnapshots > 0 && settings.isSet(ClusterConfig.BOOTSTRAP_SERVERS)
                ? new LiveConfig(ClusterConfig.read(settings), maxSnapshots)
                : null;
        MetricsConfig metrics = MetricsConfig.read(settings);
        settings.rejectUnknown();
        settings.throwIfProblems();
        return new ApiConfig(http, tokens, clickHouse, bounds, live, metrics, settings.effective());
    }

    /** Secrets masked. */
    @Override
    public String toString() {
        return "ApiConfig" + new TreeMap<>(effective);
    }
}
