package dev.tollgate.api.list;

import dev.tollgate.api.query.Statement;

/**
 * A part of what a list is ordered by.
 *
 * @param sql expression, never null; text of ours
 * @param number whether its values are whole numbers of 64 bits, else texts
 */
public record SortKey(String sql, boolean number) {

    /** A text. */
    public static SortKey text(String sql) {
        return new SortKey("CAST(" + sql + ", 'String')", false);
    }

    /** A whole number. */
    public static SortKey number(String sql) {
        return new SortKey("toInt64(" + sql + ")", true);
    }

    /** A {@code DateTime64(3)}. */
    public static SortKey time(String sql) {
        return new SortKey("toUnixTimestamp64Milli(" + sql + ")", true);
    }

    /** Adds a value of it, as {@link Cursor} holds it. */
    void addValue(Statement statement, String value) {
        if (number) {
            statement.value(Long.parseLong(value));
        } else {
            statement.value(value);
        }
    }

    /** Whether it may have a value. */
    boolean accepts(String value) {
        if (!number) {
            return value.indexOf('\0') < 0;
        }
        try {
            return Long.toString(Long.parseLong(value)).equals(value);
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
