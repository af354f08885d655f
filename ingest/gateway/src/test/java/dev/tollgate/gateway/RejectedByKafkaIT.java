package dev.tollgate.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.gateway.HttpCalls.Reply;
import dev.tollgate.gateway.backfill.Backfill;
import dev.tollgate.gateway.backfill.BackfillListener;
import dev.tollgate.gateway.backfill.BackfillOptions;
import dev.tollgate.gateway.backfill.BackfillReport;
import dev.tollgate.gateway.backfill.BackfillReport.End;
import dev.tollgate.gateway.backfill.Mapping;
import dev.tollgate.gateway.kafka.EventSender;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.event.MaxEventAge;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One event whose record is too large for the topic, among others of the same batch. */
class RejectedByKafkaIT {
    private static final String UNCOMPRESSED = "kafka.compression.type";

    private static GatewayFixture fixture;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        fixture = new GatewayFixture(folder);
        String topic = TopicLayout.standard().name(Topic.REQUEST_EVENTS);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", fixture.bootstrapServers()))) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, topic),
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("max.message.bytes", "1000"), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @Test
    void givenARecordThatKafkaRejects_whenPostedAmongOthers_thenItAloneIsRejectedAndSaidSo() throws Exception {
        try (Gateway gateway = fixture.gateway(UNCOMPRESSED, "none")) {
            Reply reply = HttpCalls.post(
                    gateway,
                    HttpCalls.JSON,
                    "[" + event("posted", 0) + "," + event("bad", 1) + "," + event("posted", 2) + "]");

            assertThat(reply.status()).as(reply.text()).isEqualTo(207);
            assertThat(reply.text())
                    .contains("\"accepted\":2,\"rejected\":1,\"unconfirmed\":0")
                    .contains("Kafka rejects the record itself");

            Reply alone = HttpCalls.post(gateway, HttpCalls.JSON, event("bad", 3));

            assertThat(alone.status()).as(alone.text()).isEqualTo(422);
        }
        assertThat(fixture.events("posted").stream().map(RequestEvent::getEventId))
                .containsExactly("0", "2");
        assertThat(fixture.events("bad")).isEmpty();
    }

    @Test
    void givenARecordThatKafkaRejects_whenItsFileIsIngested_thenItsLineIsNamedAndTheOthersArePublished(
            @TempDir Path files) throws Exception {
        Path file = Files.writeString(
                files.resolve("events.jsonl"),
                event("read", 0) + "\n" + event("bad", 1) + "\n" + event("read", 2) + "\n");
        List<String> bad = new ArrayList<>();
        BackfillListener listener = new BackfillListener() {
            @Override
            public void onBadRecord(Path from, long line, String detail) {
                bad.add(from.getFileName() + ":" + line + " " + detail);
            }
        };
        GatewayConfig config = GatewayConfig.from(fixture.settings(UNCOMPRESSED, "none"));
        BackfillOptions options = BackfillOptions.of(List.of(file), Mapping.of("json-lines"))
                .withMaxErrors(1)
                .withMaxAge(new MaxEventAge(Duration.ofDays(36_500)));

        BackfillReport report;
        try (EventSender sender = new EventSender(config.clients(), config.topic(), Duration.ofSeconds(10))) {
            report = Backfill.run(options, sender::send, listener);
        }

        assertThat(report).isEqualTo(new BackfillReport(End.COMPLETE, 2, 1, 0, 0));
        assertThat(bad).singleElement().asString().startsWith("events.jsonl:2 Kafka rejects the record itself");
        assertThat(fixture.events("read").stream().map(RequestEvent::getEventId))
                .containsExactly("0", "2");
    }

    /** Of the account "bad" one that is larger than the topic takes. */
    private static String event(String account, int id) {
        String attributes = IntStream.range(0, account.equals("bad") ? 8 : 0)
                .mapToObj(i -> "\"a" + i + "\":\"" + "x".repeat(250) + "\"")
                .collect(Collectors.joining(","));
        return "{\"event_id\":\"" + id + "\",\"account_id\":\"" + account
                + "\",\"endpoint\":\"/e\",\"occurred_at\":\"2026-01-31T12:00:00Z\",\"attributes\":{" + attributes
                + "}}";
    }
}
