package dev.tollgate.sql;

import dev.tollgate.sql.Migration.Series;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a ClickHouse database to what this build needs: runs the migration files that have not run yet, in order, and
 * records each in the table {@code schema_migration}.
 *
 * <p>ClickHouse has no transaction around DDL and no lock that all its editions share, so two rules take their place:
 *
 * <ul>
 *   <li>Every statement of a file can run again ({@code IF NOT EXISTS} and the like; a test holds the files to it). A
 *       run that was cut off in the middle of a file repeats the file.
 *   <li>A file is recorded after its last statement, in a {@code ReplacingMergeTree} keyed by the file. Two migrators
 *       of one build at the same time therefore do the same harmless work and leave one record. Of two different builds
 *       the older one stops at its own last file and does not run from then on.
 * </ul>
 *
 * <p>A file whose text no longer matches its record, a record without a file (a database newer than the build) and a
 * hole in the records are rejected before anything is changed. Not thread-safe; each thread takes one of its own.
 */
public final class Migrator {
    private static final Logger log = LoggerFactory.getLogger(Migrator.class);

    private static final String LEDGER = """
        CREATE TABLE IF NOT EXISTS schema_migration
        (
            id          String                COMMENT 'Series and number of the file: V001, S001.',
            name        String                COMMENT 'Words of the file name.',
            checksum    String                COMMENT 'SHA-256 of the text, in hex.',
            applied_at  DateTime64(3, 'UTC')  COMMENT 'When it ran.',
            duration_ms Int64                 COMMENT 'How long it took, in milliseconds.'
        )
        ENGINE = ReplacingMergeTree(applied_at)
        ORDER BY id
        COMMENT 'Migrations that ran. Grain: one file; read with FINAL, two migrators may have run it at once.'\
        """;

    private static final String NO_ROLES = "needs a ClickHouse server and the right to create roles";

    private final DataSource dataSource;
    private final String database;
    private final Migrations migrations;

    /** Runs the files of this build. */
    public Migrator(ClickHouseConfig config) {
        this(config.dataSource(), config.database(), Migrations.bundled());
    }

    /** Runs the files of this build. The database name is trusted: take it from {@link ClickHouseConfig}. */
    public Migrator(DataSource dataSource, String database) {
        this(dataSource, database, Migrations.bundled());
    }

    Migrator(DataSource dataSource, String database, Migrations migrations) {
        this.dataSource = dataSource;
        this.database = database;
        this.migrations = migrations;
    }

    /**
     * Creates the database where it is missing and runs every pending file.
     *
     * @throws MigrationException if the records do not fit the files (nothing has changed then), or if a file fails
     *     (those before it stay; the next run goes on from there)
     * @throws SQLException if ClickHouse does not answer
     */
    public MigrationReport migrate() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            execute(connection, "CREATE DATABASE IF NOT EXISTS `" + database + "`");
            connection.setSchema(database);
            execute(connection, LEDGER);
            Map<String, Applied> ledger = ledger(connection);
            check(ledger);
            boolean mayCreateRoles = mayCreateRoles(connection);

