package dev.tollgate.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.api.live.Snapshots;
import dev.tollgate.embedded.kafka.EmbeddedKafka;
import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.registry.TestingRegistry;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.LimitStateKey;
import dev.tollgate.schemas.topic.TopicAdmin;
import dev.tollgate.schemas.topic.TopicLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The limits of an account out of a real Kafka, beside those that ClickHouse has of the same snapshots. */
final class LiveLimitsIT {
    private static final String TOPIC = "tollgate.limit-state";
    private static final String LIMITS = "/v1/accounts/a/limits";
    private static final String QUOTE = "/v1/accounts/a/quote?endpoint=/v2/mem-it&project=p";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** What gates know of an account is answered, the same as ClickHouse would, and stays while Kafka is away. */
    @Test
    void givenKafkaComesGrowsAndGoes_whenLimitsAreAskedFor_thenTheyAreTheNewestThatThereAreAndSayWhereFrom(
            @TempDir Path folder) throws Exception {
        try (TestingRegistry registry = new TestingRegistry();
                EmbeddedKafka kafka = EmbeddedKafka.start(folder, LoopbackPort.free(), LoopbackPort.free());
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
                TestingApi api = new TestingApi(
                        "api_live",
                        "kafka.bootstrap-servers",
                        kafka.bootstrapServers(),
                        "registry.url",
                        registry.url())) {
            AvroSerializer<LimitState> serializer =
                    new AvroSerializer<>(new SchemaRegistryClient(RegistryConfig.ofUrl(registry.url())));
            api.execute(row(
                    "ACCOUNT",
                    "",
                    "('day', 'requests', 'FIXED_WINDOW', 'ENFORCE', 'ACCOUNT', '', 100, 50,"
                            + " '2020-01-01 00:00:00', '2199-01-01 00:00:00', NULL, false, false, NULL),"
                            + " ('month', 'requests', 'FIXED_WINDOW', 'ENFORCE', 'ACCOUNT', '', NULL, 999,"
                            + " '2020-01-01 00:00:00', '2020-01-01 00:00:01', NULL, false, false, NULL)"));
            api.execute(row(
                    "PROJECT",
                    "p",
                    "('each', 'requests', 'FIXED_WINDOW', 'ENFORCE', 'PROJECT', 'p', 20, 18,"
                            + " '2020-01-01 00:00:00', '2199-01-01 00:00:00', NULL, false, false, NULL)"));

            // There is no topic yet.
            Reply stored = api.get(LIMITS + "?limit=1");
            assertThat(stored.json().path("source").asText()).isEqualTo("clickhouse");
            assertThat(stored.json().path("behind_ms").isNull()).isTrue();
            JsonNode all = api.get(LIMITS).json().path("items");
            assertThat(all).hasSize(3);

            try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
                new TopicAdmin(admin, TopicLayout.standard()).apply();
            }
            publish(producer, "a", serializer.serialize(TOPIC, account(2, 50)));
            publish(
                    producer,
                    project(),
                    serializer.serialize(
                            TOPIC,
                            Snapshots.ofProject(
                                    "a",
                                    "p",
                                    2,
                                    Snapshots.window(
                                            "each", Scope.PROJECT, "p", 20L, 18, Snapshots.START, Snapshots.END))));
            Reply live = await(api, LIMITS, reply -> Items.of(reply, "limit").size() == 3 && isLive(reply));

            assertThat(live.json().path("items")).isEqualTo(all);
            assertThat(live.json().path("behind_ms").isIntegralNumber()).isTrue();
            assertThat(live.header("Tollgate-As-Of")).isEqualTo("2026-11-30T23:00:01Z");
            assertThat(live.json().path("lag_ms").asLong()).isEqualTo(3_599_000);
            // A list that ClickHouse began goes on.
            Reply second = api.get(
                    LIMITS + "?limit=1&cursor=" + stored.json().path("next").asText());
            assertThat(Items.of(second, "limit")).containsExactly("month");
            Reply third = api.get(
                    LIMITS + "?limit=1&cursor=" + second.json().path("next").asText());
            assertThat(Items.of(third, "limit", "scope_key")).containsExactly("each p");
            assertThat(third.json().path("next").isNull()).isTrue();
            assertThat(Items.of(api.get(LIMITS + "?filter[project]=p&filter[limit][prefix]=e"), "limit"))
                    .containsExactly("each");
            assertThat(Items.of(api.get(LIMITS + "?filter[scope][neq]=PROJECT"), "limit"))
                    .containsExactly("day", "month");
            assertThat(api.get(LIMITS + "?format=csv").lines()).hasSize(4);
            assertThat(Items.of(api.get("/v1/accounts/nobody/limits"), "limit")).isEmpty();
            assertThat(api.get(TestingApi.BOUND, "/v1/accounts/b/limits").status())
                    .isEqualTo(403);
            assertThat(Items.of(api.get(TestingApi.BOUND, LIMITS), "limit")).hasSize(3);

            Reply unpriced = api.get(QUOTE);
            assertThat(unpriced.status()).isEqualTo(404);
            assertThat(unpriced.body()).contains("unknown-plan");
            send(
                    producer,
                    "tollgate.plan-catalog",
                    "mem",
                    new AvroSerializer<Plan>(new SchemaRegistryClient(RegistryConfig.ofUrl(registry.url())))
                            .serialize("tollgate.plan-catalog", Snapshots.plan()));
            Reply quote = await(api, QUOTE, reply -> reply.status() == 200);
            assertThat(quote.json().path("allowed").asBoolean()).isFalse();
            assertThat(quote.json().path("reason").asText()).isEqualTo("NEVER_FITS");
            assertThat(quote.json().path("limit").asText()).isEqualTo("each");
            assertThat(quote.json().path("retry_after_s").isNull()).isTrue();
            assertThat(quote.json().path("plan_version").asInt()).isEqualTo(3);
            assertThat(quote.header("Tollgate-As-Of")).isEqualTo("2026-11-30T23:00:01Z");
            JsonNode limits = quote.json().path("limits");
            assertThat(limits).hasSize(2);
            assertThat(limits.get(0).path("cost").asLong()).isEqualTo(40);
            assertThat(limits.get(0).path("fits").asBoolean()).isTrue();
            assertThat(limits.get(1).path("scope_key").asText()).isEqualTo("p");
            assertThat(limits.get(1).path("fits_at").isNull()).isTrue();
            assertThat(api.get("/v1/accounts/nobody/quote?endpoint=/").body()).contains("unknown-account");
            assertThat(api.get(TestingApi.BOUND, "/v1/accounts/b/quote?endpoint=/")
                            .status())
                    .isEqualTo(403);
            Reply wrong = api.get("/v1/accounts/a/quote?units=-1&input_tokens=x&project=&endpont=/");
            assertThat(wrong.status()).isEqualTo(400);
            assertThat(wrong.body())
                    .contains(
                            "did you mean endpoint?",
                            "endpoint is missing: it must be what is called",
                            "units must be a whole number from 0",
                            "input_tokens must be a whole number from 0",
                            "project must be a text of 1 to 128 characters");

            // ClickHouse hears of none of these.
            publish(producer, "a", serializer.serialize(TOPIC, account(3, 77)));
            publish(producer, project(), null);
            Reply newer = await(api, LIMITS, reply -> Items.of(reply, "used").equals(List.of("77", "999")));
            assertThat(Items.of(newer, "version")).containsExactly("3", "3");

            stop(kafka);
            Reply away =
                    await(api, LIMITS, reply -> reply.json().path("behind_ms").asLong() > 3_000);
            assertThat(Items.of(away, "used")).containsExactly("77", "999");
        }
    }

    private static void stop(EmbeddedKafka kafka) {
        kafka.close();
    }

    private static LimitState account(long version, long used) {
        return Snapshots.ofAccount(
                "a",
                version,
                Snapshots.window("day", Scope.ACCOUNT, "", 100L, used, Snapshots.START, Snapshots.END),
                Snapshots.window(
                        "month", Scope.ACCOUNT, "", null, 999, Snapshots.START, Snapshots.START.plusSeconds(1)));
    }

    private static String project() {
        return new LimitStateKey("a", "PROJECT", "p").text();
    }

    private static String row(String scope, String key, String buckets) {
        return "INSERT INTO account_state (account_id, scope, scope_key, plan_id, plan_version, exempt, suspended,"
                + " suspension_reason, stream_time, as_of, suspended_until, recorded_at, buckets, version,"
                + " source_partition, source_offset, record_topic_id, record_partition, record_offset) VALUES ('a', '"
                + scope + "', '" + key + "', 'mem', 3, false, false, '', '2026-11-30 23:00:00.250',"
                + " '2026-11-30 23:00:01', NULL, '2026-11-30 23:00:02', [" + buckets + "], 2, 0, 7, 'S', 0, 1)";
    }

    private static void publish(KafkaProducer<byte[], byte[]> producer, String key, byte @Nullable [] value)
            throws Exception {
        send(producer, TOPIC, key, value);
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String topic, String key, byte @Nullable [] value)
            throws Exception {
        producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value))
                .get();
    }

    private static boolean isLive(Reply reply) {
        return reply.json().path("source").asText().equals("limit-state");
    }

    private static Reply await(TestingApi api, String path, Predicate<Reply> condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Reply reply = api.get(path);
        while (!condition.test(reply)) {
            assertThat(System.nanoTime())
                    .as("waiting, the last answer: %s", reply.body())
                    .isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            reply = api.get(path);
        }
        return reply;
    }
}
