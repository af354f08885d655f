package dev.tollgate.sink.reconcile;

import static dev.tollgate.sink.Records.entry;
import static dev.tollgate.sink.Records.plan;
import static dev.tollgate.sink.Records.total;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.Verdict;
import dev.tollgate.schemas.topic.AccountPartitioner;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.sink.Sink;
import dev.tollgate.sink.TestingPipeline;
import dev.tollgate.sink.Waiting;
import dev.tollgate.sink.reconcile.PositionDrift.Kind;
import dev.tollgate.sink.reconcile.ReconcileReport.Compared;
import dev.tollgate.sink.reconcile.ReconcileReport.Repair;
import dev.tollgate.sink.reconcile.ReconcileReport.TableDrift;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Drifts made in a real table, each named exactly, mended, and gone afterwards. */
final class ReconcilerIT {
    private static final Instant NOON = Instant.parse("2026-11-02T12:00:00Z");
    private static final Instant MONTH_BEFORE = NOON.minus(Duration.ofDays(30));
    private static final LocalDate DAY = LocalDate.of(2026, 11, 2);
    private static final LocalDate DAY_BEFORE = LocalDate.of(2026, 10, 3);

    /** In partition 0 of 2, and in partition 1. */
    private static final String ALPHA = accountOf(0);

    private static final String BETA = accountOf(1);

    private static final String ROWS =
            "SELECT count(), uniqExact(record_partition, record_offset), sum(cityHash64(account_id, event_id, verdict,"
                    + " toString(costs), occurred_at, record_partition, record_offset)) FROM request_journal";

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    private static EmbeddedStack stack;

    @SuppressWarnings("NullAway.Init") // Set before each test.
    private TestingPipeline pipeline;

    @BeforeAll
    static void startStack() {
        stack = TestingPipeline.sharedStack();
    }

