package dev.tollgate.schemas.metrics;

import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingType;
import dev.tollgate.schemas.config.SettingsReader;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a process shows its metrics.
 *
 * @param listen address of the listener; null for none
 */
public record MetricsConfig(@Nullable ListenAddress listen) {
    private static final SettingType<ListenAddress> ADDRESS = SettingType.of(
            "host:port, such as 127.0.0.1:9464 or [::1]:9464, with a port from 0 to 65535",
            "host:port",
            ListenAddress::parse,
            ListenAddress::toString);

    /** Where Prometheus' text is served. */
    public static final Setting<Optional<ListenAddress>> LISTEN = Setting.optional(
            "metrics.listen",
            ADDRESS,
            "where the process serves its metrics, as Prometheus text under `/metrics`; `0.0.0.0:9464` for all"
                    + " interfaces, port 0 for any free one; unset: not at all. Without a token: for your monitoring"
                    + " only");

    /** What {@link #read} reads. */
    public static final SettingGroup SETTINGS = SettingGroup.of("metrics", "Metrics", LISTEN);

    /** Not shown at all. */
    public static final MetricsConfig OFF = new MetricsConfig(null);

    /** Reads {@link #SETTINGS}; a problem is noted in the reader. */
    public static MetricsConfig read(SettingsReader settings) {
        return new MetricsConfig(settings.get(LISTEN).orElse(null));
    }
}
