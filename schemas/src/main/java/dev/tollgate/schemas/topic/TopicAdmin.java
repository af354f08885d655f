package dev.tollgate.schemas.topic;

import dev.tollgate.schemas.registry.RegistryRejection;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Brings a cluster and its registry to what the catalog says: creates missing topics, mends drifted configuration,
 * registers the schemas. Applying twice changes nothing. Never deletes and never repartitions.
 */
public final class TopicAdmin {
    private static final Duration TIMEOUT = Duration.ofMinutes(1);
    /** How long a broker may take to hear of a topic that was created just before. */
    private static final Duration NEWS_TIME = Duration.ofSeconds(5);

    private static final long RETRY_MILLIS = 100;
    private static final String COMPATIBILITY = "FULL_TRANSITIVE";

    private final Admin admin;
    private final TopicLayout layout;

    /** The admin client stays the caller's to close. */
    public TopicAdmin(Admin admin, TopicLayout layout) {
        this.admin = admin;
        this.layout = layout;
    }

    /**
     * Creates and mends the topics, and waits until the cluster shows those that are new.
     *
     * @return what was done, topic by topic, in the order of the catalog
     * @throws TopicMismatchException if a topic exists with another number of partitions
     * @throws KafkaException if the cluster rejects the request or does not answer within a minute
     */
    public Map<Topic, Change> apply() {
        Map<Topic, Change> changes = new LinkedHashMap<>();
        List<Topic> existing = new ArrayList<>();
        List<String> mismatches = new ArrayList<>();
        Map<String, TopicDescription> found = describe();
        for (Topic topic : Topic.values()) {
            TopicDescription description = found.get(layout.name(topic));
            if (description == null) {
                boolean created = create(topic);
                changes.put(topic, created ? Change.CREATED : Change.UNCHANGED);
            } else {
                existing.add(topic);
                changes.put(topic, Change.UNCHANGED);
                int partitions = description.partitions().size();
                if (partitions != layout.partitions(topic)) {
                    mismatches.add(layout.name(topic) + " has " + partitions + " partitions, the configuration says "
                            + layout.partitions(topic));
                }
            }
        }
        if (!mismatches.isEmpty()) {
            throw new TopicMismatchException(mismatches);
        }
        for (Topic topic : mend(existing)) {
            changes.put(topic, Change.RECONFIGURED);
        }
        if (describeAll(TIMEOUT).size() < Topic.values().length) {
            throw new KafkaException("the topics are created, but the cluster does not show all of them after "
                    + TIMEOUT.toSeconds() + " s");
        }
        return changes;
    }

    /**
     * Describes our topics. The controller answers before every broker has heard of a new topic, and each question may
     * go to another broker, so that a topic that a broker does not know is asked for again for some time.
     *
     * @return what there is then; a topic may still be missing
     */
    private Map<String, TopicDescription> describeAll(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        Map<String, TopicDescription> found = describe();
        while (found.size() < Topic.values().length && deadline - System.nanoTime() > 0) {
            pause();
            found = describe();
        }
        return found;
    }

    /**
     * Checks what running roles rely on: every topic exists, those by account have the same number of partitions,
     * topics that others publish to carry the log's own times, and nothing is compacted that must not be. Needs the
     * permission to describe the topics' configuration.
     *
     * @throws TopicMismatchException naming each topic that is missing or differs
     */
    public void check() {
        Map<String, TopicDescription> found = describeAll(NEWS_TIME);
        List<String> problems = new ArrayList<>();
        Map<ConfigResource, Topic> existing = new LinkedHashMap<>();
        for (Topic topic : Topic.values()) {
            TopicDescription description = found.get(layout.name(topic));
            if (description == null) {
                problems.add(layout.name(topic) + " is missing");
            } else if (description.partitions().size() != layout.partitions(topic)) {
                problems.add(
                        layout.name(topic) + " has " + description.partitions().size()
                                + " partitions, the configuration says " + layout.partitions(topic));
            }
            if (description != null) {
                existing.put(resource(topic), topic);
            }
        }
        Map<ConfigResource, Config> configs = configsOf(existing.keySet());
        existing.forEach((resource, topic) -> problems.addAll(ConfigCheck.problems(topic, resource.name(), key -> {
            Config config = configs.get(resource);
            ConfigEntry entry = config == null ? null : config.get(key);
            return entry == null ? null : entry.value();
        })));
        if (!problems.isEmpty()) {
            throw new TopicMismatchException(problems);
        }
    }

