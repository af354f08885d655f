package dev.tollgate.cli.demo;

import dev.tollgate.sql.ClickHouseConfig;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What ClickHouse says: its tables, read through the views that analysts use. */
final class ClickHouseLedger implements AutoCloseable {
    private final Connection connection;

    ClickHouseLedger(ClickHouseConfig clickHouse) throws SQLException {
        connection = clickHouse.dataSource().getConnection();
        connection.setSchema(clickHouse.database());
    }

    /** Number of verdicts and dead letters that have landed. */
    long landed() {
        try {
            return single("SELECT (SELECT count() FROM request_journal) + (SELECT count() FROM dead_letter)");
        } catch (SQLException e) {
            throw new IllegalStateException("ClickHouse does not answer", e);
        }
    }

    Ledger read() throws SQLException {
        Map<Ledger.Bucket, Long> totals = new HashMap<>();
        query(
                "SELECT account_id, limit_id, scope_key, toUnixTimestamp64Milli(window_start), used FROM window_total",
                row -> totals.put(bucket(row), row.getLong(5)));
        Set<Ledger.Crossing> alerts = new HashSet<>();
        Set<Ledger.Crossing> blocks = new HashSet<>();
        query("""
            SELECT account_id, limit_id, scope_key,
                   toUnixTimestamp64Milli(ifNull(window_start, event_time)),
                   kind, ifNull(threshold_basis_points, 0)
            FROM limit_event_latest
            WHERE kind IN ('SOFT_LIMIT_REACHED', 'HARD_LIMIT_REACHED')\
            """, row -> {
            if (row.getString(5).equals("HARD_LIMIT_REACHED")) {
                blocks.add(new Ledger.Crossing(bucket(row), Ledger.Crossing.HARD));
            } else {
                alerts.add(new Ledger.Crossing(bucket(row), row.getInt(6)));
            }
        });
        return new Ledger(
                "ClickHouse",
                counts("SELECT verdict, count() FROM request_journal GROUP BY verdict"),
                counts("SELECT reason, count() FROM dead_letter GROUP BY reason"),
                totals,
                alerts,
                blocks);
    }

    /** Usage by account and meter, summed from the hourly roll-up that a materialized view feeds. */
    Map<String, Long> usageByAccountAndMeter() throws SQLException {
        return counts(
                "SELECT concat(account_id, ' ', meter_id), sum(used) FROM usage_by_account_day GROUP BY account_id,"
                        + " meter_id");
    }

    private static Ledger.Bucket bucket(ResultSet row) throws SQLException {
        return new Ledger.Bucket(row.getString(1), row.getString(2), row.getString(3), row.getLong(4));
    }

    private Map<String, Long> counts(String sql) throws SQLException {
        Map<String, Long> counts = new HashMap<>();
        query(sql, row -> counts.put(row.getString(1), row.getLong(2)));
        return counts;
    }

    private long single(String sql) throws SQLException {
        long[] value = new long[1];
        query(sql, row -> value[0] = row.getLong(1));
        return value[0];
    }

    private void query(String sql, RowReader reader) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                reader.read(rows);
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }
}
