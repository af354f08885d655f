package dev.tollgate.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeConfigsResult;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.junit.jupiter.api.Test;

/** Against a cluster whose brokers hear of new topics one after the other. */
class TopicAdminTest {
    private static final TopicLayout LAYOUT = new TopicLayout("", 2, (short) 1);

    private final Cluster cluster = new Cluster();
    private final TopicAdmin admin = new TopicAdmin(cluster.admin(), LAYOUT);

    @Test
    void givenBrokersThatHearOfTopicsLater_whenApplied_thenItWaitsUntilAllAreShown() {
        cluster.hideFromDescriptions(Topic.LIMIT_STATE, 3);

        assertThat(admin.apply()).hasSize(Topic.values().length).containsValue(TopicAdmin.Change.CREATED);
        assertThat(cluster.hiddenDescriptions).isEmpty();
    }

    @Test
    void givenBrokerThatDoesNotKnowATopicThatAnotherHasShown_whenChecked_thenItIsAskedAgain() {
        admin.apply();
        cluster.hideFromDescriptions(Topic.REQUEST_EVENTS, 2);
        cluster.hideFromConfigs(Topic.PLAN_CATALOG, 2);

        admin.check();

        assertThat(cluster.hiddenDescriptions).isEmpty();
        assertThat(cluster.hiddenConfigs).isEmpty();
    }

    @Test
    void givenBrokerThatDoesNotKnowTheConfigurationOfATopic_whenAppliedAgain_thenItIsAskedAgain() {
        admin.apply();
        cluster.hideFromConfigs(Topic.USAGE_JOURNAL, 2);

        assertThat(admin.apply().values()).containsOnly(TopicAdmin.Change.UNCHANGED);
        assertThat(cluster.hiddenConfigs).isEmpty();
    }

    @Test
    void givenClusterWithoutTopics_whenChecked_thenAllAreNamed() {
        assertThatThrownBy(admin::check)
                .isInstanceOf(TopicMismatchException.class)
                .hasMessageContaining("request-events is missing")
                .hasMessageContaining("limit-state is missing");
    }

    /** Answers what the class under test asks, and nothing else. */
    private static final class Cluster {
        private final Map<String, NewTopic> topics = new HashMap<>();
        /** Topics that the next brokers do not know, an answer each. */
        private final Queue<String> hiddenDescriptions = new ArrayDeque<>();

        private final Queue<String> hiddenConfigs = new ArrayDeque<>();

        void hideFromDescriptions(Topic topic, int times) {
            Stream.generate(() -> LAYOUT.name(topic)).limit(times).forEach(hiddenDescriptions::add);
        }

        void hideFromConfigs(Topic topic, int times) {
            Stream.generate(() -> LAYOUT.name(topic)).limit(times).forEach(hiddenConfigs::add);
        }

        @SuppressWarnings("unchecked")
        Admin admin() {
            return (Admin) Proxy.newProxyInstance(
                    Admin.class.getClassLoader(), new Class<?>[] {Admin.class}, (proxy, method, arguments) -> {
                        Collection<?> asked = (Collection<?>) arguments[0];
                        return switch (method.getName()) {
                            case "describeTopics" -> describeTopics((Collection<String>) asked);
                            case "describeConfigs" -> describeConfigs((Collection<ConfigResource>) asked);
                            case "createTopics" -> createTopics((Collection<NewTopic>) asked);
                            default -> throw new UnsupportedOperationException(method.getName());
                        };
                    });
        }

        private DescribeTopicsResult describeTopics(Collection<String> names) {
            Map<String, KafkaFuture<TopicDescription>> answers = new HashMap<>();
            String hidden =
                    names.containsAll(hiddenDescriptions) && topics.keySet().containsAll(hiddenDescriptions)
                            ? hiddenDescriptions.poll()
                            : null;
            for (String name : names) {
                NewTopic topic = topics.get(name);
                answers.put(name, topic == null || name.equals(hidden) ? unknown() : done(description(topic)));
            }
            return new DescribeTopicsResult(null, answers) {};
        }

        private DescribeConfigsResult describeConfigs(Collection<ConfigResource> resources) {
            Map<ConfigResource, KafkaFuture<Config>> answers = new HashMap<>();
            Set<String> names = new HashSet<>();
            resources.forEach(resource -> names.add(resource.name()));
            String hidden = names.containsAll(hiddenConfigs) ? hiddenConfigs.poll() : null;
            for (ConfigResource resource : resources) {
                NewTopic topic = topics.get(resource.name());
                answers.put(
                        resource, topic == null || resource.name().equals(hidden) ? unknown() : done(config(topic)));
            }
            return new DescribeConfigsResult(answers) {};
        }

        private CreateTopicsResult createTopics(Collection<NewTopic> created) {
            Map<String, KafkaFuture<CreateTopicsResult.TopicMetadataAndConfig>> answers = new HashMap<>();
            for (NewTopic topic : created) {
                topics.put(topic.name(), topic);
                answers.put(
                        topic.name(),
                        done(new CreateTopicsResult.TopicMetadataAndConfig(
                                Uuid.randomUuid(), topic.numPartitions(), 1, config(topic))));
            }
            return new CreateTopicsResult(answers) {};
        }

        private static TopicDescription description(NewTopic topic) {
            Node node = new Node(1, "broker", 9092);
            List<TopicPartitionInfo> partitions = new ArrayList<>();
            for (int i = 0; i < topic.numPartitions(); i++) {
                partitions.add(new TopicPartitionInfo(i, node, List.of(node), List.of(node)));
            }
            return new TopicDescription(topic.name(), false, partitions);
        }

        private static Config config(NewTopic topic) {
            return new Config(topic.configs().entrySet().stream()
                    .map(entry -> new ConfigEntry(entry.getKey(), entry.getValue()))
                    .toList());
        }

        private static <T> KafkaFuture<T> done(T value) {
            return KafkaFuture.completedFuture(value);
        }

        private static <T> KafkaFuture<T> unknown() {
            KafkaFutureImpl<T> future = new KafkaFutureImpl<>();
            future.completeExceptionally(new UnknownTopicOrPartitionException("this broker has not heard of it"));
            return future;
        }
    }
}
