package dev.tollgate.publisher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tollgate.publisher.spool.OverflowPolicy;
import dev.tollgate.publisher.spool.SpoolConfig;
import dev.tollgate.publisher.spool.SyncPolicy;
import dev.tollgate.schemas.config.InvalidSettingsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.types.Password;
import org.junit.jupiter.api.Test;

class PublisherConfigTest {
    private static final Map<String, Object> LEAST =
            Map.of("bootstrap.servers", "localhost:9092", "schema.registry.url", "http://localhost:8081");

    @Test
    void givenTheLeast_whenRead_thenTheDefaultsAreThese() {
        PublisherConfig config = PublisherConfig.from(LEAST);

        assertThat(config.topic()).isEqualTo("tollgate.request-events");
        assertThat(config.maxAge().duration()).isEqualTo(Duration.ofDays(400));
        assertThat(config.producerName()).isEmpty();
        assertThat(config.queueEvents()).isEqualTo(65_536);
        assertThat(config.queueBytes()).isEqualTo(32L << 20);
        assertThat(config.inFlightBytes()).isEqualTo(16L << 20);
        assertThat(config.spool()).isNull();
        assertThat(config.spoolUse()).isEqualTo(SpoolUse.OUTAGE);
        assertThat(config.spoolAfter()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.rejectAfter()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.maxAhead().duration()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.closeTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.clientProperties())
                .containsEntry("acks", "all")
                .containsEntry("enable.idempotence", "true")
                .containsEntry("compression.type", "lz4")
                .containsEntry("max.block.ms", "0");
    }

    @Test
    void givenOnlyASpoolFolder_whenRead_thenTheSpoolsDefaultsAreThese() {
        Map<String, Object> properties = new HashMap<>(LEAST);
        properties.put("publisher.spool-folder", "/var/spool/recall");

        assertThat(PublisherConfig.from(properties).spool())
                .isEqualTo(new SpoolConfig(
                        Path.of("/var/spool/recall"),
                        1L << 30,
                        16L << 20,
                        SyncPolicy.OPERATING_SYSTEM,
                        OverflowPolicy.DROP_NEWEST,
                        5));
    }

    @Test
    void givenEverySetting_whenRead_thenEachIsTaken() {
        Map<String, Object> properties = new HashMap<>(LEAST);
        properties.put("topics.prefix", "eu.");
        properties.put("events.max-age", "90d");
        properties.put("publisher.name", "recall");
        properties.put("publisher.queue-events", 1000);
        properties.put("publisher.queue-bytes", "1_000_000");
        properties.put("publisher.in-flight-bytes", "2000000");
        properties.put("publisher.spool-folder", "spool");
        properties.put("publisher.spool-bytes", "4000000");
        properties.put("publisher.spool-segment-bytes", "1000000");
        properties.put("publisher.spool-overflow", "drop-oldest");
        properties.put("publisher.spool-sync", "every-write");
        properties.put("publisher.spool-use", "always");
        properties.put("publisher.spool-after", "2s");
        properties.put("publisher.reject-after", "7s");
        properties.put("events.max-ahead", "9s");
        properties.put("publisher.close-timeout", "3s");
        properties.put("linger.ms", "1");
        properties.put("security.protocol", "SASL_SSL");
        properties.put("acks", "all");

        PublisherConfig config = PublisherConfig.from(properties);

        assertThat(config.topic()).isEqualTo("eu.request-events");
        assertThat(config.maxAge().duration()).isEqualTo(Duration.ofDays(90));
        assertThat(config.producerName()).isEqualTo("recall");
        assertThat(config.queueEvents()).isEqualTo(1_000);
        assertThat(config.queueBytes()).isEqualTo(1_000_000);
        assertThat(config.inFlightBytes()).isEqualTo(2_000_000);
        assertThat(config.spool())
                .isEqualTo(new SpoolConfig(
                        Path.of("spool"), 4_000_000, 1_000_000, SyncPolicy.EVERY_WRITE, OverflowPolicy.DROP_OLDEST, 5));
        assertThat(config.spoolUse()).isEqualTo(SpoolUse.ALWAYS);
        assertThat(config.spoolAfter()).isEqualTo(Duration.ofSeconds(2));
        assertThat(config.rejectAfter()).isEqualTo(Duration.ofSeconds(7));
        assertThat(config.maxAhead().duration()).isEqualTo(Duration.ofSeconds(9));
        assertThat(config.closeTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.clientProperties())
                .containsEntry("linger.ms", "1")
                .containsEntry("security.protocol", "SASL_SSL")
                .doesNotContainKey("publisher.name");
    }

