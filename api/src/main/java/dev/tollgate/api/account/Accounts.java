package dev.tollgate.api.account;

import dev.tollgate.api.list.Column;
import dev.tollgate.api.list.Listing;
import dev.tollgate.api.list.Scope;
import dev.tollgate.api.list.SortKey;
import dev.tollgate.api.parameter.Dimension;
import dev.tollgate.api.parameter.Dimensions;
import dev.tollgate.api.query.Statement;
import java.util.List;

/** All accounts, those that are closest to one of their limits first. */
public final class Accounts {
    /** Basis points of the whole amount. */
    private static final int FULL = 10_000;

    /** The list. */
    public static final Listing LISTING = Listing.of("accounts", "account_state")
            .dependsOnNow()
            .source(Accounts::rows)
            .ascending(SortKey.number("-share"), SortKey.text("account_id"))
            .filters(Dimensions.of(
                    Dimension.of("account", "account_id"),
                    Dimension.of("state", "state", List.of("suspended", "exempt", "blocked", "warned", "ok")),
                    Dimension.of("plan", "plan_id"),
                    Dimension.of("limit", "limit_id")))
            .columns(
                    Column.text("account", "account_id"),
                    Column.text("state", "state"),
                    Column.text("plan", "plan_id"),
                    Column.number("plan_version", "plan_version"),
                    Column.optional("limit", "limit_id"),
                    Column.optional("meter", "meter_id"),
                    Column.optional("scope", "scope"),
                    Column.optional("scope_key", "scope_key"),
                    Column.number("used", "if(share < 0, NULL, used)"),
                    Column.number("amount", "amount"),
                    Column.number("share_basis_points", "if(share < 0, NULL, share)"),
                    Column.time("window_end", "window_end"),
                    Column.time("blocked_until", "blocked_until"),
                    Column.time("suspended_until", "suspended_until"),
                    Column.optional("suspension_reason", "suspension_reason"),
                    Column.time("stream_time", "account_stream_time"),
                    Column.time("as_of", "account_as_of"));

    private Accounts() {}

    private static void rows(Statement statement, Scope scope) {
        // What is over does not count: a window that has ended is empty, though no snapshot says so yet.
        statement.sql("(SELECT account_id, argMax(plan, version) AS plan_id, argMax(plan_no, version) AS plan_version,"
                + " argMax(is_suspended, version) AS suspended_now, argMax(is_exempt, version) AS exempt_now,"
                // An aggregate leaves out null, of which the newest is to be told as well.
                + " tupleElement(argMax(tuple(until), version), 1) AS suspended_until,"
                + " argMax(because, version) AS suspension_reason,"
                + " max(at) AS account_stream_time, max(appended) AS account_as_of, max(basis_points) AS share,"
                + " argMax(tightest, (basis_points, name, whose)) AS first,"
                + " if(share < 0, '', tupleElement(first, 1)) AS limit_id,"
                + " if(share < 0, '', tupleElement(first, 2)) AS meter_id,"
                + " if(share < 0, '', tupleElement(first, 3)) AS scope,"
                + " if(share < 0, '', tupleElement(first, 4)) AS scope_key, tupleElement(first, 5) AS used,"
                + " if(share < 0, NULL, tupleElement(first, 6)) AS amount,"
                + " if(share < 0, NULL, tupleElement(first, 7)) AS window_end,"
                + " max(if(is_blocked, until_free, NULL)) AS blocked_until,"
                + " multiIf(suspended_now, 'suspended', exempt_now, 'exempt', max(is_blocked), 'blocked',"
                + " max(is_warned), 'warned', 'ok') AS state FROM ("
                + "SELECT account_id, version, plan_id AS plan, plan_version AS plan_no, exempt AS is_exempt,"
                + " suspended AND coalesce(suspended_until > now64(3, 'UTC'), true) AS is_suspended,"
                + " suspended_until AS until, suspension_reason AS because, stream_time AS at, as_of AS appended,"
                + " tupleElement(bucket, 'limit_id') AS name, tupleElement(bucket, 'scope_key') AS whose,"
                + " tupleElement(bucket, 'amount') AS most, "
                + UsedNow.sql(
                        "tupleElement(bucket, 'algorithm')",
                        "most",
                        "tupleElement(bucket, 'used')",
                        "tupleElement(bucket, 'period_ms')",
                        "tupleElement(bucket, 'window_end')",
                        "stream_time")
                + " AS level,"
                + " tupleElement(bucket, 'blocked_until') AS until_free,"
                + " name != '' AND tupleElement(bucket, 'mode') = 'ENFORCE'"
                + " AND coalesce(tupleElement(bucket, 'window_end') > now64(3, 'UTC'), true) AS is_live,"
                + " is_live AND coalesce(until_free > now64(3, 'UTC'), false) AS is_blocked,"
                + " is_live AND (tupleElement(bucket, 'soft_reached') OR tupleElement(bucket, 'hard_reached')) AS"
                + " is_warned, toInt64(multiIf(NOT is_live OR most IS NULL, -1, most <= 0, " + FULL
                + ", least(intDiv(toInt128(level) * " + FULL + ", toInt128(greatest(1, assumeNotNull(most)))),"
                + " 1000000000))) AS basis_points, tuple(name, tupleElement(bucket, 'meter_id'),"
                + " tupleElement(bucket, 'scope'), whose, level, most, tupleElement(bucket, 'window_end')) AS tightest"
                + " FROM account_state FINAL LEFT ARRAY JOIN buckets AS bucket WHERE 1");
        scope.addTo(statement);
        statement.sql(") GROUP BY account_id)");
    }
}