            List<MigrationStatus> applied = new ArrayList<>();
            List<MigrationStatus> skipped = new ArrayList<>();
            for (Migration file : migrations.files()) {
                if (ledger.containsKey(file.id())) {
                    continue;
                }
                if (file.series() == Series.S && !mayCreateRoles) {
                    log.info("migration skipped: id={} name={} reason={}", file.id(), file.name(), NO_ROLES);
                    skipped.add(skipped(file));
                    continue;
                }
                applied.add(apply(connection, file));
            }
            return new MigrationReport(
                    database, applied, migrations.files().size() - applied.size() - skipped.size(), skipped);
        }
    }

    /**
     * Every file and what would become of it; changes nothing. Pending files are what {@link #migrate} would run.
     *
     * @throws MigrationException if the records do not fit the files
     * @throws SQLException if ClickHouse does not answer
     */
    public List<MigrationStatus> status() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            Map<String, Applied> ledger = Map.of();
            if (ledgerExists(connection)) {
                connection.setSchema(database);
                ledger = ledger(connection);
            }
            check(ledger);
            boolean mayCreateRoles = mayCreateRoles(connection);
            List<MigrationStatus> status = new ArrayList<>();
            for (Migration file : migrations.files()) {
                Applied record = ledger.get(file.id());
                if (record != null) {
                    status.add(new MigrationStatus(
                            file.id(),
                            file.name(),
                            MigrationStatus.State.APPLIED,
                            record.appliedAt,
                            record.duration,
                            ""));
                } else if (file.series() == Series.S && !mayCreateRoles) {
                    status.add(skipped(file));
                } else {
                    status.add(
                            new MigrationStatus(file.id(), file.name(), MigrationStatus.State.PENDING, null, null, ""));
                }
            }
            return status;
        }
    }

    /** The files that {@link #migrate} would run, in order; changes nothing. Throws as {@link #status}. */
    public List<MigrationStatus> plan() throws SQLException {
        return status().stream()
                .filter(file -> file.state() == MigrationStatus.State.PENDING)
                .toList();
    }

    /**
     * Ids of the table files that have not run: what a role that writes waits for. Looks at nothing else, so that the
     * roles of one build go on while a newer build migrates.
     *
     * @throws SQLException if ClickHouse does not answer
     */
    public List<String> missing() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            Set<String> recorded = new HashSet<>();
            if (ledgerExists(connection)) {
                connection.setSchema(database);
                recorded.addAll(ledger(connection).keySet());
            }
            return migrations.files().stream()
                    .filter(file -> file.series() == Series.V)
                    .map(Migration::id)
                    .filter(id -> !recorded.contains(id))
                    .toList();
        }
    }

    private MigrationStatus apply(Connection connection, Migration file) throws SQLException {
        long startedAt = System.nanoTime();
        for (int i = 0; i < file.statements().size(); i++) {
            try {
                execute(connection, file.statements().get(i));
            } catch (SQLException e) {
                throw new MigrationException(
                        ("migration %s %s failed at statement %d of %d: %s. Files before it stay applied; mend"
                                        + " the cause and run again")
                                .formatted(
                                        file.id(),
                                        file.name(),
                                        i + 1,
                                        file.statements().size(),
                                        e.getMessage()),
                        e);
            }
        }
        Duration duration = Duration.ofNanos(System.nanoTime() - startedAt);
        Instant appliedAt = Instant.now();
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO schema_migration (id, name, checksum, applied_at, duration_ms)"
                        + " VALUES (?, ?, ?, fromUnixTimestamp64Milli(?, 'UTC'), ?)")) {
            insert.setString(1, file.id());
            insert.setString(2, file.name());
            insert.setString(3, file.checksum());
            insert.setLong(4, appliedAt.toEpochMilli());
            insert.setLong(5, duration.toMillis());
            insert.executeUpdate();
        }
        log.info("migration applied: id={} name={} millis={}", file.id(), file.name(), duration.toMillis());
        return new MigrationStatus(file.id(), file.name(), MigrationStatus.State.APPLIED, appliedAt, duration, "");
    }

    private void check(Map<String, Applied> ledger) {
        List<String> problems = new ArrayList<>();
        Set<String> known = new HashSet<>();
        Map<Series, Integer> lastApplied = new HashMap<>();
        for (Migration file : migrations.files()) {
            known.add(file.id());
            Applied record = ledger.get(file.id());
            if (record == null) {
                continue;
            }
            lastApplied.merge(file.series(), file.number(), Math::max);
            if (!record.checksum.equals(file.checksum())) {
                problems.add(file.id() + " " + file.name() + " was edited after it ran: recorded checksum "
                        + shortened(record.checksum) + ", file " + shortened(file.checksum())
                        + "; restore the file and put the change into a new one");
            }
        }
        for (Migration file : migrations.files()) {
            if (!ledger.containsKey(file.id()) && file.number() < lastApplied.getOrDefault(file.series(), 0)) {
                problems.add(file.id() + " " + file.name() + " has not run, though later ones have");
            }
        }
        ledger.forEach((id, record) -> {
            if (!known.contains(id)) {
                problems.add("the database has " + id + " " + record.name
                        + ", which this build does not know: it is newer than the build; use the newer build");
            }
        });
        if (!problems.isEmpty()) {
            throw new MigrationException(
                    "database " + database + " does not fit this build:\n  - " + String.join("\n  - ", problems));
        }
    }

    private boolean ledgerExists(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT count() FROM system.tables WHERE database = ? AND name = 'schema_migration'")) {
            query.setString(1, database);
            try (ResultSet row = query.executeQuery()) {
                return row.next() && row.getLong(1) > 0;
            }
        }
    }

    private static Map<String, Applied> ledger(Connection connection) throws SQLException {
        Map<String, Applied> ledger = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT id, name, checksum, toUnixTimestamp64Milli(applied_at), duration_ms"
                                + " FROM schema_migration FINAL ORDER BY id")) {
            while (rows.next()) {
                ledger.put(
                        rows.getString(1),
                        new Applied(
                                rows.getString(2),
                                rows.getString(3),
                                Instant.ofEpochMilli(rows.getLong(4)),
                                Duration.ofMillis(rows.getLong(5))));
            }
        }
        return ledger;
    }

    /** False on the embedded engine, which has no access control, and for users without that right. */
    private static boolean mayCreateRoles(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("CHECK GRANT CREATE ROLE ON *.*")) {
            return row.next() && row.getInt(1) == 1;
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static MigrationStatus skipped(Migration file) {
        return new MigrationStatus(file.id(), file.name(), MigrationStatus.State.SKIPPED, null, null, NO_ROLES);
    }

    private static String shortened(String checksum) {
        return checksum.substring(0, Math.min(12, checksum.length()));
    }

    private record Applied(String name, String checksum, Instant appliedAt, Duration duration) {}
}
