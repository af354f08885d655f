package dev.tollgate.cli.config;

import dev.tollgate.schemas.config.Setting;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is set, and by what.
 *
 * @param values by key, as a role reads them
 * @param origins by key, in words: {@code file tollgate.yaml}, {@code environment TOLLGATE_SINK_THREADS}, {@code flag}
 */
public record Configuration(Map<String, String> values, Map<String, String> origins) {
    public Configuration {
        values = Map.copyOf(values);
        origins = Map.copyOf(origins);
    }

    /** Whether a setting is set, under whichever of its names. */
    public boolean names(Setting<?> setting) {
        return KnownKeys.namesOf(setting.key()).stream().anyMatch(values::containsKey);
    }

    /** Where the value of a key comes from, in words. */
    public String originOf(String key) {
        return origins.getOrDefault(key, "unknown");
    }

    /** Collects sources, each over those before it. */
    static final class Builder {
        private final Map<String, String> values = new LinkedHashMap<>();
        private final Map<String, String> origins = new LinkedHashMap<>();

        /**
         * Sets keys over what is there, under whatever name it is there. Two names of one setting within one source
         * both stay: the reader sees whether they contradict each other.
         */
        void set(Map<String, String> source, Map<String, String> itsOrigins) {
            for (String key : source.keySet()) {
                for (String name : KnownKeys.namesOf(key)) {
                    if (!source.containsKey(name)) {
                        values.remove(name);
                        origins.remove(name);
                    }
                }
            }
            values.putAll(source);
            origins.putAll(itsOrigins);
        }

        Map<String, String> values() {
            return values;
        }

        Configuration build() {
            return new Configuration(values, origins);
        }
    }
}
