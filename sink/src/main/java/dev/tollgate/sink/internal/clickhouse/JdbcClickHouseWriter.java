package dev.tollgate.sink.internal.clickhouse;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.ServerException;
import com.clickhouse.client.api.insert.InsertResponse;
import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.data.ClickHouseFormat;
import com.clickhouse.jdbc.ConnectionImpl;
import dev.tollgate.sink.internal.failure.RejectedInsertException;
import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.internal.table.Months;
import dev.tollgate.sink.internal.table.TableMapping;
import dev.tollgate.sql.ClickHouseConfig;
import dev.tollgate.sql.Migrator;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The official JDBC driver, its own retries off. Rows go through the client that its connection wraps, as RowBinary:
 * four times the rows per second of {@code VALUES}, and the only binary way that honours the deduplication token.
 */
public final class JdbcClickHouseWriter implements ClickHouseWriter {
    private static final Logger log = LoggerFactory.getLogger(JdbcClickHouseWriter.class);

    /**
     * Errors about the content of rows: 6 CANNOT_PARSE_TEXT, 27 CANNOT_PARSE_INPUT_ASSERTION_FAILED, 33
     * CANNOT_READ_ALL_DATA, 38/41 CANNOT_PARSE_DATE(TIME), 69 ARGUMENT_OUT_OF_BOUND, 72 CANNOT_PARSE_NUMBER, 117
     * INCORRECT_DATA, 128 TOO_LARGE_ARRAY_SIZE, 131 TOO_LARGE_STRING_SIZE, 321 VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE, 349
     * CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN, 407 DECIMAL_OVERFLOW, 469 VIOLATED_CONSTRAINT. Everything else (no table,
     * no right, no memory, too many parts, read-only) can be mended from outside without touching the rows, so it is
     * waited for.
     */
    private static final Set<Integer> ABOUT_CONTENT =
            Set.of(6, 27, 33, 38, 41, 69, 72, 117, 128, 131, 321, 349, 407, 469);

    private static final Pattern QUERY_ID = Pattern.compile("\\s*\\(queryId= ?[^)]*\\)");
    private static final Pattern ROW = Pattern.compile("at row (\\d{1,9})");

    private final DataSource dataSource;
    private final String database;
    private final Migrator migrator;
    private @Nullable Connection connection;
    private boolean knowsDeduplicateInsert;

    public JdbcClickHouseWriter(ClickHouseConfig config) {
        this.dataSource = config.dataSource();
        this.database = config.database();
        this.migrator = new Migrator(dataSource, database);
    }

