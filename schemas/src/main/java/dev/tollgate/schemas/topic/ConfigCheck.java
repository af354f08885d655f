package dev.tollgate.schemas.topic;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;

/**
 * The part of a topic's configuration without which the pipeline would count wrongly. The rest is the operator's
 * business.
 */
final class ConfigCheck {
    private static final String UNKNOWN = "unknown";

    private ConfigCheck() {}

    /**
     * Compares with {@link Topic#config}.
     *
     * @param name full name of the topic
     * @param configured the value of a key as the cluster has it, or null
     * @return one sentence for each difference
     */
    static List<String> problems(Topic topic, String name, Function<String, @Nullable String> configured) {
        List<String> problems = new ArrayList<>();
        if (topic.isInput()) {
            String found = found(configured, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG);
            String needed = needed(topic, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG);
            if (!found.equals(needed)) {
                problems.add(difference(name, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, found, needed)
                        + ": a publisher's clock would say when a record came");
            }
        }
        String found = found(configured, TopicConfig.CLEANUP_POLICY_CONFIG);
        String needed = needed(topic, TopicConfig.CLEANUP_POLICY_CONFIG);
        if (!policies(found).equals(policies(needed))) {
            problems.add(difference(name, TopicConfig.CLEANUP_POLICY_CONFIG, found, needed)
                    + ": records would be missing that somebody still reads");
        }
        return problems;
    }

    private static String difference(String name, String key, String found, String needed) {
        return name + " has " + key + "=" + found + " and needs " + needed;
    }

    private static String found(Function<String, @Nullable String> configured, String key) {
        String value = configured.apply(key);
        return value == null ? UNKNOWN : value;
    }

    private static String needed(Topic topic, String key) {
        return topic.config().getOrDefault(key, UNKNOWN);
    }

    private static Set<String> policies(String list) {
        return Stream.of(list.split(",")).map(String::trim).collect(Collectors.toSet());
    }
}
