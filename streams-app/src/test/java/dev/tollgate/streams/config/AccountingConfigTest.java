package dev.tollgate.streams.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.engine.EngineSettings;
import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.topic.TopicLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

class AccountingConfigTest {
    private static final Map<String, String> LEAST =
            Map.of("kafka.bootstrap-servers", "broker:9092", "registry.url", "http://registry:8081");

    @Test
    void givenOnlyTheAddresses_whenRead_thenDefaultsHold() {
        AccountingConfig config = AccountingConfig.from(LEAST);

        assertThat(config.cluster().bootstrapServers()).isEqualTo("broker:9092");
        assertThat(config.registry().urls()).extracting(Object::toString).containsExactly("http://registry:8081");
        assertThat(config.topics()).isEqualTo(TopicLayout.standard());
        assertThat(config.applicationId()).isEqualTo("tollgate-accounting");
        assertThat(config.instanceId()).isNull();
        assertThat(config.stateDir()).isEqualTo(Path.of("state"));
        assertThat(config.threads()).isEqualTo(2);
        assertThat(config.commitInterval()).isEqualTo(Duration.ofMillis(100));
        assertThat(config.standbys()).isZero();
        assertThat(config.engine()).isEqualTo(EngineSettings.defaults());
        assertThat(config.maxAge().duration()).isEqualTo(Duration.ofDays(400));
        assertThat(config.limitStateInterval()).isEqualTo(Duration.ofMillis(250));
        assertThat(config.totalsInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.planSettleTime()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.cacheBytes()).isEqualTo(64 << 20);
    }

    @Test
    void givenEveryKey_whenRead_thenEachIsTaken() {
        Map<String, String> values = new HashMap<>(LEAST);
        values.put("kafka.client.security.protocol", "SASL_SSL");
        values.put("kafka.streams.producer.linger.ms", "5");
        values.put("registry.user-info", "alice:wonder");
        values.put("registry.request-timeout", "3s");
        values.put("topics.prefix", "eu.");
        values.put("topics.partitions", "12");
        values.put("topics.replication", "3");
        values.put("streams.application-id", "billing");
        values.put("streams.instance-id", "billing-1");
        values.put("streams.state-dir", "/var/lib/tollgate");
        values.put("streams.threads", "4");
        values.put("streams.commit-interval", "50ms");
        values.put("streams.standbys", "1");
        values.put("events.max-age", "90d");
        values.put("events.max-ahead", "5s");
        values.put("accounting.dedupe-horizon", "48h");
        values.put("accounting.default-plan", "free");
        values.put("accounting.max-scope-keys", "7");
        values.put("accounting.limit-state-interval", "100ms");
        values.put("accounting.totals-interval", "10s");
        values.put("accounting.plan-settle-time", "1s");
        values.put("accounting.cache-bytes", "500000");

        AccountingConfig config = AccountingConfig.from(values);

        assertThat(config.registry().userInfo()).isEqualTo("alice:wonder");
        assertThat(config.registry().requestTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.topics()).isEqualTo(new TopicLayout("eu.", 12, (short) 3));
        assertThat(config.instanceId()).isEqualTo("billing-1");
        assertThat(config.threads()).isEqualTo(4);
        assertThat(config.standbys()).isEqualTo(1);
        assertThat(config.engine()).isEqualTo(new EngineSettings(5_000, 172_800_000, "free", 7));
        assertThat(config.maxAge().duration()).isEqualTo(Duration.ofDays(90));
        assertThat(config.limitStateInterval()).isEqualTo(Duration.ofMillis(100));
        assertThat(config.totalsInterval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.planSettleTime()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.cacheBytes()).isEqualTo(500_000);
        assertThat(config.toProperties())
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("producer.linger.ms", "5")
                .containsEntry(StreamsConfig.APPLICATION_ID_CONFIG, "billing")
                .containsEntry(StreamsConfig.STATE_DIR_CONFIG, "/var/lib/tollgate")
                .containsEntry(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 50L)
                .containsEntry("replication.factor", "3")
                .containsEntry("main.consumer.group.instance.id", "billing-1");
    }

