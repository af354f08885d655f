package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.sink.Sink;
import dev.tollgate.sink.SinkConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The way of an analyst: a block, its explanation from the log, and the same when the log has expired. */
class ExplainCommandIT {
    private static final int CALLS_OF_A_MINUTE = 5;

    private record Printed(int status, String out, String err) {}

    @Test
    void givenBlock_whenExplained_thenTheLogSaysTheSameAndClickHouseAnswersWhenItHasExpired(@TempDir Path folder)
            throws Exception {
        try (TestingCluster cluster = new TestingCluster(folder)) {
            Map<String, String> configuration = cluster.withClickHouse();
            String config = cluster.configFile().toString();
            succeed("sql", "migrate", "-c", config);
            succeed("plans", "apply", Path.of("..", "plans", "mem.yaml").toString(), "-c", config);
            succeed("accounts", "assign", "acme", "mem", "-c", config, "--reason", "new customer");
            // Five calls of 40 fill a bucket of 200. At one moment: nothing leaks between them.
            String time = Instant.now().toString();
            for (int i = 1; i <= CALLS_OF_A_MINUTE; i++) {
                succeed(
                        "publish",
                        "--account",
                        "acme",
                        "--endpoint",
                        "/v2/mem-it",
                        "--event-id",
                        "call-" + i,
                        "--occurred-at",
                        time,
                        "-c",
                        config);
            }
            TestingCluster.await("all verdicts", () -> cluster.journal().size() == CALLS_OF_A_MINUTE);
            String id = idOfBlock(cluster);

            Printed text = succeed("explain", id, "-c", config);
            assertThat(text.out())
                    .startsWith("HARD_LIMIT_REACHED of complexity-per-minute, account acme")
                    .contains("call call-5", "160 before, 200 after", "new customer", "the same, to the last field");
            JsonNode fromLog = json(succeed("explain", id, "--account", "acme", "--json", "-c", config));
            assertThat(fromLog.at("/origin").asText()).isEqualTo("LOG");
            assertThat(fromLog.at("/usage/cost").asLong()).isEqualTo(200);
            assertThat(succeed("explain", "--account", "acme", "--check", "-c", config)
                            .out())
                    .containsPattern("([1-9][0-9]*) of \\1 limit events of account acme are the same");
            Printed unknown = run("explain", "no-such-id", "-c", config);
            assertThat(unknown.status()).isEqualTo(CommandLine.ExitCode.SOFTWARE);
            assertThat(unknown.err())
                    .contains("limit event 'no-such-id' is not in topic limit-events and not in ClickHouse");

            try (Sink sink = new Sink(SinkConfig.from(configuration), new SimpleMeterRegistry())) {
                sink.start();
                TestingCluster.await(
                        "the block and its calls are in ClickHouse",
                        () -> succeed("sql", "query", "SELECT 'calls', count() FROM request_journal", "-c", config)
                                        .out()
                                        .matches("(?s).*calls +" + CALLS_OF_A_MINUTE + "\\b.*")
                                && succeed("sql", "query", "SELECT limit_event_id FROM limit_event", "-c", config)
                                        .out()
                                        .contains(id));
            }
            expire(cluster);

            Printed expired = run("explain", id, "-c", config);
            assertThat(expired.status()).isEqualTo(CommandLine.ExitCode.SOFTWARE);
            assertThat(expired.out())
                    .startsWith("HARD_LIMIT_REACHED of complexity-per-minute, account acme")
                    .contains("call call-5", "160 before, 200 after", "Explained from ClickHouse and not replayed");
            JsonNode fromTables = json(run("explain", id, "--json", "-c", config));
            assertThat(fromTables.at("/origin").asText()).isEqualTo("CLICKHOUSE");
            assertThat(fromTables.at("/usage/entries")).isEqualTo(fromLog.at("/usage/entries"));
            assertThat(fromTables.at("/usage/cost")).isEqualTo(fromLog.at("/usage/cost"));
            assertThat(fromTables.at("/used_before")).isEqualTo(fromLog.at("/used_before"));
            assertThat(fromTables.at("/usage/calls").findValuesAsText("event_id"))
                    .isEqualTo(fromLog.at("/usage/calls").findValuesAsText("event_id"));
            assertThat(fromTables.at("/event/crossing_offset")).isEqualTo(fromLog.at("/event/crossing_offset"));
            Printed check = run("explain", "--account", "acme", "--check", "-c", config);
            assertThat(check.status()).isEqualTo(CommandLine.ExitCode.SOFTWARE);
            assertThat(check.err()).contains("the limit events of account 'acme' cannot be replayed: records of ");
        }
    }

    private static String idOfBlock(TestingCluster cluster) {
        String[] id = new String[1];
        try (Consumer<String, LimitEvent> events =
                cluster.kafka().consumer(LimitEvent.class, cluster.kafka().registryClient(), true)) {
            List<TopicPartition> partitions =
                    events.partitionsFor(cluster.kafka().layout().name(Topic.LIMIT_EVENTS)).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList();
            events.assign(partitions);
            events.seekToBeginning(partitions);
            TestingCluster.await("the block", () -> {
                events.poll(Duration.ofMillis(50)).forEach(record -> {
                    if (record.value().getKind() == LimitEventKind.HARD_LIMIT_REACHED) {
                        id[0] = record.value().getLimitEventId();
                    }
                });
                return id[0] != null;
            });
        }
        return id[0];
    }

    /** As retention does. */
    private static void expire(TestingCluster cluster) throws Exception {
        Map<TopicPartition, RecordsToDelete> oldest = new HashMap<>();
        String topic = cluster.kafka().layout().name(Topic.REQUEST_EVENTS);
        try (Admin admin = cluster.kafka().admin()) {
            for (int partition = 0; partition < cluster.kafka().layout().partitions(); partition++) {
                oldest.put(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(-1));
            }
            admin.deleteRecords(oldest).all().get();
        }
    }

    private static JsonNode json(Printed printed) throws Exception {
        return new ObjectMapper().readTree(printed.out());
    }

    private static Printed succeed(String... args) {
        Printed printed = run(args);
        assertThat(printed.status())
                .as(String.join(" ", args) + ": " + printed.out() + printed.err())
                .isZero();
        return printed;
    }

    private static Printed run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        int status = commandLine.execute(args);
        return new Printed(status, out.toString(), err.toString());
    }
}
