package dev.tollgate.sink;

import static dev.tollgate.sink.Records.deadLetter;
import static dev.tollgate.sink.Records.entry;
import static dev.tollgate.sink.Records.limitEvent;
import static dev.tollgate.sink.Records.plan;
import static dev.tollgate.sink.Records.state;
import static dev.tollgate.sink.Records.total;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.Verdict;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.sink.internal.ledger.Ledger;
import dev.tollgate.sink.status.SinkException;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class SinkIT {
    private static final Instant NOON = Instant.parse("2026-11-02T12:00:00Z");
    private static final Map<String, Long> ONE_CALL = Map.of("requests", 1L, "complexity", 40L);

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    private static EmbeddedStack stack;

    @BeforeAll
    static void start() {
        stack = TestingPipeline.sharedStack();
    }

    @Test
    void givenRecordsOnEveryTopic_whenTheSinkRuns_thenEachTableHoldsThemAsPublished() throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated()) {
            pipeline.publish(
                    Topic.USAGE_JOURNAL,
                    0,
                    List.of(
                            entry("alpha", "e1", Verdict.COUNTED, NOON.plusMillis(123), ONE_CALL),
                            entry("alpha", "e1", Verdict.DUPLICATE, NOON.plusMillis(124), Map.of())));
            pipeline.publishAborted(
                    Topic.USAGE_JOURNAL, 0, List.of(entry("alpha", "never", Verdict.COUNTED, NOON, ONE_CALL)));
            pipeline.publish(
                    Topic.USAGE_JOURNAL, 1, List.of(entry("beta", "e1", Verdict.LATE, NOON.minusSeconds(1), ONE_CALL)));
            pipeline.publish(
                    Topic.USAGE_TOTALS,
                    0,
                    List.of(total("alpha", NOON, 1, 1, false), total("alpha", NOON, 7, 9, true)));
            pipeline.publishBytes(Topic.USAGE_TOTALS, 0, null);
            pipeline.publish(
                    Topic.LIMIT_EVENTS,
                    0,
                    List.of(limitEvent("alpha", "le-1", LimitEventKind.HARD_LIMIT_REACHED, NOON.plusSeconds(20))));
            pipeline.publish(Topic.LIMIT_STATE, 0, List.of(state("alpha", 6, 1), state("alpha", 7, 2)));
            pipeline.publish(Topic.DEAD_LETTERS, 0, List.of(deadLetter("MALFORMED", 77)));
            pipeline.publish(Topic.PLAN_CATALOG, 0, List.of(plan()));

            try (Sink sink = pipeline.startSink()) {
                pipeline.awaitRows(
                        sink,
                        "SELECT account_id, event_id, verdict, project_id, api_key_id, endpoint,"
                                + " toString(occurred_at), costs, units, record_partition, record_offset FROM"
                                + " request_journal ORDER BY record_partition, record_offset",
                        "('alpha','e1','COUNTED','project-1','','/v2/mem-it','2026-11-02 12:00:00.123',"
                                + "{'complexity':40,'requests':1},NULL,0,0)",
                        "('alpha','e1','DUPLICATE','project-1','','/v2/mem-it','2026-11-02 12:00:00.124',{},NULL,0,1)",
                        "('beta','e1','LATE','project-1','','/v2/mem-it','2026-11-02 11:59:59.000',"
                                + "{'complexity':40,'requests':1},NULL,1,0)");
                pipeline.awaitRows(
                        sink,
                        "SELECT account_id, limit_id, used, amount, closed, version FROM window_total",
                        "('alpha','requests-per-minute',7,100,true,9)");
                pipeline.awaitRows(
                        sink,
                        "SELECT account_id, kind, toString(event_time), blocked_until, used, overshoot,"
                                + " crossing_event_id, threshold_basis_points FROM limit_event_latest",
                        "('alpha','HARD_LIMIT_REACHED','2026-11-02 12:00:20.000','2026-11-02 12:01:00.000',100,0,"
                                + "'event-100',NULL)");
                pipeline.awaitRows(
                        sink,
                        "SELECT account_id, limit_id, algorithm, used, used_now, remaining_now, blocked, suspended_now"
                                + " FROM current_quota",
                        "('alpha','requests-per-minute','FIXED_WINDOW',7,0,100,false,false)");
                pipeline.awaitRows(
                        sink,
                        "SELECT reason, source_offset, hex(value), key FROM dead_letter",
                        "('MALFORMED',77,'000102',NULL)");
                pipeline.awaitRows(
                        sink,
                        "SELECT plan_id, plan_version, limits.limit_id, limits.window_unit, charged_outcomes"
                                + " FROM plan_version FINAL",
                        "('mem',1,['requests-per-minute'],['MINUTE'],['SUCCESS'])");
                pipeline.awaitRows(
                        sink,
                        "SELECT account_id, meter_id, used, late FROM usage_by_account_day ORDER BY account_id,"
                                + " meter_id",
                        "('alpha','complexity',40,0)",
                        "('alpha','requests',1,0)",
                        "('beta','complexity',0,40)",
                        "('beta','requests',0,1)");
                assertThat(sink.metrics().snapshot().rows())
                        .containsEntry("request_journal", 3L)
                        .containsEntry("usage_total", 1L)
                        .containsEntry("limit_event", 1L)
                        .containsEntry("account_state", 1L)
                        .containsEntry("dead_letter", 1L)
                        .containsEntry("plan_version", 1L);
            }
        }
    }

    @Test
    void givenADatabaseThatIsNotMigrated_whenTheSinkRuns_thenItWaitsAndGoesOnAfterTheMigration() throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack)) {
            pipeline.publish(Topic.USAGE_JOURNAL, 0, List.of(entry("alpha", "e1", Verdict.COUNTED, NOON, ONE_CALL)));

            try (Sink sink = pipeline.startSink()) {
                Waiting.until(() -> sink.metrics().snapshot().clickHouseRetries() >= 3);
                pipeline.migrated();

                pipeline.awaitRows(sink, "SELECT count(), sum(costs['requests']) FROM request_journal", "(1,1)");
            }
        }
    }

    @Test
    void givenARecordThatCannotBeRead_whenTheSinkRuns_thenItStopsNamingItAndKeepsWhatCameBefore() throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated()) {
            pipeline.publish(Topic.USAGE_JOURNAL, 1, List.of(entry("alpha", "e1", Verdict.COUNTED, NOON, ONE_CALL)));
            try (Sink sink = pipeline.startSink()) {
                pipeline.awaitRows(sink, "SELECT count() FROM request_journal", "(1)");

                pipeline.publishBytes(Topic.USAGE_JOURNAL, 1, new byte[] {1, 2, 3});

                assertThatThrownBy(() -> sink.awaitTermination(TestingPipeline.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isInstanceOf(SinkException.class)
                        .hasMessageContaining(pipeline.topic(Topic.USAGE_JOURNAL) + "-1@2")
                        .hasMessageContaining("is not skipped");
            }
            assertThat(pipeline.rows("SELECT count() FROM request_journal")).containsExactly("(1)");
        }
    }

    @Test
    void givenAGroupWhoseOffsetsWereReset_whenTheSinkRuns_thenNothingStandsTwice() throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated()) {
            pipeline.publish(
                    Topic.USAGE_JOURNAL,
                    0,
                    List.of(
                            entry("alpha", "e1", Verdict.COUNTED, NOON, ONE_CALL),
                            entry("alpha", "e2", Verdict.COUNTED, NOON, ONE_CALL)));
            TopicPartition partition = new TopicPartition(pipeline.topic(Topic.USAGE_JOURNAL), 0);
            String group = pipeline.config().groupId();
            try (Sink sink = pipeline.startSink()) {
                pipeline.awaitRows(sink, "SELECT count() FROM request_journal", "(2)");
            }
            pipeline.admin()
                    .alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(1)))
                    .all()
                    .get();

            try (Sink again = pipeline.startSink()) {
                Waiting.until(() -> again.metrics().snapshot().batches() > 0);
                Waiting.until(pipeline::isCaughtUp);
            }
            assertThat(pipeline.rows("SELECT count() FROM request_journal")).containsExactly("(2)");
        }
    }

    @Test
    void givenASecondApplicationId_whenTheSinkRuns_thenItStopsAndGoesOnOnlyAsItIsTold() throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated()) {
            String rows = "SELECT application_id, groupArray(event_id) FROM (SELECT * FROM request_journal ORDER BY"
                    + " record_offset) GROUP BY application_id ORDER BY application_id";
            pipeline.publish(Topic.USAGE_JOURNAL, 0, List.of(entry("alpha", "e1", Verdict.COUNTED, NOON, ONE_CALL)));
            try (Sink sink = pipeline.startSink()) {
                pipeline.awaitRows(sink, rows, "('accounting',['e1'])");
            }
            pipeline.publishAs("wrong", 0, List.of(entry("alpha", "e1", Verdict.COUNTED, NOON, ONE_CALL)));
            pipeline.publish(Topic.USAGE_JOURNAL, 0, List.of(entry("alpha", "e2", Verdict.COUNTED, NOON, ONE_CALL)));

            try (Sink sink = pipeline.startSink()) {
                assertThatThrownBy(() -> sink.awaitTermination(TestingPipeline.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isInstanceOf(SinkException.class)
                        .hasMessageContaining(pipeline.topic(Topic.USAGE_JOURNAL) + "-0@2 ")
                        .hasMessageContaining("'wrong'")
                        .hasMessageContaining("'accounting'");
            }
            assertThat(pipeline.rows(rows)).containsExactly("('accounting',['e1'])");
            try (Sink sink = pipeline.startSink("sink.ignored-applications", "wrong")) {
                pipeline.awaitRows(sink, rows, "('accounting',['e1','e2'])");
                assertThat(sink.metrics().snapshot().ignored()).isEqualTo(1);
                Waiting.until(pipeline::isCaughtUp);
            }
            pipeline.publishAs("right", 1, List.of(entry("beta", "e3", Verdict.COUNTED, NOON, ONE_CALL)));
            try (Sink sink = pipeline.startSink("sink.ignored-applications", "wrong")) {
                assertThatThrownBy(() -> sink.awaitTermination(TestingPipeline.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .as("a partition without rows asks the others")
                        .isInstanceOf(SinkException.class)
                        .hasMessageContaining(pipeline.topic(Topic.USAGE_JOURNAL) + "-1@0 ");
            }
            try (Sink sink = pipeline.startSink("sink.next-application", "right")) {
                pipeline.awaitRows(sink, rows, "('accounting',['e1','e2'])", "('right',['e3'])");
            }
        }
    }

    @Test
    void givenEventsOfTwoHundredYears_whenTheSinkRuns_thenTheyTakeFewInserts() throws Exception {
        int months = 2_496;
        YearMonth newest = YearMonth.of(2026, 11);
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated()) {
            List<UsageJournalEntry> entries = new ArrayList<>();
            for (int i = 0; i < months; i++) {
                Instant at = newest.minusMonths(i)
                        .atDay(1)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant();
                entries.add(entry("alpha", "e" + i, Verdict.COUNTED, at, ONE_CALL));
            }
            Collections.shuffle(entries, new Random(1));
            pipeline.publish(Topic.USAGE_JOURNAL, 0, entries);
            long startedAt = System.nanoTime();

            try (Sink sink = pipeline.startSink()) {
                pipeline.awaitRows(
                        sink,
                        "SELECT count(), uniqExact(event_id) FROM request_journal",
                        "(" + months + "," + months + ")");
                System.out.println("SinkIT: months=" + months + " batches="
                        + sink.metrics().snapshot().batches()
                        + " inserts=" + sink.metrics().snapshot().inserts()
                        + " millis=" + (System.nanoTime() - startedAt) / 1_000_000);
                // One for each month from 2025 on, one for all before; a batch ends where a poll does.
                assertThat(sink.metrics().snapshot().inserts())
                        .isLessThanOrEqualTo(24 * sink.metrics().snapshot().batches());
                assertThat(sink.metrics().snapshot().batches()).isLessThanOrEqualTo(10);
            }
        }
    }

    @Test
    void givenNothingMoreToWrite_whenTransactionsEndInMarkers_thenTheGroupHasNoLag() throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated()) {
            pipeline.publish(Topic.USAGE_JOURNAL, 0, List.of(entry("alpha", "e1", Verdict.COUNTED, NOON, ONE_CALL)));
            TopicPartition partition = new TopicPartition(pipeline.topic(Topic.USAGE_JOURNAL), 0);
            String group = pipeline.config().groupId();

            try (Sink sink = pipeline.startSink()) {
                // One record and one commit marker.
                Waiting.until(() -> {
                    OffsetAndMetadata committed = pipeline.admin()
                            .listConsumerGroupOffsets(group)
                            .partitionsToOffsetAndMetadata()
                            .get()
                            .get(partition);
                    return committed != null
                            && committed.offset() == 2
                            && Ledger.read(committed).intent() == null;
                });
                assertThat(sink.metrics().snapshot().lag()).isZero();
            }
        }
    }
}
