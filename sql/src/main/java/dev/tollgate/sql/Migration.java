package dev.tollgate.sql;

import dev.tollgate.schemas.text.Sha256;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One migration file: one change, never edited after release.
 *
 * <p>The file name says everything: {@code V007__create_limit_event.sql} is the seventh change of the tables,
 * {@code S001__...} the first of those that need a ClickHouse server (users, roles, profiles).
 *
 * @param series which sequence it belongs to
 * @param number its place in the sequence, from 1 without gaps
 * @param name the words of the file name, for example {@code create_limit_event}
 * @param checksum SHA-256 of the text with line ends as {@code \n}, in hex
 * @param statements the SQL, statement by statement
 */
public record Migration(Series series, int number, String name, String checksum, List<String> statements) {
    private static final Pattern FILE_NAME = Pattern.compile("([VS])(\\d{3})__([a-z0-9_]+)\\.sql");

    public Migration {
        statements = List.copyOf(statements);
    }

    /** Which sequence a migration belongs to. */
    public enum Series {
        /** Tables and views: everywhere, in order. */
        V,
        /** Access control: only where the connection may create roles, after all of {@link #V}. */
        S
    }

    /**
     * Reads a file.
     *
     * @throws MigrationException if the name does not follow the pattern or the text has no statement
     */
    public static Migration parse(String fileName, String text) {
        Matcher matcher = FILE_NAME.matcher(fileName);
        if (!matcher.matches()) {
            throw new MigrationException(
                    fileName + " is not a migration: the name must look like V001__create_request_journal.sql");
        }
        String normalized = text.replace("\r\n", "\n");
        List<String> statements = SqlScript.split(normalized);
        if (statements.isEmpty()) {
            throw new MigrationException(fileName + " has no statement");
        }
        return new Migration(
                Series.valueOf(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                matcher.group(3),
                HexFormat.of().formatHex(Sha256.of(normalized)),
                statements);
    }

    /** Series and number, for example {@code V007}. */
    public String id() {
        return id(series, number);
    }

    static String id(Series series, int number) {
        return series + "%03d".formatted(number);
    }
}
