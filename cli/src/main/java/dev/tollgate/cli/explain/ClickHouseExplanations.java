package dev.tollgate.cli.explain;

import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.avro.ClearCause;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.Verdict;
import dev.tollgate.sql.ClickHouseConfig;
import dev.tollgate.streams.explain.Explanation;
import dev.tollgate.streams.explain.Explanation.LimitUsage;
import dev.tollgate.streams.explain.ReplayOutcome;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Explains limit events out of the tables, which keep what the topics have forgotten. Nothing can be replayed from
 * them, and they do not have the commands of operators.
 */
final class ClickHouseExplanations {
    private static final String EVENT = """
        SELECT account_id, limit_event_id, kind, limit_id, meter_id, mode, scope, scope_key, plan_id, plan_version,
               cause, reason, cleared_event_id, correction_id, crossing_event_id, crossing_topic,
               crossing_partition, crossing_offset, threshold_basis_points, used, amount, overshoot, version,
               toUnixTimestamp64Milli(event_time) AS event_time_ms,
               toUnixTimestamp64Milli(decided_at) AS decided_at_ms,
               toUnixTimestamp64Milli(recorded_at) AS recorded_at_ms,
               toUnixTimestamp64Milli(window_start) AS window_start_ms,
               toUnixTimestamp64Milli(window_end) AS window_end_ms,
               toUnixTimestamp64Milli(blocked_until) AS blocked_until_ms
        FROM limit_event_latest WHERE limit_event_id = ? AND (account_id = ? OR ? = '')
        LIMIT 1\
        """;

    private static final String ENTRY = """
        SELECT event_id, verdict, project_id, api_key_id, endpoint, outcome, producer, plan_id, plan_version,
               units, input_tokens, output_items, duration_ms, correction_id,
               source_topic, source_partition, source_offset, record_offset,
               costs[?] AS cost,
               toUnixTimestamp64Milli(occurred_at) AS occurred_at_ms,
               toUnixTimestamp64Milli(appended_at) AS appended_at_ms
        FROM request_journal\
        """;

    /** The record that caused the event. */
    private static final String CROSSING = ENTRY + """
         WHERE account_id = ? AND source_topic = ? AND source_partition = ? AND source_offset = ?
           AND correction_id = '' AND verdict != 'VOIDED'
        LIMIT 1\
        """;

    /** What counts on the limit, up to the record that caused the event, or up to the event where time did. */
    private static final String COUNTING = """
         WHERE account_id = ?
           AND verdict IN ('COUNTED', 'VOIDED', 'AMENDED') AND cost != 0 AND NOT has(late_limits, ?)
           AND (? < 0 OR occurred_at >= fromUnixTimestamp64Milli(?))
           AND (? < 0 OR occurred_at < fromUnixTimestamp64Milli(?))
           AND (? IN ('', '*') OR (? = 'PROJECT' AND project_id = ?) OR (? = 'API_KEY' AND api_key_id = ?))
           AND if(? >= 0, record_offset <= ?, recorded_at <= fromUnixTimestamp64Milli(?))\
        """;

    static {
        AvroTypes.trust();
    }

    private final ClickHouseConfig config;

    ClickHouseExplanations(ClickHouseConfig config) {
        this.config = config;
    }

    /**
     * Explains an event.
     *
     * @param accountId whose it is; null if that is not known
     * @param calls how many of the last calls are shown
     * @param why says why the log was not used
     * @return empty if the tables do not have it
     */
    Optional<Explanation> explain(String limitEventId, @Nullable String accountId, int calls, String why)
            throws SQLException {
        try (Connection connection = config.dataSource().getConnection()) {
            connection.setSchema(config.database());
            try (PreparedStatement statement = connection.prepareStatement(EVENT)) {
                bind(statement, limitEventId, text(accountId), text(accountId));
                try (ResultSet row = statement.executeQuery()) {
                    return row.next() ? Optional.of(explanation(connection, row, calls, why)) : Optional.empty();
                }
            }
        }
    }

    private static Explanation explanation(Connection connection, ResultSet row, int calls, String why)
            throws SQLException {
        LimitEvent event = event(row);
        long recordedAtMillis = row.getLong("recorded_at_ms");
        UsageJournalEntry crossing = null;
        long crossingOffset = -1;
        if (event.getCrossingOffset() != null) {
            try (PreparedStatement statement = connection.prepareStatement(CROSSING)) {
                bind(
                        statement,
                        text(event.getMeterId()),
                        event.getAccountId(),
                        text(event.getCrossingTopic()),
                        event.getCrossingPartition(),
                        event.getCrossingOffset());
                try (ResultSet found = statement.executeQuery()) {
                    if (found.next()) {
                        crossing = entry(event, found);
                        crossingOffset = found.getLong("record_offset");
                    }
                }
            }
        }
        LimitUsage usage = event.getLimitId() == null || event.getMeterId() == null
                ? null
                : usage(connection, event, crossingOffset, recordedAtMillis, calls);
        ReplayOutcome notReplayed = new ReplayOutcome(ReplayOutcome.Result.LOG_EXPIRED, List.of(why), 0);
        return new Explanation(Explanation.Origin.CLICKHOUSE, event, null, usage, crossing, List.of(), notReplayed);
    }

