package dev.tollgate.api.list;

import dev.tollgate.api.parameter.TimeRange;
import dev.tollgate.api.query.Statement;

/**
 * A part of what a list is ordered by. Rows are ordered and held against a cursor by the column as it is, which may be
 * one that the table is sorted by; a page of one account's rows then costs little, however many there are.
 *
 * @param sql column or expression, never null; text of ours
 * @param kind of its values
 */
public record SortKey(String sql, Kind kind) {

    /** Kinds of values. */
    enum Kind {
        TEXT,
        NUMBER,
        TIME
    }

    /** A text. */
    public static SortKey text(String sql) {
        return new SortKey(sql, Kind.TEXT);
    }

    /** A whole number of up to 64 bits. */
    public static SortKey number(String sql) {
        return new SortKey(sql, Kind.NUMBER);
    }

    /** A {@code DateTime64(3)}. */
    public static SortKey time(String sql) {
        return new SortKey(sql, Kind.TIME);
    }

    /** Whether it is a time. */
    boolean isTime() {
        return kind == Kind.TIME;
    }

    /** Whether {@link #selected} is a whole number, else a text. */
    boolean isNumber() {
        return kind != Kind.TEXT;
    }

    /** What has to be selected for a cursor. */
    String selected() {
        return switch (kind) {
            case TEXT -> "CAST(" + sql + ", 'String')";
            case NUMBER -> "toInt64(" + sql + ")";
            case TIME -> "toUnixTimestamp64Milli(" + sql + ")";
        };
    }

    /** Adds a value of it, as {@link Cursor} holds it. */
    void addValue(Statement statement, String value) {
        switch (kind) {
            case TEXT -> statement.value(value);
            case NUMBER -> statement.value(Long.parseLong(value));
            case TIME ->
                statement
                        .sql("fromUnixTimestamp64Milli(")
                        .value(Long.parseLong(value))
                        .sql(", 'UTC')");
        }
    }

    /** Whether a cursor may hold a value of it. */
    boolean accepts(String value) {
        if (kind == Kind.TEXT) {
            return value.indexOf('\0') < 0;
        }
        try {
            long number = Long.parseLong(value);
            return Long.toString(number).equals(value) && (kind != Kind.TIME || TimeRange.isWithin(number, number));
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
