package dev.tollgate.api.event;

import dev.tollgate.api.list.Column;
import dev.tollgate.api.list.Listing;
import dev.tollgate.api.list.SortKey;
import dev.tollgate.api.list.Words;
import dev.tollgate.api.parameter.Dimension;
import dev.tollgate.api.parameter.Dimensions;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Verdict;

/** The entries of the journal: what became of each request event, the newest first. */
public final class Events {
    /** The list. */
    public static final Listing LISTING = Listing.of("events", "request_journal")
            .sourceWithoutDuplicates()
            .time("occurred_at")
            .descending(
                    SortKey.time("occurred_at"),
                    SortKey.text("account_id"),
                    SortKey.number("record_partition"),
                    SortKey.number("record_offset"),
                    SortKey.text("record_topic_id"))
            .filters(Dimensions.withAttributes(
                    Dimension.of("account", "account_id"),
                    Dimension.of("project", "project_id"),
                    Dimension.of("api_key", "api_key_id"),
                    Dimension.of("endpoint", "endpoint"),
                    Dimension.of("outcome", "outcome", Words.of(Outcome.values())),
                    Dimension.of("verdict", "verdict", Words.of(Verdict.values())),
                    Dimension.of("producer", "producer"),
                    Dimension.of("plan", "plan_id"),
                    Dimension.of("event", "event_id"),
                    Dimension.of("correction", "correction_id")))
            .columns(
                    Column.text("account", "account_id"),
                    Column.text("event_id", "event_id"),
                    Column.text("verdict", "verdict"),
                    Column.time("occurred_at", "occurred_at"),
                    Column.text("project", "project_id"),
                    Column.text("api_key", "api_key_id"),
                    Column.text("endpoint", "endpoint"),
                    Column.text("outcome", "outcome"),
                    Column.text("producer", "producer"),
                    Column.map("attributes", "attributes"),
                    Column.text("plan", "plan_id"),
                    Column.number("plan_version", "plan_version"),
                    Column.map("costs", "costs"),
                    Column.texts("late_limits", "late_limits"),
                    Column.number("units", "units"),
                    Column.number("input_tokens", "input_tokens"),
                    Column.number("output_items", "output_items"),
                    Column.number("duration_ms", "duration_ms"),
                    Column.optional("correction_id", "correction_id"),
                    Column.time("appended_at", "appended_at"),
                    Column.time("recorded_at", "recorded_at"),
                    Column.text("source_topic", "source_topic"),
                    Column.number("source_partition", "source_partition"),
                    Column.number("source_offset", "source_offset"));

    private Events() {}
}