    @Test
    void givenManyMistakes_whenRead_thenAllAreReportedTogether() {
        Map<String, String> values = Map.of(
                "registry.url", "ftp://registry",
                "streams.threads", "many",
                "streams.commit-interval", "0ms",
                "accounting.dedupe-horizon", "90d",
                "events.max-ahed", "5s",
                "streams.application-id", "with blanks",
                "topics.partitions", "0",
                "kafka.streams.processing.guarantee", "at_least_once");

        assertThatThrownBy(() -> AccountingConfig.from(values))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContainingAll(
                        "kafka.bootstrap-servers is missing",
                        "registry.url must be http or https URLs, comma-separated, was 'ftp://registry'",
                        "streams.threads must be a whole number from 1 to 128, was 'many'",
                        "streams.commit-interval must be a duration",
                        "accounting.dedupe-horizon must be a duration",
                        "events.max-ahed is unknown; did you mean events.max-ahead?",
                        "streams.application-id must be",
                        "topics.partitions must be a whole number from 1 to 10000, was '0'",
                        "processing.guarantee cannot be set");
    }

    @Test
    void givenGuarantee_whenTurnedIntoProperties_thenItIsExactlyOnceWhateverElseIsSet() {
        assertThat(AccountingConfig.from(LEAST).toProperties())
                .containsEntry(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2)
                .containsEntry("consumer.auto.offset.reset", "none")
                .containsEntry(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, FailOnSendError.class);
    }

    @Test
    void givenSecrets_whenShown_thenTheyAreMasked() {
        Map<String, String> values = new HashMap<>(LEAST);
        values.put("registry.user-info", "alice:wonder");
        values.put("kafka.client.sasl.jaas.config", "login required password=\"hunter2\";");

        AccountingConfig config = AccountingConfig.from(values);

        assertThat(config.toString()).contains("broker:9092").doesNotContain("wonder", "hunter2");
        assertThat(config.registry().toString()).doesNotContain("wonder");
    }

    @Test
    void givenReservedName_whenMeantForOneKindOfClient_thenItIsAProblemToo() {
        for (String name : List.of(
                "client.group.instance.id",
                "streams.main.consumer.group.instance.id",
                "streams.consumer.isolation.level",
                "streams.main.consumer.auto.offset.reset",
                "streams.global.consumer.bootstrap.servers",
                "streams.restore.consumer.isolation.level",
                "streams.producer.transactional.id",
                "client.producer.enable.idempotence",
                "streams.admin.bootstrap.servers",
                "streams.main.consumer.consumer.group.id",
                "streams.topic.cleanup.policy",
                "streams.group.protocol")) {
            assertProblem("kafka." + name);
        }
    }

    @Test
    void givenExceptionHandler_whenRead_thenItIsAProblemSinceItWouldLeaveRecordsOut() {
        for (String name : List.of(
                "default.deserialization.exception.handler",
                "deserialization.exception.handler",
                "default.production.exception.handler",
                "production.exception.handler",
                "processing.exception.handler",
                "processing.exception.handler.global.enabled",
                "errors.dead.letter.queue.topic.name")) {
            assertProblem("kafka.streams." + name);
            assertProblem("kafka.client." + name);
        }
    }

    /** A handler that a later Kafka Streams brings must not slip past. */
    @Test
    void givenKafkaStreamsItself_whenItsKeysAreListed_thenEveryHandlerIsReserved() {
        List<String> handlers = StreamsConfig.configDef().names().stream()
                .filter(name -> name.contains("handler") || name.contains("dead.letter"))
                .toList();

        assertThat(handlers).hasSizeGreaterThanOrEqualTo(5);
        handlers.forEach(name -> assertProblem("kafka.streams." + name));
    }

    @Test
    void givenNamesThatOnlyLookReserved_whenRead_thenTheyAreHandedOn() {
        Map<String, String> values = new HashMap<>(LEAST);
        values.put("kafka.streams.main.consumer.session.timeout.ms", "6000");
        values.put("kafka.streams.producer.max.block.ms", "3000");
        values.put("kafka.streams.topic.min.insync.replicas", "2");

        assertThat(AccountingConfig.from(values).toProperties())
                .containsEntry("main.consumer.session.timeout.ms", "6000")
                .containsEntry("producer.max.block.ms", "3000")
                .containsEntry("topic.min.insync.replicas", "2");
    }

    private static void assertProblem(String key) {
        Map<String, String> values = new HashMap<>(LEAST);
        values.put(key, "any");
        assertThatThrownBy(() -> AccountingConfig.from(values))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining(key + " cannot be set");
    }
}
