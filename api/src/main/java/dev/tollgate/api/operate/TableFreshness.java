package dev.tollgate.api.operate;

import dev.tollgate.api.list.Column;
import dev.tollgate.api.list.Listing;
import dev.tollgate.api.list.Scope;
import dev.tollgate.api.list.SortKey;
import dev.tollgate.api.parameter.Dimension;
import dev.tollgate.api.parameter.Dimensions;
import dev.tollgate.api.query.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How far each table has got, by partition of the topic that it is written from. */
public final class TableFreshness implements Listing {
    private static final Dimensions DIMENSIONS = Dimensions.of(Dimension.of(
            "table",
            "table_name",
            List.of("request_journal", "usage_total", "limit_event", "account_state", "dead_letter", "plan_version")));

    private static final List<Column> COLUMNS = List.of(
            Column.text("table", "table_name"),
            Column.text("topic_id", "record_topic_id"),
            Column.number("partition", "record_partition"),
            Column.time("newest_recorded_at", "newest_recorded_at"),
            Column.time("newest_event_at", "newest_event_at"),
            Column.number("age_ms", "greatest(0, asked_at_ms - toUnixTimestamp64Milli(newest_recorded_at))"),
            Column.number("max_offset", "max_offset"),
            Column.number("row_count", "row_count"));

    @Override
    public String name() {
        return "freshness";
    }

    @Override
    public String table() {
        return "request_journal";
    }

    @Override
    public boolean perAccount() {
        return false;
    }

    @Override
    public boolean dependsOnNow() {
        return true;
    }

    @Override
    public void source(Statement statement, Scope scope) {
        statement.sql("(SELECT *, toUnixTimestamp64Milli(now64(3, 'UTC')) AS asked_at_ms FROM ingest_position)");
    }

    @Override
    public boolean descending() {
        return false;
    }

    @Override
    public @Nullable String time() {
        return null;
    }

    @Override
    public List<Column> columns() {
        return COLUMNS;
    }

    @Override
    public Dimensions dimensions() {
        return DIMENSIONS;
    }

    @Override
    public List<SortKey> order() {
        return List.of(SortKey.text("table_name"), SortKey.text("record_topic_id"), SortKey.number("record_partition"));
    }
}
