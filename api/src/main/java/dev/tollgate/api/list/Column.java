package dev.tollgate.api.list;

import dev.tollgate.api.parameter.TimeRange;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A member of each row.
 *
 * @param name in answers
 * @param sql expression that it is read from; text of ours
 * @param kind of its values
 * @param members of each record; empty for other kinds
 */
public record Column(String name, String sql, Kind kind, List<Column> members) {
    public Column {
        members = List.copyOf(members);
    }

    private Column(String name, String sql, Kind kind) {
        this(name, sql, kind, List.of());
    }

    /** Kinds of values, each with the type of the expression. */
    public enum Kind {
        /** {@code String}. */
        TEXT,
        /** {@code String}, of which the empty one is null in answers. */
        OPTIONAL_TEXT,
        /** Any whole number of up to 64 bits, or null. */
        NUMBER,
        /** {@code Bool}. */
        FLAG,
        /** {@code DateTime64(3)} or null; RFC 3339 in answers. */
        TIME,
        /** {@code Array(String)}. */
        TEXTS,
        /** {@code Map} of texts or whole numbers. */
        MAP,
        /** {@code Array(Tuple(...))} with members that are texts and whole numbers. */
        RECORDS
    }

    /** A text. */
    public static Column text(String name, String sql) {
        return new Column(name, sql, Kind.TEXT);
    }

    /** A text that may be missing. */
    public static Column optional(String name, String sql) {
        return new Column(name, sql, Kind.OPTIONAL_TEXT);
    }

    /** A whole number that may be missing. */
    public static Column number(String name, String sql) {
        return new Column(name, sql, Kind.NUMBER);
    }

    /** True or false. */
    public static Column flag(String name, String sql) {
        return new Column(name, sql, Kind.FLAG);
    }

    /** A time that may be missing. */
    public static Column time(String name, String sql) {
        return new Column(name, sql, Kind.TIME);
    }

    /** Several texts. */
    public static Column texts(String name, String sql) {
        return new Column(name, sql, Kind.TEXTS);
    }

    /** Values by name. */
    public static Column map(String name, String sql) {
        return new Column(name, sql, Kind.MAP);
    }

    /** Several objects with texts and whole numbers. */
    public static Column records(String name, String sql, Column... members) {
        return new Column(name, sql, Kind.RECORDS, List.of(members));
    }

    /** What has to be selected for {@link #value}. */
    String selected() {
        return switch (kind) {
            case TEXT, OPTIONAL_TEXT -> "CAST(" + sql + ", 'String')";
            case NUMBER -> "CAST(" + sql + ", 'Nullable(Int64)')";
            case TIME -> "CAST(toUnixTimestamp64Milli(" + sql + "), 'Nullable(Int64)')";
            case FLAG, TEXTS, MAP -> sql;
            // One text after the other, since the driver has no names for the members of a tuple.
            case RECORDS ->
                members.stream()
                        .map(member -> "ifNull(toString(tupleElement(record, '" + member.sql() + "')), '')")
                        .collect(Collectors.joining(", ", "arrayFlatten(arrayMap(record -> [", "], " + sql + "))"));
        };
    }

    /** The value of the row that a result stands on. */
    @Nullable
    Object value(ResultSet row, int index, TimeRange range) throws SQLException {
        return switch (kind) {
            case TEXT -> row.getString(index);
            case OPTIONAL_TEXT -> {
                String text = row.getString(index);
                yield text == null || text.isEmpty() ? null : text;
            }
            case NUMBER -> number(row, index);
            case FLAG -> row.getBoolean(index);
            case TIME -> {
                Long millis = number(row, index);
                yield millis == null ? null : range.text(millis);
            }
            case TEXTS -> texts(row.getArray(index));
            case MAP -> sorted(row.getObject(index));
            case RECORDS -> records(texts(row.getArray(index)));
        };
    }

    private List<Map<String, @Nullable Object>> records(List<String> texts) {
        List<Map<String, @Nullable Object>> records = new ArrayList<>();
        for (int at = 0; at < texts.size(); at += members.size()) {
            Map<String, @Nullable Object> record = new LinkedHashMap<>();
            for (int i = 0; i < members.size(); i++) {
                record.put(members.get(i).name(), members.get(i).parsed(texts.get(at + i)));
            }
            records.add(record);
        }
        return records;
    }

    /** The value of a member. */
    private @Nullable Object parsed(String text) {
        if (text.isEmpty() && kind != Kind.TEXT) {
            return null;
        }
        return kind == Kind.NUMBER ? (Object) Long.valueOf(text) : text;
    }

    private static @Nullable Long number(ResultSet row, int index) throws SQLException {
        long number = row.getLong(index);
        return row.wasNull() ? null : number;
    }

    private static List<String> texts(@Nullable Array array) throws SQLException {
        List<String> texts = new ArrayList<>();
        if (array != null) {
            for (Object item : (Object[]) array.getArray()) {
                texts.add(String.valueOf(item));
            }
        }
        return texts;
    }

    /** By name, so that the same row is written the same way each time. */
    private static Map<String, Object> sorted(@Nullable Object map) {
        Map<String, Object> sorted = new TreeMap<>();
        if (map instanceof Map<?, ?> values) {
            values.forEach((name, value) -> sorted.put(String.valueOf(name), value));
        }
        return sorted;
    }
}
