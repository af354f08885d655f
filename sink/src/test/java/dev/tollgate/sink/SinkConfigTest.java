package dev.tollgate.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.sink.internal.loop.BatchLimits;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SinkConfigTest {
    private static final Map<String, String> REQUIRED = Map.of(
            "kafka.bootstrap-servers", "kafka:9092",
            "registry.url", "http://registry:8081",
            "clickhouse.url", "jdbc:ch://clickhouse:8123/default");

    @Test
    void givenOnlyWhatIsRequired_whenRead_thenTheRestHasItsPresets() {
        SinkConfig config = SinkConfig.from(REQUIRED);

        assertThat(config.cluster().bootstrapServers()).isEqualTo("kafka:9092");
        assertThat(config.topics().prefix()).isEqualTo("tollgate.");
        assertThat(config.clickHouse().database()).isEqualTo("tollgate");
        assertThat(config.clickHouse().requestTimeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.groupId()).isEqualTo("tollgate-sink");
        assertThat(config.threads()).isEqualTo(1);
        assertThat(config.batchLimits()).isEqualTo(new BatchLimits(50_000, 16 << 20, Duration.ofSeconds(1)));
        assertThat(config.bufferMaxBytes()).isEqualTo(64 << 20);
        assertThat(config.retryMinDelay()).isEqualTo(Duration.ofMillis(200));
        assertThat(config.retryMaxDelay()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.maxPollInterval()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.checkInterval()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.ignoredApplications()).isEmpty();
        assertThat(config.nextApplication()).isNull();
    }

    @Test
    void givenEverySetting_whenRead_thenEachArrives() {
        Map<String, String> values = new HashMap<>(REQUIRED);
        values.putAll(Map.of(
                "kafka.client.security.protocol", "SASL_SSL",
                "kafka.sink.fetch.max.wait.ms", "250",
                "topics.prefix", "team.",
                "topics.partitions", "12",
                "clickhouse.user", "writer",
                "clickhouse.password", "hunter2",
                "clickhouse.database", "books",
                "clickhouse.connect-timeout", "3s",
                "clickhouse.request-timeout", "20s"));
        values.putAll(Map.of(
                "registry.user-info", "user:secret",
                "sink.group-id", "books-sink",
                "sink.threads", "3",
                "sink.batch.max-rows", "1000",
                "sink.batch.max-bytes", "1000000",
                "sink.batch.max-delay", "2s",
                "sink.buffer.max-bytes", "5000000",
                "sink.retry.min-delay", "1s",
                "sink.retry.max-delay", "30s",
                "sink.max-poll-interval", "2m"));
        values.put("sink.ignored-applications", "one, two");
        values.put("sink.next-application", "three");
        values.put("sink.check-interval", "30s");

        SinkConfig config = SinkConfig.from(values);

        assertThat(config.topics().partitions()).isEqualTo(12);
        assertThat(config.clickHouse().user()).isEqualTo("writer");
        assertThat(config.clickHouse().password()).isEqualTo("hunter2");
        assertThat(config.clickHouse().database()).isEqualTo("books");
        assertThat(config.clickHouse().connectTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.clickHouse().requestTimeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(config.groupId()).isEqualTo("books-sink");
        assertThat(config.threads()).isEqualTo(3);
        assertThat(config.batchLimits()).isEqualTo(new BatchLimits(1_000, 1_000_000, Duration.ofSeconds(2)));
        assertThat(config.bufferMaxBytes()).isEqualTo(5_000_000);
        assertThat(config.retryMinDelay()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.retryMaxDelay()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.ignoredApplications()).containsExactlyInAnyOrder("one", "two");
        assertThat(config.nextApplication()).isEqualTo("three");
        assertThat(config.checkInterval()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.consumerProperties(0))
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("fetch.max.wait.ms", "250")
                .containsEntry("max.poll.interval.ms", 120_000)
                .containsEntry("isolation.level", "read_committed")
                .containsEntry("auto.offset.reset", "none");
        assertThat(config.toString()).doesNotContain("hunter2").doesNotContain("user:secret");
    }

    @Test
    void givenManyMistakes_whenRead_thenAllAreToldAtOnce() {
        Map<String, String> values = new HashMap<>(Map.of(
                "clickhouse.url", "http://clickhouse:8123",
                "clickhouse.database", "drop table",
                "sink.thread", "2",
                "sink.batch.max-rows", "0",
                "sink.retry.min-delay", "10s",
                "sink.retry.max-delay", "1s",
                "sink.max-poll-interval", "1m",
                "kafka.sink.isolation.level", "read_uncommitted"));
        values.put("sink.next-application", "b");
        values.put("sink.ignored-applications", "a,b");

        assertThatThrownBy(() -> SinkConfig.from(values))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("kafka.bootstrap-servers is missing")
                .hasMessageContaining("registry.url is missing")
                .hasMessageContaining("clickhouse.url must be a text that begins with jdbc:ch:")
                .hasMessageContaining("clickhouse.database must be")
                .hasMessageContaining("sink.thread is unknown; did you mean sink.threads?")
                .hasMessageContaining(
                        "sink.batch.max-rows must be a whole number of records from 1 to 1000000, was '0'")
                .hasMessageContaining("sink.retry.max-delay must be >= sink.retry.min-delay")
                .hasMessageContaining("clickhouse.request-timeout must be at most a third of sink.max-poll-interval")
                .hasMessageContaining("sink.next-application must not be in sink.ignored-applications, was 'b'")
                .hasMessageContaining("kafka.sink.isolation.level cannot be set");
    }

    @Test
    void givenMorePartitionsThanTokensAreRememberedFor_whenRead_thenTheDelayIsRejected() {
        Map<String, String> values = new HashMap<>(REQUIRED);
        values.put("topics.partitions", "1000");

        assertThatThrownBy(() -> SinkConfig.from(values))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("sink.batch.max-delay is too short");

        values.put("sink.batch.max-delay", "10s");
        assertThat(SinkConfig.from(values).topics().partitions()).isEqualTo(1_000);
    }

    @Test
    void givenKafkasAndConfluentsNames_whenRead_thenTheyAreTheSettings() {
        SinkConfig config = SinkConfig.from(Map.of(
                "bootstrap.servers", "kafka:9092",
                "kafka.security.protocol", "SASL_SSL",
                "schema.registry.url", "http://registry:8081",
                "basic.auth.credentials.source", "USER_INFO",
                "basic.auth.user.info", "user:secret",
                "clickhouse.url", "jdbc:ch://clickhouse:8123/default"));

        assertThat(config.consumerProperties(0))
                .containsEntry("bootstrap.servers", "kafka:9092")
                .containsEntry("security.protocol", "SASL_SSL");
        assertThat(config.registry().userInfo()).isEqualTo("user:secret");
        assertThat(config.toString()).doesNotContain("user:secret");
    }
}
