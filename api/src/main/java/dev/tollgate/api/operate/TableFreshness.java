package dev.tollgate.api.operate;

import dev.tollgate.api.list.Column;
import dev.tollgate.api.list.Listing;
import dev.tollgate.api.list.SortKey;
import dev.tollgate.api.parameter.Dimension;
import dev.tollgate.api.parameter.Dimensions;
import java.util.List;

/** How far each table has got, by partition of the topic that it is written from. */
public final class TableFreshness {
    /** The list. */
    public static final Listing LISTING = Listing.of("freshness", "request_journal")
            .ofNoAccount()
            .dependsOnNow()
            .source((statement, scope) -> statement.sql(
                    "(SELECT *, toUnixTimestamp64Milli(now64(3, 'UTC')) AS asked_at_ms FROM ingest_position)"))
            .ascending(SortKey.text("table_name"), SortKey.text("record_topic_id"), SortKey.number("record_partition"))
            .filters(Dimensions.of(Dimension.of(
                    "table",
                    "table_name",
                    List.of(
                            "request_journal",
                            "usage_total",
                            "limit_event",
                            "account_state",
                            "dead_letter",
                            "plan_version"))))
            .columns(
                    Column.text("table", "table_name"),
                    Column.text("topic_id", "record_topic_id"),
                    Column.number("partition", "record_partition"),
                    Column.time("newest_recorded_at", "newest_recorded_at"),
                    Column.time("newest_event_at", "newest_event_at"),
                    Column.number("age_ms", "greatest(0, asked_at_ms - toUnixTimestamp64Milli(newest_recorded_at))"),
                    Column.number("max_offset", "max_offset"),
                    Column.number("row_count", "row_count"));

    private TableFreshness() {}
}
