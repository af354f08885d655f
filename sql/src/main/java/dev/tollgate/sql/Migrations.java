package dev.tollgate.sql;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The migration files of a build: each series numbered from 1 without gaps.
 *
 * @param files tables and views first, then access control, each in order
 */
public record Migrations(List<Migration> files) {

    /** @throws MigrationException naming every gap and every number that is used twice */
    public Migrations {
        files = files.stream()
                .sorted(Comparator.comparing(Migration::series).thenComparingInt(Migration::number))
                .toList();
        List<String> problems = new ArrayList<>();
        for (Migration.Series series : Migration.Series.values()) {
            Set<Integer> seen = new HashSet<>();
            int last = 0;
            for (Migration file : files) {
                if (file.series() != series) {
                    continue;
                }
                if (!seen.add(file.number())) {
                    problems.add(file.id() + " is used by two files");
                }
                last = file.number();
            }
            for (int number = 1; number <= last; number++) {
                if (!seen.contains(number)) {
                    problems.add(Migration.id(series, number) + " is missing: numbers go up by one");
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new MigrationException("the migration files are not a sequence: " + String.join("; ", problems));
        }
    }

    /** The files of this build. */
    public static Migrations bundled() {
        return new Migrations(Resources.sqlFiles("migrations").entrySet().stream()
                .map(file -> Migration.parse(file.getKey(), file.getValue()))
                .toList());
    }

    /** The given texts by file name. */
    public static Migrations of(Map<String, String> texts) {
        return new Migrations(texts.entrySet().stream()
                .map(file -> Migration.parse(file.getKey(), file.getValue()))
                .toList());
    }
}
