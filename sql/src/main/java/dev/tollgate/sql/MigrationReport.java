package dev.tollgate.sql;

import java.util.List;

/**
 * What a run of the migrator did.
 *
 * @param database the database
 * @param applied files that ran now, in order
 * @param unchanged number of files that had run before
 * @param skipped files that this ClickHouse cannot run, each with the reason
 */
public record MigrationReport(
        String database, List<MigrationStatus> applied, int unchanged, List<MigrationStatus> skipped) {
    public MigrationReport {
        applied = List.copyOf(applied);
        skipped = List.copyOf(skipped);
    }
}
