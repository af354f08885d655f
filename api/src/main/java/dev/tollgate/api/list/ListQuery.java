package dev.tollgate.api.list;

import dev.tollgate.api.parameter.TimeRange;
import dev.tollgate.api.query.Statement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The query of a request for a list: rows are chosen, ordered and cut off first, and what is joined to them is looked
 * up for these alone. Its columns are those of the list, then the sort keys.
 */
final class ListQuery {
    private final Listing listing;
    private final ListRequest request;
    private final Scope scope;

    /** @param scope whose rows are chosen */
    ListQuery(Listing listing, ListRequest request, Scope scope) {
        this.listing = listing;
        this.request = request;
        this.scope = scope;
    }

    /**
     * The query.
     *
     * @param rows how many at most; 0 for all
     */
    Statement statement(int rows) {
        Statement statement = new Statement();
        List<String> selected = new ArrayList<>();
        listing.columns().forEach(column -> selected.add(column.selected()));
        listing.order().forEach(key -> selected.add(key.selected()));
        statement.sql("SELECT ");
        for (int i = 0; i < selected.size(); i++) {
            statement.sql((i == 0 ? "" : ", ") + selected.get(i) + " AS out" + i);
        }
        statement.sql(" FROM ");
        chosen(statement, rows);
        statement.sql(" AS entry");
        listing.addJoin(statement, scope, rows == 0 ? null : () -> chosen(statement, rows));
        statement.sql(order());
        return statement;
    }

    private void chosen(Statement statement, int rows) {
        statement.sql("(SELECT * FROM ");
        listing.addSource(statement, scope);
        statement.sql(" WHERE 1");
        scope.addTo(statement);
        time(statement);
        request.filters().forEach(filter -> filter.addTo(statement));
        request.condition().addTo(statement, scope);
        after(statement, request.cursor());
        if (rows > 0) {
            statement.sql(order() + " LIMIT " + rows);
        }
        statement.sql(")");
    }

    private void time(Statement statement) {
        TimeRange range = request.range();
        if (listing.time() == null || range.isEverything()) {
            return;
        }
        statement
                .sql(" AND " + listing.time() + " >= fromUnixTimestamp64Milli(")
                .value(range.from().toEpochMilli())
                .sql(", 'UTC') AND " + listing.time() + " < fromUnixTimestamp64Milli(")
                .value(range.to().toEpochMilli())
                .sql(", 'UTC')");
    }

    private void after(Statement statement, @Nullable Cursor cursor) {
        if (cursor == null) {
            return;
        }
        String direction = listing.descending() ? "<" : ">";
        SortKey first = listing.order().getFirst();
        if (first.isTime()) {
            // Says nothing new, but leaves out the months of the pages before.
            statement.sql(" AND " + first.sql() + " " + direction + "= ");
            first.addValue(statement, cursor.keys().getFirst());
        }
        statement.sql(" AND (" + keys(", ") + ") " + direction + " (");
        for (int i = 0; i < cursor.keys().size(); i++) {
            statement.sql(i == 0 ? "" : ", ");
            listing.order().get(i).addValue(statement, cursor.keys().get(i));
        }
        statement.sql(")");
    }

    private String order() {
        String direction = listing.descending() ? " DESC" : "";
        return " ORDER BY " + keys(direction + ", ") + direction;
    }

    private String keys(String separator) {
        return listing.order().stream().map(SortKey::sql).collect(Collectors.joining(separator));
    }

    /** The values of a row. */
    List<@Nullable Object> values(ResultSet row) throws SQLException {
        List<@Nullable Object> values = new ArrayList<>();
        for (int i = 0; i < listing.columns().size(); i++) {
            values.add(listing.columns().get(i).value(row, i + 1, request.range()));
        }
        return values;
    }

    /** Where a page that ends with a row ends. */
    Cursor cursorAt(ResultSet row) throws SQLException {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < listing.order().size(); i++) {
            int index = listing.columns().size() + i + 1;
            keys.add(listing.order().get(i).isNumber() ? Long.toString(row.getLong(index)) : row.getString(index));
        }
        return new Cursor(
                request.question(),
                request.range().from().toEpochMilli(),
                request.range().to().toEpochMilli(),
                keys);
    }
}
