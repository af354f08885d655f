package dev.tollgate.api.limit;

import dev.tollgate.api.list.Column;
import dev.tollgate.api.list.Listing;
import dev.tollgate.api.list.Scope;
import dev.tollgate.api.list.SortKey;
import dev.tollgate.api.list.Words;
import dev.tollgate.api.parameter.Dimension;
import dev.tollgate.api.parameter.Dimensions;
import dev.tollgate.api.parameter.Parameters;
import dev.tollgate.api.query.Statement;
import dev.tollgate.schemas.avro.ClearCause;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.Mode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Alerts, blocks, their ends, and changes of accounts, each once, the newest first. An alert or block has its end with
 * it.
 */
public final class LimitEvents {
    private static final String OPEN = "open";

    /** The kinds that end, by an event of the kind {@code LIMIT_CLEARED} that names them. */
    private static final String OPENING =
            "kind IN ('SOFT_LIMIT_REACHED', 'HARD_LIMIT_REACHED', 'ADVISORY_LIMIT_REACHED')";

    private static final String ENDING = "kind = 'LIMIT_CLEARED' AND cleared_event_id != ''";

    /** The list. */
    public static final Listing LISTING = Listing.of("limit-events", "limit_event")
            .time("event_time")
            // Of one account at one time, versions tell what came first.
            .descending(
                    SortKey.time("event_time"),
                    SortKey.text("account_id"),
                    SortKey.number("version"),
                    SortKey.text("limit_event_id"))
            .filters(Dimensions.of(
                    Dimension.of("account", "account_id"),
                    Dimension.of("project", "if(scope = 'PROJECT', scope_key, '')"),
                    Dimension.of("api_key", "if(scope = 'API_KEY', scope_key, '')"),
                    Dimension.of("kind", "kind", Words.of(LimitEventKind.values())),
                    Dimension.of("limit", "limit_id"),
                    Dimension.of("meter", "meter_id"),
                    Dimension.of("mode", "mode", Words.of(Mode.values())),
                    Dimension.of("scope", "scope", Words.of(dev.tollgate.schemas.avro.Scope.values())),
                    Dimension.of("plan", "plan_id"),
                    Dimension.of("cause", "cause", Words.of(ClearCause.values()))))
            .parameter(OPEN, LimitEvents::open)
            .join(LimitEvents::ends)
            .columns(
                    Column.text("limit_event_id", "limit_event_id"),
                    Column.text("account", "account_id"),
                    Column.text("kind", "kind"),
                    Column.time("event_time", "event_time"),
                    Column.optional("limit", "limit_id"),
                    Column.optional("meter", "meter_id"),
                    Column.text("mode", "mode"),
                    Column.text("scope", "scope"),
                    Column.text("scope_key", "scope_key"),
                    Column.text("plan", "plan_id"),
                    Column.number("plan_version", "plan_version"),
                    Column.number("threshold_basis_points", "threshold_basis_points"),
                    Column.number("used", "used"),
                    Column.number("amount", "amount"),
                    Column.number("overshoot", "overshoot"),
                    Column.time("window_start", "window_start"),
                    Column.time("window_end", "window_end"),
                    Column.time("blocked_until", "blocked_until"),
                    // Null, not empty or 1970, where nothing was joined.
                    Column.time("ended_at", "if(" + OPENING + " AND ended_id != '', ended_at, NULL)"),
                    Column.number(
                            "duration_ms",
                            "if(" + OPENING + " AND ended_id != '', toUnixTimestamp64Milli(ended_at)"
                                    + " - toUnixTimestamp64Milli(event_time), NULL)"),
                    Column.optional("ended_by", "if(" + OPENING + ", ended_by, '')"),
                    Column.optional("cause", "cause"),
                    Column.optional("cleared_event_id", "cleared_event_id"),
                    Column.optional("reason", "reason"),
                    Column.optional("correction_id", "correction_id"),
                    Column.optional("crossing_event_id", "crossing_event_id"),
                    Column.optional("crossing_topic", "crossing_topic"),
                    Column.number("crossing_partition", "crossing_partition"),
                    Column.number("crossing_offset", "crossing_offset"),
                    Column.time("decided_at", "decided_at"),
                    Column.time("recorded_at", "recorded_at"),
                    Column.number("version", "version"));

    private LimitEvents() {}

    private static Listing.Condition open(Parameters parameters) {
        if (parameters.list(OPEN, List.of("true")).isEmpty()) {
            return Listing.Condition.NONE;
        }
        return (statement, scope) -> {
            statement.sql(" AND " + OPENING + " AND (account_id, limit_event_id) NOT IN (SELECT account_id,"
                    + " cleared_event_id FROM limit_event FINAL WHERE " + ENDING);
            scope.addTo(statement);
            statement.sql(")");
        };
    }

    private static void ends(Statement statement, Scope scope, @Nullable Runnable page) {
        statement.sql(" LEFT JOIN (SELECT account_id AS ended_account, cleared_event_id AS ended_id, min(event_time) AS"
                + " ended_at, CAST(argMin(cause, event_time), 'String') AS ended_by FROM (SELECT account_id,"
                + " cleared_event_id, event_time, cause FROM limit_event FINAL WHERE " + ENDING);
        scope.addTo(statement);
        if (page != null) {
            statement.sql(" AND account_id IN (SELECT account_id FROM ");
            page.run();
            statement.sql(")");
        }
        statement.sql(") GROUP BY ended_account, ended_id) AS ended ON entry.account_id = ended.ended_account AND"
                + " entry.limit_event_id = ended.ended_id");
    }
}