    private static LimitUsage usage(
            Connection connection, LimitEvent event, long crossingOffset, long recordedAtMillis, int calls)
            throws SQLException {
        String meter = text(event.getMeterId());
        long fromMillis = millis(event.getWindowStart());
        long toMillis = millis(event.getWindowEnd());
        String scope = event.getScope().name();
        Object[] conditions = {
            event.getAccountId(),
            text(event.getLimitId()),
            fromMillis,
            fromMillis,
            toMillis,
            toMillis,
            event.getScopeKey(),
            scope,
            event.getScopeKey(),
            scope,
            event.getScopeKey(),
            crossingOffset,
            crossingOffset,
            recordedAtMillis
        };
        List<UsageJournalEntry> last = new ArrayList<>();
        String newestFirst = ENTRY + COUNTING + " ORDER BY recorded_at DESC, record_offset DESC LIMIT " + calls;
        try (PreparedStatement statement = connection.prepareStatement(newestFirst)) {
            bind(statement, meter, conditions);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    last.add(entry(event, rows));
                }
            }
        }
        Collections.reverse(last);
        String sums = "SELECT count(), sum(costs[?] AS cost) FROM request_journal" + COUNTING;
        try (PreparedStatement statement = connection.prepareStatement(sums)) {
            bind(statement, meter, conditions);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new LimitUsage(last, row.getLong(1), row.getLong(2));
            }
        }
    }

    private static LimitEvent event(ResultSet row) throws SQLException {
        return LimitEvent.newBuilder()
                .setAccountId(row.getString("account_id"))
                .setLimitEventId(row.getString("limit_event_id"))
                .setKind(LimitEventKind.valueOf(row.getString("kind")))
                .setLimitId(nonEmpty(row.getString("limit_id")))
                .setMeterId(nonEmpty(row.getString("meter_id")))
                .setMode(Mode.valueOf(row.getString("mode")))
                .setScope(Scope.valueOf(row.getString("scope")))
                .setScopeKey(row.getString("scope_key"))
                .setPlanId(row.getString("plan_id"))
                .setPlanVersion(row.getInt("plan_version"))
                .setCause(row.getString("cause").isEmpty() ? null : ClearCause.valueOf(row.getString("cause")))
                .setReason(nonEmpty(row.getString("reason")))
                .setClearedEventId(nonEmpty(row.getString("cleared_event_id")))
                .setCorrectionId(nonEmpty(row.getString("correction_id")))
                .setCrossingEventId(nonEmpty(row.getString("crossing_event_id")))
                .setCrossingTopic(nonEmpty(row.getString("crossing_topic")))
                .setCrossingPartition(integer(row, "crossing_partition"))
                .setCrossingOffset(number(row, "crossing_offset"))
                .setThresholdBasisPoints(integer(row, "threshold_basis_points"))
                .setUsed(number(row, "used"))
                .setAmount(number(row, "amount"))
                .setOvershoot(number(row, "overshoot"))
                .setVersion(row.getLong("version"))
                .setEventTime(Instant.ofEpochMilli(row.getLong("event_time_ms")))
                .setDecidedAt(Instant.ofEpochMilli(row.getLong("decided_at_ms")))
                .setWindowStart(instant(row, "window_start_ms"))
                .setWindowEnd(instant(row, "window_end_ms"))
                .setBlockedUntil(instant(row, "blocked_until_ms"))
                .build();
    }

    /** With what it costs on the meter of the event; the labels of the call are not read. */
    private static UsageJournalEntry entry(LimitEvent event, ResultSet row) throws SQLException {
        String meter = event.getMeterId();
        return UsageJournalEntry.newBuilder()
                .setAccountId(event.getAccountId())
                .setEventId(row.getString("event_id"))
                .setVerdict(Verdict.valueOf(row.getString("verdict")))
                .setOccurredAt(Instant.ofEpochMilli(row.getLong("occurred_at_ms")))
                .setAppendedAt(Instant.ofEpochMilli(row.getLong("appended_at_ms")))
                .setProjectId(nonEmpty(row.getString("project_id")))
                .setApiKeyId(nonEmpty(row.getString("api_key_id")))
                .setEndpoint(row.getString("endpoint"))
                .setOutcome(Outcome.valueOf(row.getString("outcome")))
                .setUnits(number(row, "units"))
                .setInputTokens(number(row, "input_tokens"))
                .setOutputItems(number(row, "output_items"))
                .setDurationMs(number(row, "duration_ms"))
                .setProducer(row.getString("producer"))
                .setAttributes(Map.of())
                .setPlanId(row.getString("plan_id"))
                .setPlanVersion(row.getInt("plan_version"))
                .setCosts(meter == null ? Map.of() : Map.of(meter, row.getLong("cost")))
                .setCorrectionId(nonEmpty(row.getString("correction_id")))
                .setSourceTopic(row.getString("source_topic"))
                .setSourcePartition(row.getInt("source_partition"))
                .setSourceOffset(row.getLong("source_offset"))
                .build();
    }

    private static void bind(PreparedStatement statement, Object first, Object... others) throws SQLException {
        statement.setObject(1, first);
        for (int i = 0; i < others.length; i++) {
            statement.setObject(i + 2, others[i]);
        }
    }

    private static @Nullable Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    private static @Nullable Integer integer(ResultSet row, String column) throws SQLException {
        int value = row.getInt(column);
        return row.wasNull() ? null : value;
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Long millis = number(row, column);
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }

    private static long millis(@Nullable Instant time) {
        return time == null ? -1 : time.toEpochMilli();
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static @Nullable String nonEmpty(String text) {
        return text.isEmpty() ? null : text;
    }
}
