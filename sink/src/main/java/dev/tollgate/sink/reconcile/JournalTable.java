package dev.tollgate.sink.reconcile;

import dev.tollgate.sink.internal.clickhouse.OffsetRange;
import dev.tollgate.sink.internal.insert.RepairRun;
import dev.tollgate.sql.ClickHouseConfig;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The table of the journal as {@code tollgate reconcile} reads and mends it. Not thread-safe. */
final class JournalTable implements AutoCloseable {
    static final String NAME = "request_journal";

    /** Offsets of one {@code DELETE}: its text stays far below ClickHouse's bound of 256 KiB. */
    private static final int DELETED_AT_ONCE = 5_000;

    /** The formula of {@link JournalRecord#fingerprint} in SQL. */
    private static final String FINGERPRINT = "intHash64(bitXor(toUInt64(record_offset), bitShiftLeft(toUInt64(CRC32("
            + "concat(account_id, char(1), event_id, char(1), verdict, char(1), correction_id, char(1), project_id,"
            + " char(1), api_key_id, char(1), endpoint, char(1), plan_id, char(1), toString(plan_version), char(1),"
            + " toString(toUnixTimestamp64Milli(occurred_at)),"
            + " arrayStringConcat(arraySort(arrayMap((meter, cost) -> concat(char(1), meter, '=', toString(cost)),"
            + " CAST(mapKeys(costs), 'Array(String)'), mapValues(costs))), '')))), 32)))";

    private final Connection connection;
    private final String topicId;

    /** @param topicId Kafka's id of the journal's topic; rows of another id were read from a topic that is no more */
    JournalTable(ClickHouseConfig config, String topicId) throws SQLException {
        this.topicId = topicId;
        this.connection = config.dataSource().getConnection();
        this.connection.setSchema(config.database());
    }

