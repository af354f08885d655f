package dev.tollgate.faults.guarantee;

import dev.tollgate.faults.guarantee.Books.Window;
import dev.tollgate.sql.ClickHouseConfig;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/** What ClickHouse says of one round, read anew for every question. */
public final class ClickHouseBooks {
    private final ClickHouseConfig clickHouse;
    private final String prefix;

    /** @param prefix of the round's account ids */
    public ClickHouseBooks(ClickHouseConfig clickHouse, String prefix) {
        this.clickHouse = clickHouse;
        this.prefix = prefix;
    }

    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }

    /** How often each journal entry stands there: by position of the event, verdict and correction. */
    Map<String, Long> journal() throws SQLException {
        return counts("SELECT concat(toString(source_partition), ':', toString(source_offset), ' ', verdict, ' ',"
                + " correction_id), count() FROM request_journal WHERE"
                + " startsWith(account_id, '" + prefix + "') GROUP BY 1");
    }

    /** How often each dead letter stands there: by source topic and position. */
    Map<String, Long> deadLetters() throws SQLException {
        return counts(
                "SELECT concat(source_topic, ' ', toString(source_partition), ':', toString(source_offset)), count()"
                        + " FROM dead_letter GROUP BY 1");
    }

    Map<Window, Long> totals() throws SQLException {
        Map<Window, Long> totals = new HashMap<>();
        query(
                "SELECT account_id, limit_id, scope_key, toUnixTimestamp64Milli(window_start), used FROM window_total"
                        + " WHERE used != 0 AND startsWith(account_id, '" + prefix + "')",
                row -> totals.put(
                        new Window(row.getString(1), row.getString(2), row.getString(3), row.getLong(4)),
                        row.getLong(5)));
        return totals;
    }

    /** Usage by account and meter, from the daily rollup. */
    Map<String, Long> usage() throws SQLException {
        return counts("SELECT concat(account_id, ' ', meter_id), sum(used) AS total FROM usage_by_account_day"
                + " WHERE startsWith(account_id, '" + prefix + "') GROUP BY account_id, meter_id HAVING total != 0");
    }

    /** How often each limit event stands there, by id. */
    Map<String, Long> limitEvents() throws SQLException {
        return counts("SELECT limit_event_id, count() FROM limit_event_latest WHERE startsWith(account_id, '" + prefix
                + "') GROUP BY 1");
    }

    /** Rows, and the highest offset, by table and partition of the topic, as the positions say. */
    Map<String, Reached> positions() throws SQLException {
        Map<String, Reached> positions = new HashMap<>();
        query(
                "SELECT concat(table_name, ' ', toString(record_partition)), row_count, max_offset FROM ingest_position"
                        + " WHERE table_name IN ('request_journal', 'limit_event', 'dead_letter')",
                row -> positions.put(row.getString(1), new Reached(row.getLong(2), row.getLong(3))));
        return positions;
    }

    private Map<String, Long> counts(String sql) throws SQLException {
        Map<String, Long> counts = new HashMap<>();
        query(sql, row -> counts.put(row.getString(1), row.getLong(2)));
        return counts;
    }

    private void query(String sql, RowReader reader) throws SQLException {
        try (Connection connection = clickHouse.dataSource().getConnection()) {
            connection.setSchema(clickHouse.database());
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    reader.read(rows);
                }
            }
        }
    }
}