    @Test
    void givenManyMistakes_whenRead_thenEveryOneIsNamedAtOnce() {
        Map<String, Object> properties = new HashMap<>();
        properties.put("topics.prefix", "a b");
        properties.put("publisher.name", "n".repeat(129));
        properties.put("publisher.queue-events", "many");
        properties.put("publisher.queue-size", "1");
        properties.put("publisher.spool-bytes", "200000");
        properties.put("publisher.spool-sync", "sometimes");
        properties.put("acks", "1");
        properties.put("transactional.id", "t");

        InvalidSettingsException rejected =
                catchThrowableOfType(InvalidSettingsException.class, () -> PublisherConfig.from(properties));

        assertThat(rejected.problems())
                .anySatisfy(
                        problem -> assertThat(problem).contains("topics.prefix").contains("'a b'"))
                .anySatisfy(problem ->
                        assertThat(problem).contains("publisher.name").contains("up to 128 characters"))
                .anySatisfy(problem ->
                        assertThat(problem).contains("publisher.queue-events").contains("'many'"))
                .anySatisfy(problem -> assertThat(problem).contains("publisher.queue-size is unknown"))
                .anySatisfy(problem -> assertThat(problem).contains("acks").contains("'1'"))
                .anySatisfy(problem -> assertThat(problem).contains("transactional.id"))
                .anySatisfy(problem -> assertThat(problem).contains("kafka.bootstrap-servers is missing"))
                .anySatisfy(problem -> assertThat(problem).contains("registry.url is missing"))
                .anySatisfy(problem ->
                        assertThat(problem).contains("at least two segments").contains("200000"))
                .anySatisfy(problem ->
                        assertThat(problem).contains("publisher.spool-sync").contains("'sometimes'"))
                .hasSize(10);
    }

    @Test
    void givenAPassword_whenShown_thenItIsNot() {
        Map<String, Object> properties = new HashMap<>(LEAST);
        properties.put("sasl.jaas.config", "password='wonder'");

        assertThat(PublisherConfig.from(properties).toString()).doesNotContain("wonder");
    }

    @Test
    void givenTollgatesOwnNames_whenRead_thenTheClientsHaveTheirs() {
        PublisherConfig config = PublisherConfig.from(Map.of(
                "kafka.bootstrap-servers",
                "localhost:9092",
                "kafka.client.linger.ms",
                7,
                "registry.url",
                "http://localhost:8081",
                "registry.user-info",
                new Password("me:wonder"),
                "registry.auto-register",
                false));

        assertThat(config.clientProperties())
                .containsEntry("bootstrap.servers", "localhost:9092")
                .containsEntry("linger.ms", "7")
                .containsEntry("schema.registry.url", "http://localhost:8081")
                .containsEntry("basic.auth.user.info", "me:wonder")
                .containsEntry("auto.register.schemas", "false");
    }

    @Test
    void givenTwoNamesWithDifferentValues_whenRead_thenBothAreNamed() {
        Map<String, Object> properties = new HashMap<>(LEAST);
        properties.put("registry.url", "http://elsewhere:8081");
        properties.put("linger.ms", 1);
        properties.put("kafka.client.linger.ms", "2");

        InvalidSettingsException rejected =
                catchThrowableOfType(InvalidSettingsException.class, () -> PublisherConfig.from(properties));

        assertThat(rejected.problems())
                .hasSize(2)
                .anySatisfy(problem -> assertThat(problem).startsWith("registry.url and schema.registry.url are two"))
                .anySatisfy(problem -> assertThat(problem).startsWith("linger.ms and kafka.client.linger.ms are two"));
    }
}
