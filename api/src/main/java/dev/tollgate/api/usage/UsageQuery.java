package dev.tollgate.api.usage;

import dev.tollgate.api.access.Viewer;
import dev.tollgate.api.parameter.TimeRange;
import dev.tollgate.api.parameter.Windows;
import dev.tollgate.api.query.Statement;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The query of a request. Its columns are: start of the window (milliseconds), meter, whether the row is one of the
 * named groups (1) or all others (0), used, late, events, and the value of each group.
 *
 * <p>Days of any time zone, and every other window, are cut in {@code request_journal} itself, by the milliseconds at
 * which they begin: no rollup by the hour could do that for a zone of +05:45. Where all windows are days of UTC and
 * nothing but accounts is asked for, the figures come from the journal's own rollups by day.
 */
final class UsageQuery {
    private static final String USAGE = "verdict IN ('COUNTED', 'VOIDED', 'AMENDED')";

    private final UsageRequest request;
    private final Viewer viewer;
    private final Statement statement = new Statement();

    private UsageQuery(UsageRequest request, Viewer viewer) {
        this.request = request;
        this.viewer = viewer;
    }

    static Statement of(UsageRequest request, Viewer viewer) {
        UsageQuery query = new UsageQuery(request, viewer);
        query.write();
        return query.statement;
    }

    private void write() {
        int groups = request.groups().size();
        if (request.top() == 0) {
            statement.sql("SELECT w, meter_id, 1 AS named, u AS used, l AS late, e AS events" + columns("d", groups)
                    + " FROM (");
            grouped();
            statement.sql(")");
        } else {
            String key = "meter_id" + columns("d", groups);
            statement.sql("WITH grouped AS (");
            grouped();
            statement.sql(") SELECT w, meter_id, named, sum(u) AS used, sum(l) AS late, sum(e) AS events"
                    + columns("g", groups) + " FROM (SELECT w, meter_id, u, l, e, toUInt8((" + key + ") IN (SELECT "
                    + key
                    + " FROM grouped GROUP BY " + key + " ORDER BY sum(u) DESC" + columns("d", groups) + " LIMIT "
                    + request.top() + " BY meter_id)) AS named");
            for (int i = 0; i < groups; i++) {
                statement.sql(", if(named, d" + i + ", '') AS g" + i);
            }
            statement.sql(" FROM grouped) GROUP BY w, meter_id, named" + columns("g", groups));
        }
        String group = columns(request.top() == 0 ? "d" : "g", groups);
        statement.sql(
                switch (request.order()) {
                    case SERIES -> " ORDER BY meter_id, named DESC" + group + ", w";
                    case USED -> " ORDER BY used DESC, meter_id, named DESC" + group + ", w";
                });
    }

    private static String columns(String name, int count) {
        return IntStream.range(0, count).mapToObj(i -> ", " + name + i).collect(Collectors.joining());
    }

    /** A row for each window, meter and group: w, meter_id, u, l, e, d0 and so on. */
    private void grouped() {
        if (isByDay()) {
            groupedByDay();
        } else {
            groupedByEvent();
        }
        statement.sql(" HAVING u != 0" + (request.late() ? " OR l != 0" : "") + (request.events() ? " OR e != 0" : ""));
    }

    /** Whether the rollups by account and day have all that is asked for. */
    private boolean isByDay() {
        return request.windows().areDaysOfUtc()
                && !request.events()
                && request.groups().stream().allMatch(group -> group.name().equals("account"))
                && request.filters().stream()
                        .allMatch(filter -> List.of("account", "meter")
                                .contains(filter.dimension().name()));
    }

