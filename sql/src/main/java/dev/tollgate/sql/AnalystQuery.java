package dev.tollgate.sql;

import com.clickhouse.jdbc.StatementImpl;
import java.lang.reflect.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Struct;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A question to the database, kept as a file ({@code sql/queries/NAME.sql}) that analysts run as it is with
 * {@code clickhouse-client --param_account=...}. Its first comment says what it answers; {@code {name:Type}} are its
 * parameters.
 *
 * @param name file name without {@code .sql}
 * @param description what it answers
 * @param sql one statement, to be run in Tollgate's database
 */
public record AnalystQuery(String name, String description, String sql) {
    private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+):[^}]+}");

    /** All queries of this build, by name. */
    public static List<AnalystQuery> all() {
        return Resources.sqlFiles("queries").entrySet().stream()
                .map(file -> parse(file.getKey().replaceFirst("\\.sql$", ""), file.getValue()))
                .toList();
    }

    /**
     * The query of a name.
     *
     * @throws IllegalArgumentException listing the names, if there is none of this name
     */
    public static AnalystQuery named(String name) {
        List<AnalystQuery> all = all();
        return all.stream()
                .filter(query -> query.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no query '" + name + "'; there are "
                        + String.join(", ", all.stream().map(AnalystQuery::name).toList())));
    }

    /** Names of the parameters, each of which {@link #run} needs. */
    public List<String> parameters() {
        TreeSet<String> names = new TreeSet<>();
        Matcher matcher = PARAMETER.matcher(sql);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return List.copyOf(names);
    }

    /**
     * Asks it.
     *
     * @param connection of the official driver; its current database is changed to the given one
     * @param parameters value of each parameter as ClickHouse reads it ({@code 2026-11-01}, {@code 1}); ClickHouse, not
     *     text replacement, puts them into the query
     * @throws IllegalArgumentException if a parameter is missing
     */
    public Answer run(Connection connection, String database, Map<String, String> parameters) throws SQLException {
        for (String parameter : parameters()) {
            if (!parameters.containsKey(parameter)) {
                throw new IllegalArgumentException("query " + name + " needs the parameter " + parameter);
            }
        }
        connection.setSchema(database);
        try (Statement statement = connection.createStatement()) {
            StatementImpl ours = statement.unwrap(StatementImpl.class);
            parameters.forEach((key, value) -> ours.getLocalSettings().serverSetting("param_" + key, value));
            try (ResultSet rows = statement.executeQuery(sql)) {
                return Answer.read(rows);
            }
        }
    }

    /**
     * Rows of a query.
     *
     * @param columns names
     * @param rows values by column as the driver gives them; times are instants, null is null, an array or tuple is a
     *     list, a map a map, however deep
     */
    public record Answer(List<String> columns, List<List<@Nullable Object>> rows) {
        /** Reads a result to its end. */
        public static Answer read(ResultSet result) throws SQLException {
            ResultSetMetaData meta = result.getMetaData();
            List<String> columns = new ArrayList<>();
            for (int i = 1; i <= meta.getColumnCount(); i++) {
                columns.add(meta.getColumnLabel(i));
            }
            List<List<@Nullable Object>> rows = new ArrayList<>();
            while (result.next()) {
                List<@Nullable Object> row = new ArrayList<>();
                for (int i = 1; i <= columns.size(); i++) {
                    row.add(plain(result.getObject(i)));
                }
                rows.add(row);
            }
            return new Answer(columns, rows);
        }

        /** The driver has arrays of its own, which say nothing of what is in them. */
        private static @Nullable Object plain(@Nullable Object value) throws SQLException {
            if (value instanceof Timestamp time) {
                // Its text would be in the time zone of whoever asks, without saying so.
                return time.toInstant();
            }
            if (value instanceof java.sql.Array array) {
                return plain(array.getArray());
            }
            if (value instanceof Struct tuple) {
                return plain(tuple.getAttributes());
            }
            if (value != null && value.getClass().isArray()) {
                List<@Nullable Object> items = new ArrayList<>();
                for (int i = 0; i < Array.getLength(value); i++) {
                    items.add(plain(Array.get(value, i)));
                }
                return items;
            }
            if (value instanceof Collection<?> collection) {
                List<@Nullable Object> items = new ArrayList<>();
                for (Object item : collection) {
                    items.add(plain(item));
                }
                return items;
            }
            if (value instanceof Map<?, ?> map) {
                Map<Object, @Nullable Object> entries = new LinkedHashMap<>();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    entries.put(entry.getKey(), plain(entry.getValue()));
                }
                return entries;
            }
            return value;
        }
    }

    private static AnalystQuery parse(String name, String text) {
        StringBuilder description = new StringBuilder();
        for (String line : text.lines().toList()) {
            if (!line.startsWith("--")) {
                break;
            }
            description
                    .append(description.isEmpty() ? "" : " ")
                    .append(line.substring(2).strip());
        }
        List<String> statements = SqlScript.split(text);
        if (statements.size() != 1) {
            throw new IllegalStateException("query " + name + " must be one statement, has " + statements.size());
        }
        return new AnalystQuery(name, description.toString(), statements.getFirst());
    }
}