    private ConfigResource resource(Topic topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, layout.name(topic));
    }

    /**
     * Registers the value schema of every topic and holds its subject to {@value #COMPATIBILITY}.
     *
     * @return schema id by topic
     * @throws RegistryRejection if the registry holds versions that the schema is not compatible with
     */
    public Map<Topic, Integer> registerSchemas(SchemaRegistryClient registry) throws RegistryRejection {
        Map<Topic, Integer> ids = new LinkedHashMap<>();
        for (Topic topic : Topic.values()) {
            String subject = layout.name(topic) + "-value";
            ids.put(topic, registry.register(subject, topic.schema()));
            registry.setCompatibility(subject, COMPATIBILITY);
        }
        return ids;
    }

    /** What the broker that is asked has heard of. */
    private Map<String, TopicDescription> describe() {
        List<String> names = Stream.of(Topic.values()).map(layout::name).toList();
        Map<String, TopicDescription> found = new LinkedHashMap<>();
        admin.describeTopics(names).topicNameValues().forEach((name, answer) -> {
            try {
                found.put(name, await(answer));
            } catch (UnknownTopicOrPartitionException e) {
                // There is none, or this broker has not heard of it yet.
            }
        });
        return found;
    }

    /** Configuration of topics that exist, asked for again while the broker that is asked has not heard of one. */
    private Map<ConfigResource, Config> configsOf(Collection<ConfigResource> topics) {
        long deadline = System.nanoTime() + NEWS_TIME.toNanos();
        while (true) {
            try {
                return await(admin.describeConfigs(topics).all());
            } catch (UnknownTopicOrPartitionException e) {
                if (deadline - System.nanoTime() <= 0) {
                    throw e;
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while waiting for new topics", e);
        }
    }

    private boolean create(Topic topic) {
        Optional<Short> replication = layout.replication() == TopicLayout.BROKER_DEFAULT
                ? Optional.empty()
                : Optional.of(layout.replication());
        NewTopic request = new NewTopic(layout.name(topic), Optional.of(layout.partitions(topic)), replication)
                .configs(topic.config());
        try {
            await(admin.createTopics(List.of(request)).all());
            return true;
        } catch (TopicExistsException e) {
            // Somebody else applied at the same time; what exists is checked by the next call.
            return false;
        }
    }

    private List<Topic> mend(List<Topic> topics) {
        Map<ConfigResource, Topic> byResource = new LinkedHashMap<>();
        topics.forEach(topic -> byResource.put(resource(topic), topic));
        Map<ConfigResource, Config> current = configsOf(byResource.keySet());
        Map<ConfigResource, Collection<AlterConfigOp>> alterations = new LinkedHashMap<>();
        byResource.forEach((resource, topic) -> {
            List<AlterConfigOp> operations = new ArrayList<>();
            topic.config().forEach((key, value) -> {
                Config config = current.get(resource);
                ConfigEntry entry = config == null ? null : config.get(key);
                if (entry == null || !value.equals(entry.value())) {
                    operations.add(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET));
                }
            });
            if (!operations.isEmpty()) {
                alterations.put(resource, operations);
            }
        });
        if (alterations.isEmpty()) {
            return List.of();
        }
        await(admin.incrementalAlterConfigs(alterations).all());
        return byResource.entrySet().stream()
                .filter(entry -> alterations.containsKey(entry.getKey()))
                .map(Map.Entry::getValue)
                .toList();
    }

    private static <T> T await(KafkaFuture<T> future) {
        return ClusterAnswer.await(future, TIMEOUT);
    }

    /** What applying did to one topic. */
    public enum Change {
        CREATED,
        RECONFIGURED,
        UNCHANGED
    }
}