    @Override
    public void requireTables() throws UnavailableException {
        try {
            List<String> missing = migrator.missing();
            if (!missing.isEmpty()) {
                throw new UnavailableException(
                        UnavailableException.Part.CLICKHOUSE,
                        "database " + database + " lacks the migrations " + missing.getFirst() + " to "
                                + missing.getLast() + ": run tollgate sql migrate");
            }
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    @Override
    public TablePosition position(String table, String topicId, int partition) throws UnavailableException {
        String sql = "SELECT count(), max(record_offset) FROM " + table
                + " WHERE record_topic_id = ? AND record_partition = ?";
        try (PreparedStatement query = connection().prepareStatement(sql)) {
            query.setString(1, topicId);
            query.setInt(2, partition);
            try (ResultSet row = query.executeQuery()) {
                return row.next() && row.getLong(1) > 0
                        ? new TablePosition(row.getLong(1), row.getLong(2) + 1)
                        : new TablePosition(0, 0);
            }
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    @Override
    public long storedPositions(String table, String topicId, int partition) throws UnavailableException {
        String sql =
                "SELECT uniqExact(record_offset) FROM " + table + " WHERE record_topic_id = ? AND record_partition = ?";
        try (PreparedStatement query = connection().prepareStatement(sql)) {
            query.setString(1, topicId);
            query.setInt(2, partition);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    @Override
    public Set<Long> storedOffsets(String table, RowSource source) throws UnavailableException {
        String sql = "SELECT DISTINCT record_offset FROM " + table
                + " WHERE record_topic_id = ? AND record_partition = ? AND record_offset >= ? AND record_offset < ?";
        try (PreparedStatement query = connection().prepareStatement(sql)) {
            query.setString(1, source.topicId());
            query.setInt(2, source.partition().partition());
            query.setLong(3, source.range().from());
            query.setLong(4, source.range().to());
            Set<Long> offsets = new HashSet<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    offsets.add(row.getLong(1));
                }
            }
            return offsets;
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    @Override
    public void noteLost(String table, RowSource source, String reason) throws UnavailableException {
        String sql = "INSERT INTO lost_range (table_name, topic, record_topic_id, record_partition, from_offset,"
                + " to_offset, found_at, reason) VALUES (?, ?, ?, ?, ?, ?, now64(3, 'UTC'), ?)";
        try (PreparedStatement insert = connection().prepareStatement(sql)) {
            insert.setString(1, table);
            insert.setString(2, source.partition().topic());
            insert.setString(3, source.topicId());
            insert.setInt(4, source.partition().partition());
            insert.setLong(5, source.range().from());
            insert.setLong(6, source.range().to());
            insert.setString(7, reason);
            insert.executeUpdate();
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    @Override
    public List<OffsetRange> lostRanges(String table, String topicId, int partition) throws UnavailableException {
        String sql = "SELECT from_offset, to_offset FROM lost_range FINAL WHERE table_name = ? AND record_topic_id = ?"
                + " AND record_partition = ? ORDER BY from_offset, to_offset";
        try (PreparedStatement query = connection().prepareStatement(sql)) {
            query.setString(1, table);
            query.setString(2, topicId);
            query.setInt(3, partition);
            List<OffsetRange> ranges = new ArrayList<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    ranges.add(new OffsetRange(row.getLong(1), row.getLong(2)));
                }
            }
            return ranges;
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    @Override
    public List<StoredApplication> applications(String topicId) throws UnavailableException {
        String sql = "SELECT record_partition, application_id, max(record_offset),"
                + " toUnixTimestamp64Milli(max(recorded_at)) FROM request_journal WHERE record_topic_id = ?"
                + " GROUP BY record_partition, application_id";
        try (PreparedStatement query = connection().prepareStatement(sql)) {
            query.setString(1, topicId);
            List<StoredApplication> applications = new ArrayList<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    applications.add(
                            new StoredApplication(row.getInt(1), row.getString(2), row.getLong(3), row.getLong(4)));
                }
            }
            return applications;
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    @Override
    public Map<Integer, StoredRows> storedRows(TableMapping<?> mapping, RowSource source, int firstMonth, int lastMonth)
            throws UnavailableException {
        String sql = """
            SELECT %1$s AS month, count(), min(record_offset), max(record_offset), sum(record_offset)
            FROM %2$s
            WHERE record_topic_id = ? AND record_partition = ? AND record_offset >= ? AND record_offset < ?
                AND %3$s BETWEEN fromUnixTimestamp64Milli(?, 'UTC') AND fromUnixTimestamp64Milli(?, 'UTC')
            GROUP BY month\
            """.formatted(mapping.monthExpression(), mapping.table(), mapping.partitionTime());
        try (PreparedStatement query = connection().prepareStatement(sql)) {
            query.setString(1, source.topicId());
            query.setInt(2, source.partition().partition());
            query.setLong(3, source.range().from());
            query.setLong(4, source.range().to());
            query.setLong(5, Months.startOf(firstMonth));
            query.setLong(6, Months.endOf(lastMonth));
            Map<Integer, StoredRows> stored = new HashMap<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    stored.put(
                            row.getInt(1),
                            new StoredRows(row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5)));
                }
            }
            return stored;
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    @Override
    public void insert(TableInsert insert, @Nullable String token)
            throws UnavailableException, RejectedInsertException {
        try {
            Connection open = connection();
            InsertSettings settings = settings(insert, token);
            Client client = open.unwrap(ConnectionImpl.class).getClient();
            try (InsertResponse response = client.insert(
                            insert.table(),
                            insert.columns(),
                            out -> out.write(insert.rows()),
                            ClickHouseFormat.RowBinary,
                            settings)
                    .get()) {
                log.debug(
                        "inserted: table={} rows={} token={} queryId={}",
                        insert.table(),
                        insert.rowCount(),
                        token,
                        response.getQueryId());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(e);
        } catch (Exception e) {
            ServerException answer = serverException(e);
            if (answer != null && ABOUT_CONTENT.contains(answer.getCode())) {
                String message = String.valueOf(answer.getMessage());
                Matcher row = ROW.matcher(message);
                throw new RejectedInsertException(message, row.find() ? Integer.parseInt(row.group(1)) : 0, e);
            }
            throw unavailable(e);
        }
    }

    /** Each of these has had another default in some release. */
    private InsertSettings settings(TableInsert insert, @Nullable String token) {
        InsertSettings settings = new InsertSettings()
                .setDatabase(database)
                .serverSetting("async_insert", "0")
                .serverSetting("insert_deduplicate", token == null ? "0" : "1")
                // An insert is one block, so that it is one part.
                .serverSetting("max_insert_block_size", Integer.toString(Math.max(insert.rowCount(), 1)));
        if (knowsDeduplicateInsert) {
            // Overrides insert_deduplicate, and equal rows would be dropped also without a token.
            settings.serverSetting("deduplicate_insert", token == null ? "disable" : "enable");
        }
        if (token != null) {
            settings.setDeduplicationToken(token);
        }
        return settings;
    }

    @Override
    public void close() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException e) {
                log.debug("connection did not close cleanly", e);
            }
        }
    }

    private Connection connection() throws SQLException {
        Connection open = connection;
        if (open == null) {
            open = dataSource.getConnection();
            open.setSchema(database);
            knowsDeduplicateInsert = knows(open, "deduplicate_insert");
            connection = open;
        }
        return open;
    }

    /** A server that does not know a setting rejects the request. Asked of each connection: servers are replaced. */
    private static boolean knows(Connection open, String setting) throws SQLException {
        try (PreparedStatement query = open.prepareStatement("SELECT count() FROM system.settings WHERE name = ?")) {
            query.setString(1, setting);
            try (ResultSet row = query.executeQuery()) {
                return row.next() && row.getLong(1) > 0;
            }
        }
    }

    /** A connection that failed is given up: the driver avoids an endpoint for half a minute after a failure. */
    private UnavailableException unavailable(Exception e) {
        close();
        ServerException answer = serverException(e);
        return new UnavailableException(
                UnavailableException.Part.CLICKHOUSE,
                answer == null ? rootCause(e).toString() : withoutQueryId(String.valueOf(answer.getMessage())),
                e);
    }

    /** The driver's own messages tell attempt, duration and query; what happened is in the last cause. */
    private static Throwable rootCause(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** So that the same failure reads the same each time. */
    private static String withoutQueryId(String message) {
        return QUERY_ID.matcher(message).replaceAll("");
    }

    private static @Nullable ServerException serverException(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ServerException answer) {
                return answer;
            }
        }
        return null;
    }
}
