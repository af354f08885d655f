package dev.tollgate.schemas.config;

import java.util.List;

/**
 * Keys that are about one thing, in the order in which they are listed.
 *
 * @param id short name, by which documents and the launcher ask for the group
 * @param title what the keys are about
 * @param keys the keys
 */
public record SettingGroup(String id, String title, List<ConfigKey> keys) {
    public SettingGroup {
        keys = List.copyOf(keys);
    }

    public static SettingGroup of(String id, String title, ConfigKey... keys) {
        return new SettingGroup(id, title, List.of(keys));
    }
}
