package dev.tollgate.cli.config;

import dev.tollgate.schemas.config.ConfigKey;
import dev.tollgate.schemas.config.OpenKeys;
import dev.tollgate.schemas.config.Secrets;
import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A key with what is known of it and what is set.
 *
 * @param group what it is about
 * @param key the key or family
 * @param defaultText its default; null for none
 * @param required whether nothing starts without it
 * @param set what the configuration has, secrets masked: at most one for a key, several for a family or where names
 *     contradict each other
 */
public record ListedKey(
        SettingGroup group, ConfigKey key, @Nullable String defaultText, boolean required, List<SetValue> set) {

    /**
     * One value of the configuration.
     *
     * @param name the name under which it is set
     * @param value as it may be shown
     * @param origin where it comes from, in words
     */
    public record SetValue(String name, String value, String origin) {}

    public ListedKey {
        set = List.copyOf(set);
    }

    /** The keys of groups in their order. */
    public static List<ListedKey> of(List<SettingGroup> groups, Configuration configuration) {
        List<ListedKey> listed = new ArrayList<>();
        for (SettingGroup group : groups) {
            for (ConfigKey key : group.keys()) {
                listed.add(
                        switch (key) {
                            case Setting<?> setting ->
                                new ListedKey(
                                        group,
                                        setting,
                                        setting.defaultText(),
                                        setting.presence() == Setting.Presence.REQUIRED,
                                        valuesOf(setting, configuration));
                            case OpenKeys<?> family ->
                                new ListedKey(group, family, null, false, valuesOf(family, configuration));
                        });
            }
        }
        return listed;
    }

    private static List<SetValue> valuesOf(Setting<?> setting, Configuration configuration) {
        List<SetValue> found = new ArrayList<>();
        List<String> names = new ArrayList<>(List.of(setting.key()));
        names.addAll(setting.otherNames());
        for (String name : names) {
            String value = configuration.values().get(name);
            if (value != null && (setting.type().blank() || !value.isBlank())) {
                String shown = setting.secret() ? Secrets.MASK : Secrets.maskedWithin(value);
                found.add(new SetValue(name, shown, configuration.originOf(name)));
            }
        }
        return found;
    }

    private static List<SetValue> valuesOf(OpenKeys<?> family, Configuration configuration) {
        List<SetValue> found = new ArrayList<>();
        new TreeMap<>(configuration.values()).forEach((name, value) -> {
            if (family.has(name) && !KnownKeys.isSetting(name)) {
                String shown = family.secret() ? Secrets.MASK : Secrets.masked(name, value);
                found.add(new SetValue(name, shown, configuration.originOf(name)));
            }
        });
        return found;
    }
}
