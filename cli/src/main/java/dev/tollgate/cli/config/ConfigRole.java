package dev.tollgate.cli.config;

import dev.tollgate.api.ApiConfig;
import dev.tollgate.gate.GateConfig;
import dev.tollgate.gateserver.GateServerConfig;
import dev.tollgate.gateway.GatewayConfig;
import dev.tollgate.notify.NotifyConfig;
import dev.tollgate.publisher.PublisherConfig;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.metrics.MetricsConfig;
import dev.tollgate.sink.SinkConfig;
import dev.tollgate.sql.ClickHouseConfig;
import dev.tollgate.streams.config.AccountingConfig;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;

/** Whoever reads keys, and which. */
public enum ConfigRole {
    STREAMS,
    SINK,
    SQL,
    GATEWAY,
    NOTIFY,
    API,
    PUBLISHER,
    GATE,
    GATESERVER,
    UP;

    /** What the role reads, in the order in which it is listed. */
    public List<SettingGroup> groups() {
        return switch (this) {
            case STREAMS -> AccountingConfig.SETTINGS;
            case SINK -> SinkConfig.SETTINGS;
            case SQL -> List.of(ClickHouseConfig.SETTINGS);
            case GATEWAY -> GatewayConfig.SETTINGS;
            case NOTIFY -> NotifyConfig.SETTINGS;
            case API -> ApiConfig.SETTINGS;
            case PUBLISHER -> PublisherConfig.SETTINGS;
            case GATE -> GateConfig.SETTINGS;
            case GATESERVER -> GateServerConfig.SETTINGS;
            case UP -> List.of(MetricsConfig.SETTINGS);
        };
    }

    /** As it is written: {@code streams}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The groups of all roles, each once. */
    public static List<SettingGroup> allGroups() {
        return Arrays.stream(values())
                .flatMap(role -> role.groups().stream())
                .distinct()
                .toList();
    }

    /** The roles that read a group. */
    public static List<String> readersOf(SettingGroup group) {
        LinkedHashSet<String> readers = new LinkedHashSet<>();
        for (ConfigRole role : values()) {
            if (role.groups().contains(group)) {
                readers.add(role.text());
            }
        }
        return List.copyOf(readers);
    }
}
