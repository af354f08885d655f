package dev.tollgate.cli.demo;

import dev.tollgate.sql.ClickHouseConfig;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What ClickHouse says: its tables, read through the views that analysts use. */
final class ClickHouseLedger implements AutoCloseable {
    private final Connection connection;
    private final Set<String> windowedLimits;

    /** @param windowedLimits {@link DemoPlans#windowedLimits}: a limit event does not say how its limit counts */
    ClickHouseLedger(ClickHouseConfig clickHouse, Set<String> windowedLimits) throws SQLException {
        this.windowedLimits = windowedLimits;
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

    DemoLedger read() throws SQLException {
        Map<DemoLedger.Bucket, Long> totals = new HashMap<>();
        query(
                "SELECT account_id, limit_id, scope_key, toUnixTimestamp64Milli(window_start), used FROM window_total",
                row -> totals.put(bucket(row), row.getLong(5)));
        Map<DemoLedger.Crossing, DemoLedger.Reached> alerts = new HashMap<>();
        Map<DemoLedger.Crossing, DemoLedger.Reached> blocks = new HashMap<>();
        Map<DemoLedger.Crossing, DemoLedger.Reached> advice = new HashMap<>();
        query("""
            SELECT account_id, limit_id, scope_key, toUnixTimestamp64Milli(ifNull(window_start, event_time)),
                   kind, plan_id, crossing_event_id, ifNull(threshold_basis_points, 0), used,
                   if(isNull(blocked_until), -1, toUnixTimestamp64Milli(assumeNotNull(blocked_until)))
            FROM limit_event_latest
            WHERE kind IN ('SOFT_LIMIT_REACHED', 'HARD_LIMIT_REACHED', 'ADVISORY_LIMIT_REACHED')\
            """, row -> {
            Map<DemoLedger.Crossing, DemoLedger.Reached> crossings = switch (row.getString(5)) {
                case "HARD_LIMIT_REACHED" -> blocks;
                case "SOFT_LIMIT_REACHED" -> alerts;
                default -> advice;
            };
            boolean windowed = windowedLimits.contains(row.getString(6) + " " + row.getString(2));
            crossings.put(
                    new DemoLedger.Crossing(
                            new DemoLedger.Bucket(
                                    row.getString(1),
                                    row.getString(2),
                                    row.getString(3),
                                    windowed ? row.getLong(4) : DemoLedger.Crossing.NO_WINDOW),
                            row.getString(7),
                            row.getInt(8)),
                    DemoLedger.Reached.of(row.getLong(9), row.getLong(10)));
        });
        Map<DemoLedger.LimitKey, DemoLedger.Level> levels = new HashMap<>();
        query(
                """
                SELECT account_id, tupleElement(bucket, 'limit_id'), tupleElement(bucket, 'scope_key'),
                       tupleElement(bucket, 'algorithm') = 'FIXED_WINDOW', tupleElement(bucket, 'used'),
                       toUnixTimestamp64Milli(assumeNotNull(tupleElement(bucket, 'window_end')))
                FROM account_state FINAL ARRAY JOIN buckets AS bucket
                WHERE isNotNull(tupleElement(bucket, 'window_end'))\
                """,
                row -> levels.put(
                        new DemoLedger.LimitKey(row.getString(1), row.getString(2), row.getString(3)),
                        new DemoLedger.Level(row.getBoolean(4), row.getLong(5), row.getLong(6))));
        return new DemoLedger(
                "ClickHouse",
                counts("SELECT verdict, count() FROM request_journal GROUP BY verdict"),
                counts("SELECT reason, count() FROM dead_letter GROUP BY reason"),
                totals,
                // From the daily roll-up, a projection of the journal.
                counts("SELECT concat(account_id, ' ', meter_id), sum(used) FROM usage_by_account_day"
                        + " GROUP BY account_id, meter_id"),
                alerts,
                blocks,
                advice,
                levels,
                counts("SELECT account_id, toUnixTimestamp64Milli(stream_time) FROM account_state FINAL"
                        + " WHERE scope = 'ACCOUNT' AND source_offset >= 0"));
    }

    private static DemoLedger.Bucket bucket(ResultSet row) throws SQLException {
        return new DemoLedger.Bucket(row.getString(1), row.getString(2), row.getString(3), row.getLong(4));
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
