package dev.tollgate.cli.config;

import dev.tollgate.schemas.config.ConfigKey;
import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingsReader;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Names and environment variables of the keys of all roles. */
final class KnownKeys {
    private static final String KAFKA = "kafka.";
    private static final String KAFKA_CLIENT = "kafka.client.";

    private static final Map<String, Set<String>> NAMES = new HashMap<>();
    private static final Map<String, String> KEYS_BY_VARIABLE = new LinkedHashMap<>();

    static {
        for (SettingGroup group : ConfigRole.allGroups()) {
            for (ConfigKey key : group.keys()) {
                if (key instanceof Setting<?> setting) {
                    Set<String> names = new HashSet<>(setting.otherNames());
                    names.add(setting.key());
                    names.forEach(name -> NAMES.put(name, Set.copyOf(names)));
                    KEYS_BY_VARIABLE.put(SettingsReader.environmentName(setting.key()), setting.key());
                }
            }
        }
    }

    private KnownKeys() {}

    /** All names of the setting that a key is a name of, the key itself included. */
    static Set<String> namesOf(String key) {
        Set<String> names = NAMES.get(key);
        if (names != null) {
            return names;
        }
        Set<String> properties = new HashSet<>(Set.of(key));
        if (key.startsWith(KAFKA_CLIENT)) {
            properties.add(KAFKA + key.substring(KAFKA_CLIENT.length()));
        }
        if (key.startsWith(KAFKA)) {
            properties.add(KAFKA_CLIENT + key.substring(KAFKA.length()));
        }
        return properties;
    }

    /** Keys by the environment variables that set them. */
    static Map<String, String> keysByVariable() {
        return KEYS_BY_VARIABLE;
    }

    /** Whether a key is a name of a setting, rather than of a family. */
    static boolean isSetting(String key) {
        return NAMES.containsKey(key);
    }
}
