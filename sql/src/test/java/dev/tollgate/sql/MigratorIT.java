package dev.tollgate.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class MigratorIT {
    private static final String FIRST = "CREATE TABLE IF NOT EXISTS first (n Int64) ENGINE = MergeTree ORDER BY n;";
    private static final String SECOND = "CREATE TABLE IF NOT EXISTS second (n Int64) ENGINE = MergeTree ORDER BY n;";

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    private static TestingClickHouse clickHouse;

    @BeforeAll
    static void start() {
        clickHouse = new TestingClickHouse();
    }

    @AfterAll
    static void stop() {
        clickHouse.close();
    }

    @Test
    void givenAnEmptyClickHouse_whenMigratedTwice_thenTheSecondRunChangesNothing() throws SQLException {
        Migrator migrator = new Migrator(clickHouse.config("twice"));
        int tables = (int) Migrations.bundled().files().stream()
                .filter(file -> file.series() == Migration.Series.V)
                .count();

        MigrationReport first = migrator.migrate();
        MigrationReport second = migrator.migrate();

        assertThat(first.applied()).hasSize(tables);
        assertThat(first.unchanged()).isZero();
        assertThat(second.applied()).isEmpty();
        assertThat(second.unchanged()).isEqualTo(tables);
        assertThat(clickHouse.rows("twice", "SELECT count() FROM schema_migration"))
                .containsExactly("(" + tables + ")");
        assertThat(clickHouse.rows(
                        "twice",
                        "SELECT name FROM system.columns WHERE database = 'twice' AND comment = '' AND table"
                                + " IN (SELECT name FROM system.tables WHERE database = 'twice' AND engine LIKE"
                                + " '%MergeTree')"))
                .isEmpty();
        assertThat(clickHouse.rows(
                        "twice",
                        "SELECT name FROM system.tables WHERE database = 'twice' AND engine != 'MaterializedView'"
                                + " AND comment = ''"))
                .isEmpty();
    }

    @Test
    void givenTheEmbeddedEngine_whenMigrated_thenAccessControlIsSkippedByName() throws SQLException {
        MigrationReport report = new Migrator(clickHouse.config("skipping")).migrate();

        assertThat(report.skipped()).extracting(MigrationStatus::id).containsExactly("S001", "S002", "S003", "S004");
        assertThat(report.skipped().getFirst().describe())
                .isEqualTo(
                        "S001 create_reader_role: skipped (needs a ClickHouse server and the right to create roles)");
    }

    /**
     * The embedded engine runs none of it, but it knows the words: a privilege that does not exist is a syntax error.
     */
    @Test
    void givenTheAccessControlThatIsSkipped_whenParsed_thenEveryStatementIsClickHouse() throws SQLException {
        for (Migration file : Migrations.bundled().files()) {
            if (file.series() == Migration.Series.S) {
                for (String statement : file.statements()) {
                    assertThat(clickHouse.rows(
                                    "default", "SELECT formatQuery('" + statement.replace("'", "\\'") + "')"))
                            .as(file.id())
                            .hasSize(1);
                }
            }
        }
    }

    @Test
    void givenNoDatabase_whenAskedForThePlan_thenEverythingIsPendingAndNothingIsCreated() throws SQLException {
        Migrator migrator = migrator("planned", Map.of("V001__first.sql", FIRST, "V002__second.sql", SECOND));

        assertThat(migrator.plan()).extracting(MigrationStatus::id).containsExactly("V001", "V002");
        assertThat(migrator.missing()).containsExactly("V001", "V002");

        assertThat(clickHouse.rows("default", "SELECT name FROM system.databases WHERE name = 'planned'"))
                .isEmpty();
    }

    @Test
    void givenANewFile_whenMigratedAgain_thenOnlyThatOneRuns() throws SQLException {
        migrator("growing", Map.of("V001__first.sql", FIRST)).migrate();
        Migrator newer = migrator("growing", Map.of("V001__first.sql", FIRST, "V002__second.sql", SECOND));

        assertThat(newer.status())
                .extracting(MigrationStatus::state)
                .containsExactly(MigrationStatus.State.APPLIED, MigrationStatus.State.PENDING);
        assertThat(newer.missing()).containsExactly("V002");
        assertThat(newer.migrate().applied()).extracting(MigrationStatus::id).containsExactly("V002");
        assertThat(newer.plan()).isEmpty();
        assertThat(newer.missing()).isEmpty();
    }

    @Test
    void givenAnEditedFile_whenMigrated_thenItIsNamedAndNothingRuns() throws SQLException {
        migrator("edited", Map.of("V001__first.sql", FIRST)).migrate();
        Migrator edited =
                migrator("edited", Map.of("V001__first.sql", FIRST + " -- changed", "V002__second.sql", SECOND));

        assertThatThrownBy(edited::migrate)
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("V001 first was edited after it ran");

        assertThat(clickHouse.rows("edited", "SELECT name FROM system.tables WHERE database = 'edited' ORDER BY name"))
                .containsExactly("('first')", "('schema_migration')");
    }

    @Test
    void givenADatabaseOfANewerBuild_whenMigrated_thenTheUnknownFileIsNamed() throws SQLException {
        migrator("newer", Map.of("V001__first.sql", FIRST, "V002__second.sql", SECOND))
                .migrate();

        assertThatThrownBy(() ->
                        migrator("newer", Map.of("V001__first.sql", FIRST)).migrate())
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("V002 second")
                .hasMessageContaining("newer than the build");
    }

    @Test
    void givenAHoleInTheRecords_whenMigrated_thenItIsNamed() throws SQLException {
        Map<String, String> files = Map.of("V001__first.sql", FIRST, "V002__second.sql", SECOND);
        migrator("hole", files).migrate();
        clickHouse.execute("hole", "ALTER TABLE schema_migration DELETE WHERE id = 'V001' SETTINGS mutations_sync = 1");

        assertThatThrownBy(() -> migrator("hole", files).migrate())
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("V001 first has not run, though later ones have");
    }

    @Test
    void givenAFileThatFailsHalfWay_whenItIsMendedBeforeItRan_thenTheNextRunFinishesIt() throws SQLException {
        Map<String, String> broken = Map.of("V001__both.sql", FIRST + "\nSELECT nonsense;\n" + SECOND);

        assertThatThrownBy(() -> migrator("half", broken).migrate())
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("V001 both failed at statement 2 of 3");
        MigrationReport mended = migrator("half", Map.of("V001__both.sql", FIRST + "\n" + SECOND))
                .migrate();

        assertThat(mended.applied()).hasSize(1);
        assertThat(clickHouse.rows("half", "SELECT name FROM system.tables WHERE database = 'half' ORDER BY name"))
                .containsExactly("('first')", "('schema_migration')", "('second')");
    }

    @Test
    void givenFourMigratorsAtOnce_whenMigrated_thenAllSucceedAndEachFileIsRecordedOnce() throws Exception {
        int migrators = 4;
        CountDownLatch ready = new CountDownLatch(migrators);
        List<Future<MigrationReport>> runs = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(migrators)) {
            for (int i = 0; i < migrators; i++) {
                runs.add(threads.submit(() -> {
                    ready.countDown();
                    ready.await();
                    return new Migrator(clickHouse.config("at_once")).migrate();
                }));
            }
            for (Future<MigrationReport> run : runs) {
                assertThat(run.get().database()).isEqualTo("at_once");
            }
        }

        assertThat(clickHouse.rows("at_once", "SELECT id FROM schema_migration FINAL GROUP BY id HAVING count() != 1"))
                .isEmpty();
        assertThat(new Migrator(clickHouse.config("at_once")).plan()).isEmpty();
    }

    private static Migrator migrator(String database, Map<String, String> files) {
        return new Migrator(
                clickHouse.config(database).dataSource(), database, Migrations.of(new LinkedHashMap<>(files)));
    }
}
