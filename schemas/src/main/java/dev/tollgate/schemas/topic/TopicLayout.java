package dev.tollgate.schemas.topic;

import dev.tollgate.schemas.config.Settings;
import java.util.regex.Pattern;

/**
 * How the topics are named and laid out in one cluster.
 *
 * @param prefix begins every topic name; letters, digits, '.', '_' and '-', at most 100 characters, may be empty
 * @param partitions of each topic that is partitioned by account; 1 to 10,000; cannot be changed once accounts have
 *     state
 * @param replication number of replicas, 1 to 32767, or {@value #BROKER_DEFAULT} for the broker's default
 */
public record TopicLayout(String prefix, int partitions, short replication) {
    /** Replication that leaves the choice to the broker. */
    public static final short BROKER_DEFAULT = -1;

    private static final Pattern PREFIX = Pattern.compile("[a-zA-Z0-9._-]{0,100}");
    private static final int MAX_PARTITIONS = 10_000;

    public TopicLayout {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException(
                    "topic prefix must be up to 100 letters, digits, '.', '_' or '-', was '" + prefix + "'");
        }
        if (partitions < 1 || partitions > MAX_PARTITIONS) {
            throw new IllegalArgumentException(
                    "partitions must be from 1 to " + MAX_PARTITIONS + ", was " + partitions);
        }
        if (replication < 1 && replication != BROKER_DEFAULT) {
            throw new IllegalArgumentException(
                    "replication must be >= 1, or -1 for the broker's default, was " + replication);
        }
    }

    /** Prefix {@code tollgate.}, 4 partitions, the broker's replication. */
    public static TopicLayout standard() {
        return new TopicLayout("tollgate.", 4, BROKER_DEFAULT);
    }

    /**
     * Reads {@code topics.prefix}, {@code topics.partitions} and {@code topics.replication}; presets as
     * {@link #standard()}. Problems are noted in the settings.
     */
    public static TopicLayout read(Settings settings) {
        TopicLayout standard = standard();
        String prefix = settings.string("topics.prefix", standard.prefix());
        int partitions = settings.integer("topics.partitions", standard.partitions(), 1, MAX_PARTITIONS);
        int replication =
                settings.integer("topics.replication", standard.replication(), BROKER_DEFAULT, Short.MAX_VALUE);
        try {
            return new TopicLayout(prefix, partitions, (short) replication);
        } catch (IllegalArgumentException e) {
            settings.problem("topics.*: " + e.getMessage());
            return standard;
        }
    }

    /** Full name of a topic, for example {@code tollgate.request-events}. */
    public String name(Topic topic) {
        return prefix + topic.shortName();
    }

    /** Number of partitions of a topic: one where it is not partitioned by account. */
    public int partitions(Topic topic) {
        return topic.perAccount() ? partitions : 1;
    }
}