    private void groupedByEvent() {
        TimeRange range = request.windows().range();
        statement.sql("SELECT ");
        window("toUnixTimestamp64Milli(occurred_at)");
        statement.sql(" AS w, meter_id, sumIf(cost, " + USAGE + ") AS u, sumIf(cost, verdict = 'LATE') AS l,"
                + " toInt64(countIf(verdict IN ('COUNTED', 'AMENDED'))) - toInt64(countIf(verdict = 'VOIDED')) AS e");
        for (int i = 0; i < request.groups().size(); i++) {
            statement.sql(", ");
            request.groups().get(i).addTo(statement);
            statement.sql(" AS d" + i);
        }
        statement.sql(" FROM (SELECT * FROM request_journal WHERE occurred_at >= fromUnixTimestamp64Milli(");
        statement.value(range.from().toEpochMilli());
        statement.sql(", 'UTC') AND occurred_at < fromUnixTimestamp64Milli(");
        statement.value(range.to().toEpochMilli());
        statement.sql(", 'UTC') AND verdict IN ('COUNTED', 'VOIDED', 'AMENDED', 'LATE')");
        accounts();
        request.filters().stream()
                .filter(filter -> !filter.dimension().isMeter())
                .forEach(filter -> filter.addTo(statement));
        statement.sql(") AS entry ARRAY JOIN CAST(mapKeys(costs), 'Array(String)') AS meter_id,"
                + " mapValues(costs) AS cost WHERE 1");
        request.filters().stream()
                .filter(filter -> filter.dimension().isMeter())
                .forEach(filter -> filter.addTo(statement));
        statement.sql(" GROUP BY w, meter_id" + columns("d", request.groups().size()));
    }

    private void groupedByDay() {
        TimeRange range = request.windows().range();
        String account = request.groups().isEmpty() ? "" : ", account_id";
        // The account has to be in the inner query's key to be filtered by, which the rollup over all lacks.
        boolean byAccount =
                !account.isEmpty() || !request.accounts().isEmpty() || !viewer.seesAll() || hasAccountFilter();
        String key = byAccount ? "account_id, toDate32(occurred_at), verdict" : "toDate32(occurred_at), verdict";
        statement.sql("SELECT ");
        window("toUnixTimestamp64Milli(toDateTime64(day, 3, 'UTC'))");
        statement.sql(" AS w, meter_id, sumIf(cost, " + USAGE + ") AS u, sumIf(cost, verdict = 'LATE') AS l,"
                + " toInt64(0) AS e" + (account.isEmpty() ? "" : ", account_id AS d0")
                + " FROM (SELECT " + (byAccount ? "account_id, " : "")
                + "toDate32(occurred_at) AS day, verdict, sumMap(costs) AS sums FROM request_journal"
                + " WHERE toDate32(occurred_at) >= toDate32(");
        statement.value(day(range.from().toEpochMilli()));
        statement.sql(") AND toDate32(occurred_at) < toDate32(");
        statement.value(day(range.to().toEpochMilli()));
        statement.sql(")");
        accounts();
        request.filters().stream()
                .filter(filter -> !filter.dimension().isMeter())
                .forEach(filter -> filter.addTo(statement));
        statement.sql(" GROUP BY " + key + ") ARRAY JOIN CAST(mapKeys(sums), 'Array(String)') AS meter_id,"
                + " mapValues(sums) AS cost WHERE 1");
        request.filters().stream()
                .filter(filter -> filter.dimension().isMeter())
                .forEach(filter -> filter.addTo(statement));
        statement.sql(" GROUP BY w, meter_id" + (account.isEmpty() ? "" : ", d0"));
    }

    private boolean hasAccountFilter() {
        return request.filters().stream()
                .anyMatch(filter -> filter.dimension().name().equals("account"));
    }

    private static String day(long millis) {
        return LocalDate.ofEpochDay(Math.floorDiv(millis, 86_400_000L)).toString();
    }

    /** The start of the window that a time is in. */
    private void window(String millis) {
        switch (request.windows()) {
            case Windows.Fixed fixed -> {
                String anchor = statement.placeholder(fixed.anchor());
                String size = statement.placeholder(fixed.size());
                statement.sql(
                        "greatest(" + statement.placeholder(fixed.range().from().toEpochMilli()) + ", intDiv(" + millis
                                + " - " + anchor + ", " + size + ") * " + size + " + " + anchor + ")");
            }
            case Windows.Listed listed -> {
                if (listed.starts().length == 1) {
                    statement.value(listed.starts()[0]);
                } else {
                    // Numbers that were computed here, in the text because thousands of them are too long for a URL.
                    statement.sql("roundDown(" + millis + ", ["
                            + Arrays.stream(listed.starts())
                                    .mapToObj(start -> "toInt64(" + start + ")")
                                    .collect(Collectors.joining(","))
                            + "])");
                }
            }
        }
    }

    private void accounts() {
        if (!request.accounts().isEmpty()) {
            statement.sql(" AND account_id IN ").values(request.accounts());
        }
        viewer.restrict(statement);
    }
}
