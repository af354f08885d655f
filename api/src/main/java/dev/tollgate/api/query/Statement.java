package dev.tollgate.api.query;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A query under construction: text of ours, and values that ClickHouse puts in by itself ({@code {p1:String}}). Nothing
 * that a client sends gets into the text. Not thread-safe.
 */
public final class Statement {
    private final StringBuilder sql = new StringBuilder();
    private final Map<String, String> parameters = new LinkedHashMap<>();

    /** Adds text of ours. */
    public Statement sql(String text) {
        sql.append(text);
        return this;
    }

    /** Adds a value. */
    public Statement value(String value) {
        sql.append(placeholder(value));
        return this;
    }

    /** Adds a whole number. */
    public Statement value(long value) {
        sql.append(placeholder(value));
        return this;
    }

    /** Adds a list of values, which may be empty. */
    public Statement values(List<String> values) {
        String text = values.stream()
                .map(value -> "'" + escaped(value).replace("'", "\\'") + "'")
                .collect(Collectors.joining(",", "[", "]"));
        sql.append(parameter(text, "Array(String)"));
        return this;
    }

    /** What stands in the text for a value, for use in several places. */
    public String placeholder(String value) {
        return parameter(escaped(value), "String");
    }

    /** Parameters are read like fields of tab-separated values. */
    private static String escaped(String value) {
        return value.replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }

    /** The same for a whole number. */
    public String placeholder(long value) {
        return parameter(Long.toString(value), "Int64");
    }

    private String parameter(String text, String type) {
        String name = "p" + parameters.size();
        parameters.put(name, text);
        return "{" + name + ":" + type + "}";
    }

    /** The text. */
    public String text() {
        return sql.toString();
    }

    /** Values by name. */
    public Map<String, String> parameters() {
        return Map.copyOf(parameters);
    }
}
