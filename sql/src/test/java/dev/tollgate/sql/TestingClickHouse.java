package dev.tollgate.sql;

import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.embedded.EmbeddedStackOptions;
import dev.tollgate.embedded.Part;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** An embedded ClickHouse for a test class, and short ways to ask it. */
final class TestingClickHouse implements AutoCloseable {
    private final EmbeddedStack stack =
            EmbeddedStack.start(EmbeddedStackOptions.ephemeral().withParts(Part.CLICKHOUSE));

    ClickHouseConfig config(String database) {
        return ClickHouseConfig.of(stack.clickHouseUrl(), database);
    }

    Connection connect(String database) throws SQLException {
        Connection connection = config(database).dataSource().getConnection();
        connection.setSchema(database);
        return connection;
    }

    /** Where the engine keeps its databases: {@code data/DATABASE/TABLE/PART}. */
    Path tables() {
        return stack.folder().resolve("clickhouse").resolve("tables");
    }

    void execute(String database, String... statements) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Each row as its values joined by '|', as ClickHouse writes them; null is NULL. */
    List<String> rows(String database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT arrayStringConcat([toString(tuple(*))]) FROM (" + sql + ")")) {
            List<String> lines = new ArrayList<>();
            while (rows.next()) {
                lines.add(rows.getString(1));
            }
            return lines;
        }
    }

    @Override
    public void close() {
        stack.close();
    }
}
