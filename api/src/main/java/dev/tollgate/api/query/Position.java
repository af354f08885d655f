package dev.tollgate.api.query;

import dev.tollgate.schemas.text.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;

/**
 * How far a table has got when a query was asked: the answer has all of it, and perhaps some more.
 *
 * @param asOfMillis append time of the newest record that stands, 0 if there is none
 * @param streamMillis its newest event time, 0 if there is none
 * @param lagMillis how long ago, by ClickHouse's clock, the newest record was appended; 0 if there is none
 * @param vector highest offset and number of rows of each partition
 */
public record Position(long asOfMillis, long streamMillis, long lagMillis, String vector) {
    private static final Set<String> TABLES =
            Set.of("request_journal", "limit_event", "account_state", "dead_letter", "plan_version");

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /**
     * Reads it from the table's positions, which is quick whatever the size of the table.
     *
     * @param table one of Tollgate's
     */
    public static Position of(Database database, String table) throws IOException {
        if (!TABLES.contains(table)) {
            throw new IllegalArgumentException(table + " is no table with positions");
        }
        String eventTime = switch (table) {
            case "request_journal" -> "occurred_at";
            case "limit_event" -> "event_time";
            case "account_state" -> "stream_time";
            case "dead_letter" -> "rejected_at";
            default -> "recorded_at";
        };
        Statement statement = new Statement()
                .sql("SELECT record_topic_id, record_partition, toUnixTimestamp64Milli(max(recorded_at)),"
                        + " toUnixTimestamp64Milli(max(" + eventTime + ")), max(record_offset), toInt64(count()),"
                        + " toUnixTimestamp64Milli(now64(3, 'UTC')) FROM " + table
                        + " GROUP BY record_topic_id, record_partition ORDER BY record_topic_id, record_partition");
        long[] newest = {0, 0, 0};
        StringJoiner vector = new StringJoiner(",");
        database.query(statement, TIMEOUT, row -> {
            newest[0] = Math.max(newest[0], row.getLong(3));
            newest[1] = Math.max(newest[1], row.getLong(4));
            newest[2] = row.getLong(7);
            vector.add(row.getString(1) + "/" + row.getInt(2) + "/" + row.getLong(5) + "/" + row.getLong(6));
            return true;
        });
        return new Position(
                newest[0], newest[1], newest[0] == 0 ? 0 : Math.max(0, newest[2] - newest[0]), vector.toString());
    }

    /**
     * The same of a table whose rows are joined with those of others: how fresh it is says the table, whether anything
     * is new all of them.
     *
     * @param others of Tollgate's
     */
    public static Position of(Database database, String table, List<String> others) throws IOException {
        Position position = of(database, table);
        StringJoiner vectors = new StringJoiner(";").add(position.vector());
        for (String other : others) {
            vectors.add(of(database, other).vector());
        }
        return new Position(position.asOfMillis(), position.streamMillis(), position.lagMillis(), vectors.toString());
    }

    /**
     * A weak entity tag: the same question about the same rows has the same tag.
     *
     * @param question everything that the answer depends on beside the rows
     */
    public String entityTag(String question) {
        byte[] digest = Sha256.digest().digest((question + "\n" + vector).getBytes(StandardCharsets.UTF_8));
        return "W/\"" + HexFormat.of().formatHex(digest, 0, 12) + "\"";
    }
}