    /** Two months in one partition, ten records a transaction: offset 10 of each eleven is a marker. */
    @BeforeEach
    void fill() throws Exception {
        pipeline = new TestingPipeline(stack).migrated();
        pipeline.publish(Topic.PLAN_CATALOG, 0, List.of(plan()));
        for (int transaction = 0; transaction < 4; transaction++) {
            List<UsageJournalEntry> entries = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                Instant at = (i % 2 == 0 ? NOON : MONTH_BEFORE).plusSeconds(transaction);
                entries.add(entry(ALPHA, "e" + transaction + "-" + i, Verdict.COUNTED, at, costs(i)));
            }
            pipeline.publish(Topic.USAGE_JOURNAL, 0, entries);
        }
        pipeline.publish(Topic.USAGE_JOURNAL, 1, List.of(entry(BETA, "b", Verdict.COUNTED, NOON, costs(7))));
        pipeline.publish(
                Topic.USAGE_TOTALS,
                0,
                List.of(total(ALPHA, NOON, 20, 20, true), total(ALPHA, MONTH_BEFORE, 20, 40, true)));
        pipeline.publish(Topic.USAGE_TOTALS, 1, List.of(total(BETA, NOON, 1, 1, true)));
        write();
    }

    @AfterEach
    void close() {
        pipeline.close();
    }

    @Test
    void givenSoundBooks_whenReconciled_thenTheyAgree() throws Exception {
        ReconcileReport report = reconcile(ReconcileOptions.everything());

        assertThat(report.agrees()).as(report.toString()).isTrue();
        assertThat(report.partitions()).containsExactly(new Compared(0, 0, 44, 40, 40), new Compared(1, 0, 2, 1, 1));
        assertThat(report.notes()).isEmpty();
        assertThat(report.repair()).isNull();
    }

    @Test
    void givenDriftsOfEveryKind_whenReconciled_thenEachIsNamedAndMendedToTheLastRow() throws Exception {
        List<String> sound = pipeline.rows(ROWS);
        delete("record_partition = 0 AND record_offset BETWEEN 8 AND 13");
        insertAgain("record_partition = 0 AND record_offset = 20", "record_offset");
        insertAgain("record_partition = 0 AND record_offset = 22", "toInt64(32)");
        execute("ALTER TABLE request_journal UPDATE costs = map('requests', 5) WHERE record_partition = 0 AND"
                + " record_offset = 40 SETTINGS mutations_sync = 2");

        ReconcileReport found = reconcile(ReconcileOptions.everything());
        ReconcileReport repaired = reconcile(ReconcileOptions.everything().repairing());
        ReconcileReport after = reconcile(ReconcileOptions.everything());

        assertThat(found.positions())
                .containsExactly(
                        new PositionDrift(0, Kind.MISSING, 8, 13, 5),
                        new PositionDrift(0, Kind.DOUBLED, 20, 20, 1),
                        new PositionDrift(0, Kind.FOREIGN, 32, 32, 1),
                        new PositionDrift(0, Kind.CHANGED, 40, 40, 1));
        assertThat(found.usage())
                .contains(
                        new UsageDrift(0, ALPHA, DAY_BEFORE, "COUNTED", "", 4, 3, 9, 40),
                        new UsageDrift(0, ALPHA, DAY_BEFORE, "COUNTED", "requests", 4, 7, 9, 40),
                        new UsageDrift(0, ALPHA, DAY_BEFORE, "COUNTED", "complexity", 80, 0, 12, 40));
        assertThat(found.tables()).extracting(TableDrift::check).contains("reconcile_totals");
        assertThat(repaired.agrees()).as(repaired.toString()).isTrue();
        assertThat(repaired.repair()).isEqualTo(new Repair(3, 7, 0, List.of()));
        assertThat(after.agrees()).as(after.toString()).isTrue();
        assertThat(pipeline.rows(ROWS)).isEqualTo(sound);
    }

    @Test
    void givenTheSameRangeLostTwice_whenRepairedTwice_thenUsedTokensDoNotKeepItAway() throws Exception {
        List<String> sound = pipeline.rows(ROWS);
        for (int round = 0; round < 3; round++) {
            delete("record_partition = 0 AND record_offset BETWEEN 11 AND 20");

            ReconcileReport repaired = reconcile(ReconcileOptions.everything().repairing());

            assertThat(repaired.agrees()).as("round " + round + ": " + repaired).isTrue();
            assertThat(repaired.repair()).isEqualTo(new Repair(0, 10, 0, List.of()));
            assertThat(pipeline.rows(ROWS)).isEqualTo(sound);
        }
    }

    @Test
    void givenATableMadeAnew_whenRepaired_thenEverythingIsReadAgain() throws Exception {
        List<String> sound = pipeline.rows(ROWS);
        execute("TRUNCATE TABLE request_journal");

        ReconcileReport found = reconcile(ReconcileOptions.everything());
        ReconcileReport repaired = reconcile(ReconcileOptions.everything().repairing());

        assertThat(found.positions())
                .containsExactly(
                        new PositionDrift(0, Kind.MISSING, 0, 42, 40), new PositionDrift(1, Kind.MISSING, 0, 0, 1));
        assertThat(repaired.agrees()).as(repaired.toString()).isTrue();
        assertThat(pipeline.rows(ROWS)).isEqualTo(sound);
    }

    @Test
    void givenAnOldCopyRestored_whenRepaired_thenOnlyWhatCameSinceIsReadAgain() throws Exception {
        execute("CREATE TABLE request_journal_backup AS request_journal");
        execute("INSERT INTO request_journal_backup SELECT * FROM request_journal");
        pipeline.publish(
                Topic.USAGE_JOURNAL,
                0,
                List.of(
                        entry(ALPHA, "late-1", Verdict.LATE, NOON, costs(1)),
                        entry(ALPHA, "late-2", Verdict.LATE, NOON, costs(1))));
        write();
        List<String> sound = pipeline.rows(ROWS);
        execute("EXCHANGE TABLES request_journal AND request_journal_backup");

        ReconcileReport found = reconcile(ReconcileOptions.everything());
        ReconcileReport repaired = reconcile(ReconcileOptions.everything().repairing());

        assertThat(found.positions()).containsExactly(new PositionDrift(0, Kind.MISSING, 44, 45, 2));
        assertThat(repaired.repair()).isEqualTo(new Repair(0, 2, 0, List.of()));
        assertThat(repaired.agrees()).as(repaired.toString()).isTrue();
        assertThat(pipeline.rows(ROWS)).isEqualTo(sound);
    }

    @Test
    void givenTotalsLost_whenReconciled_thenTheWindowsAreNamedAndReadAgain() throws Exception {
        execute("ALTER TABLE usage_total DELETE WHERE account_id = '" + ALPHA + "' SETTINGS mutations_sync = 2");

        ReconcileReport found = reconcile(ReconcileOptions.everything());
        ReconcileReport repaired = reconcile(ReconcileOptions.everything().repairing());

        assertThat(found.positions()).isEmpty();
        assertThat(found.tables()).allSatisfy(drift -> {
            assertThat(drift.check()).isEqualTo("usage_totals");
            assertThat(drift.fields())
                    .containsEntry("account_id", ALPHA)
                    .containsEntry("log_used", "20")
                    .containsEntry("table_used", "");
        });
        assertThat(found.tables()).hasSize(2);
        assertThat(repaired.agrees()).as(repaired.toString()).isTrue();
        assertThat(repaired.repair()).isEqualTo(new Repair(0, 0, 2, List.of()));
    }

    @Test
    void givenARollupDamagedOnDisk_whenRepaired_thenItIsMadeAnewFromTheRows() throws Exception {
        String days =
                "SELECT toDate32(occurred_at) AS day, verdict, count(), sumMap(costs) FROM request_journal GROUP BY"
                        + " day, verdict ORDER BY day SETTINGS force_optimize_projection = 1,"
                        + " preferred_optimize_projection_name = 'usage_day'";
        List<String> sound = pipeline.rows(days);
        execute("OPTIMIZE TABLE request_journal FINAL");
        overwriteProjection("usage_day", "202610", "202611");
        assertThat(pipeline.rows(days)).as("the damage shows").isNotEqualTo(sound);

        ReconcileReport found = reconcile(ReconcileOptions.everything());
        ReconcileReport repaired = reconcile(ReconcileOptions.everything().repairing());
        ReconcileReport after = reconcile(ReconcileOptions.everything());

        assertThat(found.positions()).isEmpty();
        assertThat(found.usage()).isEmpty();
        assertThat(found.tables())
                .isNotEmpty()
                .allSatisfy(drift -> assertThat(drift.check()).isEqualTo("reconcile_rollups"))
                .extracting(drift -> drift.fields().get("projection"))
                .containsOnly("usage_day");
        assertThat(repaired.repair()).isEqualTo(new Repair(0, 0, 0, List.of("usage_day")));
        assertThat(after.agrees()).as(after.toString()).isTrue();
        assertThat(pipeline.rows(days)).isEqualTo(sound);
    }

    @Test
    void givenDriftsOfTwoAccountsAndMonths_whenOneIsAskedFor_thenOnlyThatIsNamed() throws Exception {
        delete("1 = 1");

        ReconcileReport ofAccount = reconcile(new ReconcileOptions(null, null, BETA, false));
        ReconcileReport ofMonth = reconcile(new ReconcileOptions(DAY, DAY.plusDays(1), null, false));

        assertThat(ofAccount.positions()).containsExactly(new PositionDrift(1, Kind.MISSING, 0, 0, 1));
        assertThat(ofAccount.partitions()).containsExactly(new Compared(1, 0, 2, 1, 0));
        assertThat(ofMonth.positions())
                .containsExactly(
                        new PositionDrift(0, Kind.MISSING, 0, 41, 20), new PositionDrift(1, Kind.MISSING, 0, 0, 1));
        assertThat(ofMonth.usage()).extracting(UsageDrift::day).containsOnly(DAY);
    }

    @Test
    void givenRecordsThatTheSinkHasNotReached_whenReconciled_thenTheyAreNoDrift() throws Exception {
        pipeline.publish(Topic.USAGE_JOURNAL, 0, List.of(entry(ALPHA, "new", Verdict.LATE, NOON, costs(1))));

        ReconcileReport report = reconcile(ReconcileOptions.everything());

        assertThat(report.agrees()).as(report.toString()).isTrue();
        assertThat(report.partitions()).contains(new Compared(0, 0, 44, 40, 40));
    }

    @Test
    void givenRecordsThatTheSinkSkips_whenReconciledAndRepaired_thenTheyAreNoDriftAndNotBroughtBack() throws Exception {
        List<String> sound = pipeline.rows(ROWS);
        pipeline.publishAs("mistake", 0, List.of(entry(ALPHA, "e0-0", Verdict.COUNTED, NOON, costs(1))));
        String[] ignoring = {"sink.ignored-applications", "mistake"};
        try (Sink _ = pipeline.startSink(ignoring)) {
            Waiting.until(pipeline::isCaughtUp);
        }

        ReconcileReport repaired = new Reconciler(
                        pipeline.config(ignoring), ReconcileOptions.everything().repairing(), ReconcileListener.SILENT)
                .run();

        assertThat(repaired.agrees()).as(repaired.toString()).isTrue();
        assertThat(pipeline.rows(ROWS)).isEqualTo(sound);
    }

    private ReconcileReport reconcile(ReconcileOptions options) throws SQLException {
        return new Reconciler(pipeline.config(), options, ReconcileListener.SILENT).run();
    }

    /** Runs a sink until it has written and committed everything. */
    private void write() throws Exception {
        try (Sink _ = pipeline.startSink()) {
            Waiting.until(pipeline::isCaughtUp);
        }
    }

    private static Map<String, Long> costs(int i) {
        return i % 3 == 0 ? Map.of("requests", 1L) : Map.of("complexity", 40L, "requests", 1L);
    }

    private void delete(String condition) throws SQLException {
        execute("ALTER TABLE request_journal DELETE WHERE " + condition + " SETTINGS mutations_sync = 2");
    }

    /** The same rows once more, at another offset where one is given. */
    /** Puts the files of a projection of one month in the place of another month's, in the only part of each. */
    private void overwriteProjection(String projection, String month, String damagedMonth) throws Exception {
        Path from = partOf(month).resolve(projection + ".proj");
        Path to = partOf(damagedMonth).resolve(projection + ".proj");
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        execute("SYSTEM DROP MARK CACHE");
        execute("SYSTEM DROP UNCOMPRESSED CACHE");
    }

    private Path partOf(String month) throws SQLException {
        String part = String.join(
                "",
                pipeline.rows("SELECT path FROM system.parts WHERE active AND database = currentDatabase() AND table ="
                        + " 'request_journal' AND partition = '" + month + "'"));
        return Path.of(part.replaceAll("^\\('|'\\)$", ""));
    }

    private void insertAgain(String condition, String offset) throws SQLException {
        execute("INSERT INTO request_journal SELECT * REPLACE (" + offset + " AS record_offset) FROM (SELECT *"
                + " FROM request_journal WHERE " + condition + ") SETTINGS insert_deduplication_token = '" + condition
                + "'");
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = pipeline.clickHouse().dataSource().getConnection()) {
            connection.setSchema(pipeline.clickHouse().database());
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }
    }

    private static String accountOf(int partition) {
        return Stream.iterate(0, i -> i + 1)
                .map(i -> "account-" + i)
                .filter(id -> AccountPartitioner.partition(id, 2) == partition)
                .findFirst()
                .orElseThrow();
    }
}
