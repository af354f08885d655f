package dev.tollgate.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.sink.internal.clickhouse.JdbcClickHouseWriter;
import dev.tollgate.sink.internal.loop.SinkWorker;
import dev.tollgate.sink.reconcile.ReconcileListener;
import dev.tollgate.sink.reconcile.ReconcileOptions;
import dev.tollgate.sink.reconcile.ReconcileReport;
import dev.tollgate.sink.reconcile.Reconciler;
import dev.tollgate.sink.status.SinkMetrics;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Rows that the table should have and has not: they come back once, or are named as lost. */
final class MissingRowsIT {
    private static final Instant NOVEMBER = Instant.parse("2026-11-02T12:00:00Z");
    private static final int RECORDS = 600;

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    private static EmbeddedStack stack;

    @BeforeAll
    static void start() {
        stack = TestingPipeline.sharedStack();
    }

    @Test
    void givenATableThatWasEmptied_whenTheSinkStarts_thenEveryRowComesBackOnce() throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated()) {
            ProducedBooks books = written(pipeline);
            execute(pipeline, "TRUNCATE TABLE request_journal", "TRUNCATE TABLE dead_letter");

            try (Sink sink = pipeline.startSink("sink.batch.max-rows", "70")) {
                books.assertStored(sink);
                Waiting.until(pipeline::isCaughtUp);
                assertThat(sink.metrics().snapshot().reread()).isPositive();
                assertThat(sink.metrics().snapshot().lost()).isZero();
            }
            try (Sink again = pipeline.startSink()) {
                books.publishSomeOfEverything();
                books.assertStored(again);
                assertThat(again.metrics().snapshot().reread()).isZero();
            }
        }
    }

    @Test
    void givenRowsDeletedUnderARunningSink_whenTheyAreCounted_thenTheyComeBackOnce() throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated()) {
            ProducedBooks books = written(pipeline);

            try (Sink sink = pipeline.startSink("sink.check-interval", "200ms")) {
                execute(
                        pipeline,
                        "ALTER TABLE request_journal DELETE WHERE record_offset BETWEEN 100 AND 109 SETTINGS"
                                + " mutations_sync = 2");
                books.publishSomeOfEverything();

                books.assertStored(sink);
                Waiting.until(() -> sink.metrics().snapshot().missing() == 0);
                // Of both partitions.
                assertThat(sink.metrics().snapshot().reread()).isEqualTo(20);
            }
        }
    }

    @Test
    void givenRowsThatStandTwice_whenTheyAreCounted_thenTheyAreReported() throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated()) {
            ProducedBooks books = written(pipeline);

            try (Sink sink = pipeline.startSink("sink.check-interval", "200ms")) {
                books.assertStored(sink);
                execute(
                        pipeline,
                        "INSERT INTO request_journal SELECT * FROM request_journal WHERE record_partition = 0 AND"
                                + " record_offset BETWEEN 100 AND 104 SETTINGS insert_deduplication_token = 'twice'");

                Waiting.until(() -> sink.metrics().snapshot().doubled() == 5);
                assertThat(sink.metrics().snapshot().missing()).isZero();
            }
        }
    }

    @Test
    void givenRecordsDeletedFromTheLog_whenTheSinkStarts_thenTheRangeIsNotedAndItGoesOn() throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated()) {
            ProducedBooks lost = new ProducedBooks(pipeline, 1);
            lost.publishJournal(0, 50, NOVEMBER, 2);
            TopicPartition partition = new TopicPartition(pipeline.topic(Topic.USAGE_JOURNAL), 0);
            try (Sink sink = pipeline.startSink()) {
                lost.assertStored(sink);
                Waiting.until(pipeline::isCaughtUp);
            }
            lost.publishJournal(0, 20, NOVEMBER, 1);
            pipeline.admin()
                    .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(61)))
                    .all()
                    .get();

            String[] range = {"(0,51,61,1)"};
            String ranges = "SELECT record_partition, from_offset, to_offset, reason != '' FROM lost_range FINAL";
            try (Sink sink = pipeline.startSink()) {
                // 50 records and a marker, 20 records and a marker: 51 to 60 are gone.
                pipeline.awaitRows(sink, "SELECT count(), max(record_offset) FROM request_journal", "(60,70)");
                Waiting.until(pipeline::isCaughtUp);
                assertThat(pipeline.rows(ranges)).containsExactly(range);
                assertThat(sink.metrics().snapshot().lost()).isEqualTo(10);
            }
            try (Sink sink = pipeline.startSink()) {
                Waiting.until(() -> sink.metrics().snapshot().lost() == 10);
                assertThat(pipeline.rows(ranges)).containsExactly(range);
            }
            ReconcileReport report =
                    new Reconciler(pipeline.config(), ReconcileOptions.everything(), ReconcileListener.SILENT).run();
            assertThat(report.knownLost()).containsExactly(new ReconcileReport.Lost(0, 51, 60));
            assertThat(report.lost()).isEmpty();
            assertThat(report.positions()).isEmpty();
        }
    }

    @Test
    void givenASinkKilledWhileItReadsAgain_whenOthersStart_thenNothingIsLeftOutAndNothingStandsTwice()
            throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated()) {
            ProducedBooks books = written(pipeline);
            execute(pipeline, "TRUNCATE TABLE request_journal");
            String[] sizes = {"90", "110", "130"};
            for (int i = 0; i < sizes.length; i++) {
                SinkConfig config = pipeline.config("sink.batch.max-rows", sizes[i]);
                DyingWriter.Moment moment =
                        i % 2 == 0 ? DyingWriter.Moment.AFTER_INSERT : DyingWriter.Moment.BEFORE_INSERT;
                SinkWorker killed = Sink.worker(
                        config,
                        0,
                        pipeline.admin(),
                        pipeline.registry(),
                        new DyingWriter(new JdbcClickHouseWriter(config.clickHouse()), moment, 1 + i),
                        new SinkMetrics());
                assertThatThrownBy(killed::run).isInstanceOf(DyingWriter.Killed.class);
            }

            try (Sink sink = pipeline.startSink("sink.batch.max-rows", "70")) {
                books.assertStored(sink);
                Waiting.until(pipeline::isCaughtUp);
            }
        }
    }

    @Test
    void givenTwoSinks_whenOneComesAndOneGoesWhileRowsAreReadAgain_thenEachComesBackOnce() throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated()) {
            ProducedBooks books = written(pipeline);
            execute(pipeline, "TRUNCATE TABLE request_journal");

            try (Sink second = second(pipeline)) {
                books.publishSomeOfEverything();
                books.assertStored(second);
                Waiting.until(pipeline::isCaughtUp);
            }
        }
    }

    /** Starts while a first one reads again, and stays when that ends. */
    private static Sink second(TestingPipeline pipeline) throws Exception {
        try (Sink first = pipeline.startSink("sink.batch.max-rows", "10")) {
            Waiting.until(() -> first.metrics().snapshot().reread() > 0);
            Sink second = pipeline.startSink("sink.batch.max-rows", "13");
            Waiting.until(() -> second.metrics().snapshot().batches() > 0);
            return second;
        }
    }

    /** Everything written, on both partitions and over three months, and committed. */
    private static ProducedBooks written(TestingPipeline pipeline) throws Exception {
        ProducedBooks books = new ProducedBooks(pipeline, 1);
        for (int i = 0; i < 3; i++) {
            books.publishJournal(0, RECORDS / 3, NOVEMBER, 3);
            books.publishJournal(1, RECORDS / 3, NOVEMBER, 3);
        }
        books.publishSomeOfEverything();
        try (Sink sink = pipeline.startSink("sink.batch.max-rows", "150")) {
            books.assertStored(sink);
            Waiting.until(pipeline::isCaughtUp);
        }
        return books;
    }

    private static void execute(TestingPipeline pipeline, String... statements) throws Exception {
        try (Connection connection = pipeline.clickHouse().dataSource().getConnection()) {
            connection.setSchema(pipeline.database());
            try (Statement statement = connection.createStatement()) {
                for (String sql : statements) {
                    statement.execute(sql);
                }
            }
        }
    }
}
