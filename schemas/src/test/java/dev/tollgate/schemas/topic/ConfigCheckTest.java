package dev.tollgate.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConfigCheckTest {
    @ParameterizedTest
    @EnumSource(Topic.class)
    void givenConfigurationOfTheCatalog_whenChecked_thenThereIsNoProblem(Topic topic) {
        assertThat(ConfigCheck.problems(topic, "t", topic.config()::get)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUEST_EVENTS", "ACCOUNT_EVENTS", "PLAN_CATALOG"})
    void givenInputWithPublishersTimes_whenChecked_thenTopicFoundAndNeededAreNamed(Topic topic) {
        Map<String, String> config = with(topic, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime");

        assertThat(ConfigCheck.problems(topic, "eu." + topic.shortName(), config::get))
                .containsExactly("eu." + topic.shortName()
                        + " has message.timestamp.type=CreateTime and needs LogAppendTime:"
                        + " a publisher's clock would say when a record came");
    }

    @Test
    void givenOutputWithTheRolesOwnTimes_whenChecked_thenThatIsNoProblem() {
        Map<String, String> config = with(Topic.USAGE_JOURNAL, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime");

        assertThat(ConfigCheck.problems(Topic.USAGE_JOURNAL, "t", config::get)).isEmpty();
    }

    @Test
    void givenCompactedEvents_whenChecked_thenThatIsAProblem() {
        Map<String, String> config = with(Topic.REQUEST_EVENTS, TopicConfig.CLEANUP_POLICY_CONFIG, "compact,delete");

        assertThat(ConfigCheck.problems(Topic.REQUEST_EVENTS, "t", config::get))
                .containsExactly("t has cleanup.policy=compact,delete and needs delete:"
                        + " records would be missing that somebody still reads");
    }

    @Test
    void givenPoliciesInAnotherOrder_whenChecked_thenTheyAreTheSame() {
        Map<String, String> config = with(Topic.USAGE_TOTALS, TopicConfig.CLEANUP_POLICY_CONFIG, "delete, compact");

        assertThat(ConfigCheck.problems(Topic.USAGE_TOTALS, "t", config::get)).isEmpty();
    }

    @Test
    void givenClusterThatDoesNotSay_whenChecked_thenItIsNotTrusted() {
        assertThat(ConfigCheck.problems(Topic.REQUEST_EVENTS, "t", key -> null)).hasSize(2);
    }

    private static Map<String, String> with(Topic topic, String key, String value) {
        Map<String, String> config = new HashMap<>(topic.config());
        config.put(key, value);
        return config;
    }
}
