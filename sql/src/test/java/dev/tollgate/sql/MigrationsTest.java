package dev.tollgate.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class MigrationsTest {
    private static final Pattern REPEATABLE = Pattern.compile("CREATE (TABLE|MATERIALIZED VIEW|VIEW|ROLE|USER|SETTINGS"
            + " PROFILE|QUOTA) IF NOT EXISTS .*|GRANT .*|ALTER TABLE \\S+ \\w+ (COLUMN|INDEX) IF (NOT )?EXISTS .*|DROP"
            + " (TABLE|VIEW) IF EXISTS .*");
    private static final Pattern COLUMN = Pattern.compile("(?m)^ {4}(\\w+) +[A-Z]\\w*.*$");

    @Test
    void givenTheBundledFiles_whenLoaded_thenTablesComeBeforeAccessControlWithoutGaps() {
        List<String> ids =
                Migrations.bundled().files().stream().map(Migration::id).toList();

        assertThat(ids).startsWith("V001", "V002").endsWith("S004").isSortedAccordingTo((a, b) -> {
            int bySeries = Character.compare(b.charAt(0), a.charAt(0));
            return bySeries != 0 ? bySeries : a.compareTo(b);
        });
    }

    /** What the safety of repeated and concurrent runs rests on. */
    @Test
    void givenTheBundledFiles_whenAStatementRunsTwice_thenTheSecondTimeIsHarmless() {
        for (Migration file : Migrations.bundled().files()) {
            for (String statement : file.statements()) {
                assertThat(statement.replaceAll("\\s+", " ").toUpperCase(Locale.ROOT))
                        .as(file.id())
                        .matches(REPEATABLE);
            }
        }
    }

    @Test
    void givenTheBundledTables_whenRead_thenTableAndEveryColumnAreExplained() {
        for (Migration file : Migrations.bundled().files()) {
            String sql = file.statements().getFirst();
            if (!sql.startsWith("CREATE TABLE")) {
                continue;
            }
            assertThat(sql).as(file.id()).contains("COMMENT 'Grain: ");
            // Where a row that stands twice counts twice, inserts are fenced by tokens. Elsewhere the newest version of
            // an
            // identity holds, and a token could only lose rows.
            if (sql.contains("ENGINE = ReplacingMergeTree")) {
                assertThat(sql)
                        .as(file.id())
                        .doesNotContain("deduplication_window")
                        .contains("deduplicate_merge_projection_mode = 'rebuild'");
            } else {
                assertThat(sql).as(file.id()).contains("non_replicated_deduplication_window = ");
            }
            String columns = sql.substring(0, sql.indexOf("\nENGINE"));
            assertThat(COLUMN.matcher(columns)
                            .results()
                            .filter(line -> !line.group().contains("INDEX")))
                    .as(file.id())
                    .isNotEmpty();
            for (String line : columns.lines().toList()) {
                if (line.matches(" {4}[a-z_]+ +[A-Z].*") && !line.endsWith("(")) {
                    assertThat(line).as(file.id()).contains("COMMENT '");
                }
            }
        }
    }

    /** A materialized view has parts of its own, which a crash can leave without rows that its source has. */
    @Test
    void givenTheBundledFiles_whenRead_thenNoTableIsFedByAnother() {
        assertThat(Migrations.bundled().files())
                .flatExtracting(Migration::statements)
                .noneMatch(statement -> statement.contains("MATERIALIZED VIEW"));
    }

    /** What {@code tollgate reconcile --repair} does to the journal, and nobody else may. */
    @Test
    void givenTheRoles_whenRead_thenOnlyTheRepairerMayDeleteAndItMayDoAllThatARepairDoes() {
        List<String> grants = Migrations.bundled().files().stream()
                .filter(file -> file.series() == Migration.Series.S)
                .flatMap(file -> file.statements().stream())
                .filter(statement -> statement.startsWith("GRANT"))
                .toList();

        assertThat(grants)
                .filteredOn(grant -> grant.endsWith("TO tollgate_repairer"))
                .containsExactly(
                        "GRANT tollgate_reader, tollgate_writer TO tollgate_repairer",
                        "GRANT ALTER DELETE, ALTER CLEAR PROJECTION, ALTER MATERIALIZE PROJECTION ON request_journal TO"
                                + " tollgate_repairer");
        assertThat(grants)
                .filteredOn(grant -> !grant.endsWith("TO tollgate_repairer"))
                .noneMatch(grant -> grant.contains("ALTER") || grant.contains("ALL"));
    }

    @Test
    void givenTheSameTextWithOtherLineEnds_whenParsed_thenTheChecksumIsTheSame() {
        assertThat(Migration.parse("V001__a.sql", "SELECT\r\n1;").checksum())
                .isEqualTo(Migration.parse("V001__a.sql", "SELECT\n1;").checksum());
        assertThat(Migration.parse("V001__a.sql", "SELECT\n2;").checksum())
                .isNotEqualTo(Migration.parse("V001__a.sql", "SELECT\n1;").checksum());
    }

    @Test
    void givenGapsAndDoubles_whenLoaded_thenEachIsNamed() {
        assertThatThrownBy(() -> Migrations.of(
                        Map.of("V001__a.sql", "SELECT 1", "V003__b.sql", "SELECT 1", "V003__c.sql", "SELECT 1")))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("V002 is missing")
                .hasMessageContaining("V003 is used by two files");
    }

    @Test
    void givenAForeignFileName_whenParsed_thenThePatternIsShown() {
        assertThatThrownBy(() -> Migration.parse("create_table.sql", "SELECT 1"))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("create_table.sql")
                .hasMessageContaining("V001__create_request_journal.sql");
    }
}