    /** The rows of a range, summed by blocks. */
    BlockSums sums(int partition, long from, long to, ReconcileOptions options) throws SQLException {
        String sql = "SELECT intDiv(record_offset, " + RepairRun.BLOCK_OFFSETS + ") AS block, toInt64(count()),"
                + " reinterpretAsInt64(sum(" + FINGERPRINT + ")) FROM " + NAME + range() + filter(options)
                + " GROUP BY block";
        BlockSums sums = new BlockSums();
        try (PreparedStatement query = prepare(sql, partition, from, to, options);
                ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                sums.add(rows.getLong(1), rows.getLong(2), rows.getLong(3));
            }
        }
        return sums;
    }

    /** The rows of a range, in the order of their offsets. */
    List<JournalRecord> rows(int partition, long from, long to, ReconcileOptions options) throws SQLException {
        String sql =
                "SELECT record_offset, account_id, event_id, verdict, correction_id, project_id, api_key_id, endpoint,"
                        + " plan_id, plan_version, toUnixTimestamp64Milli(occurred_at),"
                        + " arrayStringConcat(CAST(mapKeys(costs), 'Array(String)'), char(1)),"
                        + " arrayStringConcat(arrayMap(cost -> toString(cost), mapValues(costs)), char(1))"
                        + " FROM " + NAME + range() + filter(options) + " ORDER BY record_offset";
        List<JournalRecord> records = new ArrayList<>();
        try (PreparedStatement query = prepare(sql, partition, from, to, options);
                ResultSet row = query.executeQuery()) {
            while (row.next()) {
                records.add(new JournalRecord(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        row.getString(6),
                        row.getString(7),
                        row.getString(8),
                        row.getString(9),
                        row.getInt(10),
                        Instant.ofEpochMilli(row.getLong(11)),
                        costs(row.getString(12), row.getString(13))));
            }
        }
        return records;
    }

    /** Rows of the partition below an offset. */
    long rowsBelow(int partition, long offset) throws SQLException {
        String sql = "SELECT toInt64(count()) FROM " + NAME + range();
        try (PreparedStatement query = prepare(sql, partition, 0, offset, ReconcileOptions.everything());
                ResultSet row = query.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /** Rows that were read from another topic of the same name, by that topic's id. */
    Map<String, Long> rowsOfOtherTopics() throws SQLException {
        Map<String, Long> rows = new HashMap<>();
        try (PreparedStatement query = connection.prepareStatement("SELECT record_topic_id, toInt64(count()) FROM "
                + NAME + " GROUP BY record_topic_id HAVING record_topic_id != ?")) {
            query.setString(1, topicId);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    rows.put(row.getString(1), row.getLong(2));
                }
            }
        }
        return rows;
    }

    /** Ranges that a sink found lost, by partition. */
    Map<Integer, List<OffsetRange>> lostRanges() throws SQLException {
        Map<Integer, List<OffsetRange>> ranges = new TreeMap<>();
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT record_partition, from_offset, to_offset FROM lost_range FINAL WHERE table_name = '" + NAME
                        + "' AND record_topic_id = ?")) {
            query.setString(1, topicId);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    ranges.computeIfAbsent(row.getInt(1), partition -> new ArrayList<>())
                            .add(new OffsetRange(row.getLong(2), row.getLong(3)));
                }
            }
        }
        return ranges;
    }

    /** Highest offset of a partition that stands, -1 for none. */
    long maxOffset(int partition) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT toInt64(count()), max(record_offset) FROM "
                + NAME + " WHERE record_topic_id = ? AND record_partition = ?")) {
            query.setString(1, topicId);
            query.setInt(2, partition);
            try (ResultSet row = query.executeQuery()) {
                return row.next() && row.getLong(1) > 0 ? row.getLong(2) : -1;
            }
        }
    }

    /** Deletes all rows at some offsets of a partition, and returns when they are gone. */
    void delete(int partition, Collection<Long> offsets) throws SQLException {
        for (List<Long> chunk : chunks(offsets)) {
            // Only ours and plain numbers go into the text; mutations take no parameters.
            execute("ALTER TABLE " + NAME + " DELETE WHERE record_topic_id = '" + topicId + "' AND record_partition = "
                    + partition + " AND record_offset IN (" + list(chunk) + ") SETTINGS mutations_sync = 2");
        }
    }

    /** Makes a rollup anew from the rows. */
    void rebuild(String projection) throws SQLException {
        execute("ALTER TABLE " + NAME + " CLEAR PROJECTION " + projection + " SETTINGS mutations_sync = 2");
        execute("ALTER TABLE " + NAME + " MATERIALIZE PROJECTION " + projection + " SETTINGS mutations_sync = 2");
    }

    Connection connection() {
        return connection;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String range() {
        return " WHERE record_topic_id = ? AND record_partition = ? AND record_offset >= ? AND record_offset < ?";
    }

    private static String filter(ReconcileOptions options) {
        return (options.accountId() == null ? "" : " AND account_id = ?")
                + (options.since() == null ? "" : " AND occurred_at >= toDateTime64(?, 3, 'UTC')")
                + (options.until() == null ? "" : " AND occurred_at < toDateTime64(?, 3, 'UTC')");
    }

    private PreparedStatement prepare(String sql, int partition, long from, long to, ReconcileOptions options)
            throws SQLException {
        PreparedStatement query = connection.prepareStatement(sql);
        query.setString(1, topicId);
        query.setInt(2, partition);
        query.setLong(3, from);
        query.setLong(4, to);
        int next = 5;
        for (@Nullable
        String value :
                new @Nullable String[] {options.accountId(), midnight(options.since()), midnight(options.until())}) {
            if (value != null) {
                query.setString(next++, value);
            }
        }
        return query;
    }

    private static @Nullable String midnight(@Nullable LocalDate day) {
        return day == null ? null : day + " 00:00:00";
    }

    private static Map<String, Long> costs(String meters, String amounts) {
        Map<String, Long> costs = new HashMap<>();
        if (!amounts.isEmpty()) {
            String[] names = meters.split("\1", -1);
            String[] values = amounts.split("\1", -1);
            for (int i = 0; i < values.length; i++) {
                costs.put(names[i], Long.parseLong(values[i]));
            }
        }
        return costs;
    }

    private static List<List<Long>> chunks(Collection<Long> offsets) {
        List<Long> all = offsets.stream().sorted().toList();
        List<List<Long>> chunks = new ArrayList<>();
        for (int i = 0; i < all.size(); i += DELETED_AT_ONCE) {
            chunks.add(all.subList(i, Math.min(all.size(), i + DELETED_AT_ONCE)));
        }
        return chunks;
    }

    private static String list(List<Long> offsets) {
        return offsets.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
