package dev.tollgate.api.account;

import dev.tollgate.api.list.Column;
import dev.tollgate.api.list.Listing;
import dev.tollgate.api.list.Scope;
import dev.tollgate.api.list.SortKey;
import dev.tollgate.api.list.Words;
import dev.tollgate.api.parameter.Dimension;
import dev.tollgate.api.parameter.Dimensions;
import dev.tollgate.api.query.Statement;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Mode;
import java.util.List;

/** Where each limit of an account stands, and of each of its projects and API keys, as it is enforced. */
public final class LiveLimits {
    /** Of a bucket. */
    private static final List<String> MEMBERS = List.of(
            "limit_id",
            "meter_id",
            "algorithm",
            "mode",
            "scope",
            "scope_key",
            "amount",
            "used",
            "window_start",
            "window_end",
            "period_ms",
            "soft_reached",
            "hard_reached",
            "blocked_until");

    /** The list. */
    public static final Listing LISTING = Listing.of("limits", "account_state")
            .dependsOnNow()
            .alsoLive()
            .source(LiveLimits::rows)
            .ascending(
                    SortKey.text("scope"),
                    SortKey.text("scope_key"),
                    SortKey.text("limit_id"),
                    SortKey.text("account_id"))
            .filters(Dimensions.of(
                    Dimension.of("project", "if(scope = 'PROJECT', scope_key, '')"),
                    Dimension.of("api_key", "if(scope = 'API_KEY', scope_key, '')"),
                    Dimension.of("scope", "scope", Words.of(dev.tollgate.schemas.avro.Scope.values())),
                    Dimension.of("limit", "limit_id"),
                    Dimension.of("meter", "meter_id"),
                    Dimension.of("algorithm", "algorithm", Words.of(Algorithm.values())),
                    Dimension.of("mode", "mode", Words.of(Mode.values()))))
            .columns(
                    Column.text("limit", "limit_id"),
                    Column.text("meter", "meter_id"),
                    Column.text("scope", "scope"),
                    Column.text("scope_key", "scope_key"),
                    Column.text("algorithm", "algorithm"),
                    Column.text("mode", "mode"),
                    Column.number("amount", "amount"),
                    Column.number("used", "used"),
                    Column.number("used_now", "used_now"),
                    Column.number(
                            "remaining", "if(amount IS NULL, NULL, greatest(0, assumeNotNull(amount) - used_now))"),
                    Column.time("window_start", "window_start"),
                    Column.time("window_end", "window_end"),
                    Column.flag("window_over", "is_over"),
                    Column.number("period_ms", "period_ms"),
                    Column.flag("soft_reached", "soft_reached"),
                    Column.flag("hard_reached", "hard_reached"),
                    Column.time("blocked_until", "blocked_until"),
                    Column.flag("blocked", "toBool(coalesce(blocked_until > now64(3, 'UTC'), false))"),
                    Column.flag("exempt", "exempt"),
                    Column.flag("suspended", "toBool(suspended AND coalesce(suspended_until > now64(3, 'UTC'), true))"),
                    Column.time("suspended_until", "suspended_until"),
                    Column.text("plan", "plan_id"),
                    Column.number("plan_version", "plan_version"),
                    Column.time("stream_time", "at"),
                    Column.time("as_of", "appended"),
                    Column.number("version", "version"));

    private LiveLimits() {}

    private static void rows(Statement statement, Scope scope) {
        statement.sql(
                "(SELECT account_id, plan_id, plan_version, exempt, suspended, suspended_until, stream_time AS at,"
                        + " as_of AS appended, version");
        for (String member : MEMBERS) {
            statement.sql(", tupleElement(bucket, '" + member + "') AS " + member);
        }
        statement.sql(", toBool(" + UsedNow.isOver("algorithm", "window_end") + ") AS is_over, "
                + UsedNow.sql("algorithm", "amount", "used", "period_ms", "window_end", "at")
                + " AS used_now FROM (SELECT account_id, scope AS row_scope, plan_id, plan_version, exempt, suspended,"
                + " suspended_until, stream_time, as_of, version, buckets FROM account_state FINAL WHERE 1");
        scope.addTo(statement);
        // The row of a project or key stays when nothing of it is in use any more.
        statement.sql(
                ") ARRAY JOIN buckets AS bucket WHERE row_scope = 'ACCOUNT' OR coalesce(window_end > now64(3, 'UTC'),"
                        + " true))");
    }
}
