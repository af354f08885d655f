package dev.tollgate.schemas.topic;

import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingType;
import dev.tollgate.schemas.config.SettingsReader;
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
    private static final TopicLayout STANDARD = new TopicLayout("tollgate.", 4, BROKER_DEFAULT);

    private static final Setting<String> PREFIX_SETTING = Setting.of(
            "topics.prefix",
            SettingType.text(PREFIX, "up to 100 letters, digits, '.', '_' or '-'"),
            STANDARD.prefix(),
            "begins every topic's name");

    private static final Setting<Integer> PARTITIONS_SETTING = Setting.of(
            "topics.partitions",
            SettingType.integer(1, MAX_PARTITIONS),
            STANDARD.partitions(),
            "of the topics by account; fixed once accounts have state");

    private static final Setting<Integer> REPLICATION_SETTING = Setting.of(
            "topics.replication",
            SettingType.of(
                    "a whole number from 1 to 32767, or -1 for the broker's default",
                    "1 to 32767, -1",
                    TopicLayout::parsedReplication,
                    Object::toString),
            (int) STANDARD.replication(),
            "replicas; -1 is the broker's default");

    /** How the topics are named and laid out. */
    public static final SettingGroup SETTINGS =
            SettingGroup.of("topics", "Topics", PREFIX_SETTING, PARTITIONS_SETTING, REPLICATION_SETTING);

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
        return STANDARD;
    }

    /** Reads {@link #SETTINGS}. Problems are noted in the reader, and what is returned then is not to be used. */
    public static TopicLayout read(SettingsReader settings) {
        return new TopicLayout(
                settings.get(PREFIX_SETTING),
                settings.get(PARTITIONS_SETTING),
                settings.get(REPLICATION_SETTING).shortValue());
    }

    /** Full name of a topic, for example {@code tollgate.request-events}. */
    public String name(Topic topic) {
        return prefix + topic.shortName();
    }

    /** Number of partitions of a topic: one where it is not partitioned by account. */
    public int partitions(Topic topic) {
        return topic.perAccount() ? partitions : 1;
    }

    private static int parsedReplication(String text) {
        short replication = Short.parseShort(text);
        if (replication < 1 && replication != BROKER_DEFAULT) {
            throw new IllegalArgumentException("not allowed");
        }
        return replication;
    }
}
