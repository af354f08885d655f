package dev.tollgate.api.limit;

import dev.tollgate.api.list.Column;
import dev.tollgate.api.list.Listing;
import dev.tollgate.api.list.Scope;
import dev.tollgate.api.list.SortKey;
import dev.tollgate.api.parameter.Dimension;
import dev.tollgate.api.parameter.Dimensions;
import dev.tollgate.api.query.Statement;
import java.util.List;
import java.util.stream.Collectors;

/** What was changed about an account: plans, overrides, suspensions, exemptions, calendars, corrections. */
public final class Timeline {
    private static final List<String> KINDS = List.of(
            "PLAN_CHANGED",
            "PLAN_CHANGE_SCHEDULED",
            "OVERRIDE_CHANGED",
            "CALENDAR_CHANGED",
            "SUSPENDED",
            "REINSTATED",
            "EXEMPTED",
            "EXEMPTION_ENDED",
            "CORRECTED");

    /** The list. */
    public static final Listing LISTING = Listing.of("timeline", "limit_event")
            .alsoFrom("request_journal")
            .source(Timeline::rows)
            .time("at")
            .descending(
                    SortKey.time("at"),
                    SortKey.number("rank"),
                    SortKey.text("limit_event_id"),
                    SortKey.text("command_id"))
            .filters(Dimensions.of(
                    Dimension.of("kind", "kind", KINDS),
                    Dimension.of("limit", "limit_id"),
                    Dimension.of("plan", "plan_id")))
            .columns(
                    Column.time("at", "at"),
                    Column.text("kind", "kind"),
                    Column.optional("plan", "plan_id"),
                    Column.number("plan_version", "plan_version"),
                    Column.optional("limit", "limit_id"),
                    Column.number("amount", "amount"),
                    Column.time("until", "until"),
                    Column.optional("reason", "reason"),
                    Column.optional("command_id", "command_id"),
                    Column.optional("command_topic", "command_topic"),
                    Column.number("command_partition", "command_partition"),
                    Column.number("command_offset", "command_offset"),
                    Column.number("corrected_events", "corrected_events"),
                    Column.map("corrected_costs", "corrected_costs"),
                    Column.time("decided_at", "decided_at"),
                    Column.optional("limit_event_id", "limit_event_id"));

    private Timeline() {}

    private static void rows(Statement statement, Scope scope) {
        String kinds = KINDS.stream().map(kind -> "'" + kind + "'").collect(Collectors.joining(", "));
        statement.sql("(SELECT account_id, event_time AS at, CAST(kind, 'String') AS kind, CAST(plan_id, 'String') AS"
                + " plan_id, CAST(plan_version, 'Nullable(Int64)') AS plan_version, CAST(limit_id, 'String') AS"
                + " limit_id, amount, blocked_until AS until, reason, crossing_event_id AS command_id,"
                + " CAST(crossing_topic, 'String') AS command_topic, crossing_partition AS command_partition,"
                + " crossing_offset AS command_offset, CAST(NULL, 'Nullable(Int64)') AS corrected_events,"
                + " CAST(map(), 'Map(String, Int64)') AS corrected_costs, decided_at, limit_event_id, version AS rank"
                + " FROM limit_event FINAL WHERE kind IN (" + kinds + ")");
        scope.addTo(statement);
        // A correction is one line, however many events of it there are: one that it takes back, and what follows.
        statement.sql(" UNION ALL SELECT account_id, min(recorded_at), 'CORRECTED', '', NULL, '', NULL, NULL, '',"
                + " correction_id, '', NULL, NULL, toInt64(countIf(verdict = 'VOIDED')),"
                + " CAST(sumMapIf(costs, verdict IN ('COUNTED', 'VOIDED', 'AMENDED')), 'Map(String, Int64)'),"
                + " min(recorded_at), '', toInt64(0) FROM request_journal WHERE correction_id != ''");
        scope.addTo(statement);
        statement.sql(" GROUP BY account_id, correction_id)");
    }
}
