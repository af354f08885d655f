package dev.tollgate.sink;

import static dev.tollgate.sink.Records.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.embedded.Part;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.Verdict;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.sink.internal.clickhouse.JdbcClickHouseWriter;
import dev.tollgate.sink.internal.loop.SinkWorker;
import dev.tollgate.sink.status.SinkException;
import dev.tollgate.sink.status.SinkMetrics;
import dev.tollgate.sql.AnalystQuery;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the sink promises when something breaks: each journal record stands once, and the rollups agree with the
 * journal.
 */
final class SinkFaultIT {
    /** Ten days apart, so that ten records reach over four months. */
    private static final Instant FIRST = Instant.parse("2026-08-25T12:00:00Z");

    private static final String JOURNAL =
            "SELECT count(), uniqExact(event_id), sum(costs['requests']), sum(costs['complexity']) FROM"
                    + " request_journal";
    private static final String ACCOUNT_DAYS = "SELECT sumIf(used, meter_id = 'requests'), sumIf(used, meter_id ="
            + " 'complexity') FROM usage_by_account_day";
    private static final String DAYS =
            "SELECT sumIf(used, meter_id = 'requests'), sumIf(used, meter_id = 'complexity') FROM usage_by_day";

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    private static EmbeddedStack stack;

    @BeforeAll
    static void start() {
        stack = TestingPipeline.startStack();
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    @ParameterizedTest
    @EnumSource(DyingWriter.Moment.class)
    void givenASinkKilledAroundAnInsert_whenAnotherStarts_thenTheSameBatchIsRepeatedAndNothingStandsTwice(
            DyingWriter.Moment moment) throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated()) {
            publish(pipeline, 0, 500);
            SinkConfig config = pipeline.config("sink.batch.max-rows", "90");
            // The second insert is within a batch of four months.
            SinkWorker killed = Sink.worker(
                    config,
                    0,
                    pipeline.admin(),
                    pipeline.registry(),
                    new DyingWriter(new JdbcClickHouseWriter(config.clickHouse()), moment, 1),
                    new SinkMetrics());

            assertThatThrownBy(killed::run).isInstanceOf(DyingWriter.Killed.class);

            // Other batches than before, if the recorded intent did not say which one to repeat.
            try (Sink sink = pipeline.startSink("sink.batch.max-rows", "70")) {
                assertExact(pipeline, sink, 500);
                assertThat(sink.metrics().snapshot().replays()).isEqualTo(1);
            }
        }
    }

    @Test
    void givenAnswersOfInsertsThatAreLost_whenTheSinkRetries_thenNothingStandsTwice() throws Exception {
        int lost = 6;
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated();
                InsertCuttingProxy proxy =
                        new InsertCuttingProxy(stack.clickHouseUrl(), InsertCuttingProxy.Cut.ANSWER, lost)) {
            publish(pipeline, 0, 300);
            publish(pipeline, 1, 300);

            try (Sink sink = pipeline.startSink("clickhouse.url", proxy.url(), "sink.batch.max-rows", "100")) {
                assertExact(pipeline, sink, 600);

                assertThat(proxy.cuts()).isEqualTo(lost);
                assertThat(sink.metrics().snapshot().clickHouseRetries()).isGreaterThanOrEqualTo(lost);
            }
        }
    }

    @Test
    void givenAConnectionCutWithinTheRows_whenClickHouseBlamesTheRows_thenTheSinkTriesAgain() throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated();
                InsertCuttingProxy proxy =
                        new InsertCuttingProxy(stack.clickHouseUrl(), InsertCuttingProxy.Cut.ROWS, 1)) {
            publish(pipeline, 0, 300);

            try (Sink sink = pipeline.startSink("clickhouse.url", proxy.url())) {
                assertExact(pipeline, sink, 300);

                assertThat(proxy.cuts()).isEqualTo(1);
                assertThat(sink.metrics().snapshot().unclear()).isEqualTo(1);
            }
        }
    }

    @Test
    void givenClickHouseAwayForLongerThanThePollInterval_whenItIsBack_thenTheSinkStillHasItsPartitionsAndCatchesUp()
            throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated();
                Sink sink = pipeline.startSink("sink.max-poll-interval", "6s", "clickhouse.request-timeout", "2s")) {
            publish(pipeline, 0, 100);
            assertExact(pipeline, sink, 100);
            List<String> membersBefore = members(pipeline);

            stack.kill(Part.CLICKHOUSE);
            Instant killedAt = Instant.now();
            publish(pipeline, 1, 100);
            Waiting.until(() -> sink.metrics().snapshot().waiting() == 1
                    && Duration.between(killedAt, Instant.now()).compareTo(Duration.ofSeconds(8)) > 0);
            stack.start(Part.CLICKHOUSE);

            assertExact(pipeline, sink, 200);
            assertThat(members(pipeline)).isEqualTo(membersBefore);
            Waiting.until(() -> sink.metrics().snapshot().waiting() == 0);
        } finally {
            stack.start(Part.CLICKHOUSE);
        }
    }

    @Test
    void givenALargeJournal_whenClickHouseIsKilledAndTheSinkRestartedOnTheWay_thenTheBooksAreExact() throws Exception {
        int perPartition = 50_000;
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated()) {
            for (int from = 0; from < perPartition; from += 5_000) {
                publish(pipeline, 0, from, from + 5_000);
                publish(pipeline, 1, from, from + 5_000);
            }

            try (Sink first = pipeline.startSink("sink.batch.max-rows", "3000")) {
                Waiting.until(() -> first.metrics().snapshot().rowsOf(Topic.USAGE_JOURNAL) > 20_000);
                stack.kill(Part.CLICKHOUSE);
                Waiting.until(() -> first.metrics().snapshot().clickHouseRetries() >= 2);
                stack.start(Part.CLICKHOUSE);
                Waiting.until(() -> first.metrics().snapshot().rowsOf(Topic.USAGE_JOURNAL) > 50_000);
            }
            try (Sink second = pipeline.startSink()) {
                assertExact(pipeline, second, 2 * perPartition);
            }
        } finally {
            stack.start(Part.CLICKHOUSE);
        }
    }

    @Test
    void givenTwoSinksOfOneGroup_whenOneComesAndOneGoes_thenTheyShareTheWorkAndNothingStandsTwice() throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated();
                Sink staying = pipeline.startSink("sink.batch.max-rows", "200")) {
            publish(pipeline, 0, 2_000);
            Waiting.until(() -> staying.metrics().snapshot().rowsOf(Topic.USAGE_JOURNAL) > 0);
            try (Sink passing = pipeline.startSink("sink.batch.max-rows", "150", "sink.threads", "2")) {
                Waiting.until(() -> members(pipeline).size() == 3);
                publish(pipeline, 1, 2_000);
                Waiting.until(() -> passing.metrics().snapshot().batches()
                                + staying.metrics().snapshot().batches()
                        > 3);
            }
            publish(pipeline, 0, 2_000, 3_000);

            assertExact(pipeline, staying, 5_000);
        }
    }

    @Test
    void givenARowThatClickHouseRejects_whenTheSinkRuns_thenItStopsNamingTheRecordAndSkipsNothing() throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated()) {
            execute(pipeline, "ALTER TABLE request_journal ADD CONSTRAINT known CHECK account_id != 'account-1'");
            publish(pipeline, 1, 0, 2);
            try (Sink sink = pipeline.startSink()) {
                assertThatThrownBy(() -> sink.awaitTermination(TestingPipeline.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isInstanceOf(SinkException.class)
                        .hasMessageContaining(pipeline.topic(Topic.USAGE_JOURNAL) + "-1@1 for table request_journal")
                        .hasMessageContaining("VIOLATED_CONSTRAINT");
            }

            execute(pipeline, "ALTER TABLE request_journal DROP CONSTRAINT known");
            try (Sink sink = pipeline.startSink()) {
                assertExact(pipeline, sink, 2);
            }
        }
    }

    private static void publish(TestingPipeline pipeline, int partition, int count) {
        publish(pipeline, partition, 0, count);
    }

    private static void publish(TestingPipeline pipeline, int partition, int from, int to) {
        List<UsageJournalEntry> entries = new ArrayList<>();
        for (int i = from; i < to; i++) {
            entries.add(entry(
                    "account-" + i % 7,
                    partition + "-" + i,
                    Verdict.COUNTED,
                    FIRST.plus(Duration.ofDays(i % 10 * 10L)).plusMillis(i),
                    Map.of("requests", 1L, "complexity", 1L + i % 5)));
        }
        pipeline.publish(Topic.USAGE_JOURNAL, partition, entries);
    }

    /** {@code total} divides by five, so that the complexities 1 to 5 come equally often. */
    private static void assertExact(TestingPipeline pipeline, Sink sink, int total) throws Exception {
        int complexity = total == 2 ? 3 : total * 3;
        pipeline.awaitRows(sink, JOURNAL, "(" + total + "," + total + "," + total + "," + complexity + ")");
        assertThat(pipeline.rows(ACCOUNT_DAYS)).containsExactly("(" + total + "," + complexity + ")");
        assertThat(pipeline.rows(DAYS)).containsExactly("(" + total + "," + complexity + ")");
        String database = pipeline.clickHouse().database();
        try (Connection connection = pipeline.clickHouse().dataSource().getConnection()) {
            Map<String, String> always = Map.of("from_day", "2026-01-01", "to_day", "2027-12-31");
            assertThat(AnalystQuery.named("reconcile_rollups")
                            .run(connection, database, always)
                            .rows())
                    .isEmpty();
            assertThat(AnalystQuery.named("reconcile_positions")
                            .run(connection, database, Map.of())
                            .rows())
                    .isEmpty();
        }
    }

    private static List<String> members(TestingPipeline pipeline) throws Exception {
        String group = pipeline.config().groupId();
        ConsumerGroupDescription description = pipeline.admin()
                .describeConsumerGroups(List.of(group))
                .all()
                .get()
                .get(group);
        return Objects.requireNonNull(description, group).members().stream()
                .map(MemberDescription::consumerId)
                .sorted()
                .toList();
    }

    private static void execute(TestingPipeline pipeline, String sql) throws Exception {
        try (Connection connection = pipeline.clickHouse().dataSource().getConnection()) {
            connection.setSchema(pipeline.clickHouse().database());
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }
    }
}
