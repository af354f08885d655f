package dev.tollgate.sink.internal.table;

import static dev.tollgate.sink.internal.table.Column.applicationId;
import static dev.tollgate.sink.internal.table.Column.counts;
import static dev.tollgate.sink.internal.table.Column.int32;
import static dev.tollgate.sink.internal.table.Column.int64;
import static dev.tollgate.sink.internal.table.Column.labels;
import static dev.tollgate.sink.internal.table.Column.nullableInt64;
import static dev.tollgate.sink.internal.table.Column.recordOffset;
import static dev.tollgate.sink.internal.table.Column.recordPartition;
import static dev.tollgate.sink.internal.table.Column.recordTopicId;
import static dev.tollgate.sink.internal.table.Column.recordedAt;
import static dev.tollgate.sink.internal.table.Column.string;
import static dev.tollgate.sink.internal.table.Column.stringOrEmpty;
import static dev.tollgate.sink.internal.table.Column.strings;
import static dev.tollgate.sink.internal.table.Column.symbol;
import static dev.tollgate.sink.internal.table.Column.time;

import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.topic.Topic;
import java.util.function.IntFunction;

/** {@code request_journal}: a row for each verdict. */
final class JournalMapping extends TableMapping<UsageJournalEntry> {
    private static final Columns<UsageJournalEntry> COLUMNS = Columns.of(
            string("account_id", UsageJournalEntry::getAccountId),
            string("event_id", UsageJournalEntry::getEventId),
            symbol("verdict", UsageJournalEntry::getVerdict),
            stringOrEmpty("correction_id", UsageJournalEntry::getCorrectionId),
            stringOrEmpty("project_id", UsageJournalEntry::getProjectId),
            stringOrEmpty("api_key_id", UsageJournalEntry::getApiKeyId),
            string("endpoint", UsageJournalEntry::getEndpoint),
            symbol("outcome", UsageJournalEntry::getOutcome),
            string("producer", UsageJournalEntry::getProducer),
            labels("attributes", UsageJournalEntry::getAttributes),
            string("plan_id", UsageJournalEntry::getPlanId),
            int32("plan_version", UsageJournalEntry::getPlanVersion),
            strings("late_limits", UsageJournalEntry::getLateLimits),
            time("occurred_at", UsageJournalEntry::getOccurredAt),
            time("appended_at", UsageJournalEntry::getAppendedAt),
            recordedAt(),
            counts("costs", UsageJournalEntry::getCosts),
            nullableInt64("units", UsageJournalEntry::getUnits),
            nullableInt64("input_tokens", UsageJournalEntry::getInputTokens),
            nullableInt64("output_items", UsageJournalEntry::getOutputItems),
            nullableInt64("duration_ms", UsageJournalEntry::getDurationMs),
            string("source_topic", UsageJournalEntry::getSourceTopic),
            int32("source_partition", UsageJournalEntry::getSourcePartition),
            int64("source_offset", UsageJournalEntry::getSourceOffset),
            applicationId(),
            recordTopicId(),
            recordPartition(),
            recordOffset());

    JournalMapping() {
        super(Topic.USAGE_JOURNAL, UsageJournalEntry.class, "request_journal", true, "occurred_at", COLUMNS);
    }

    @Override
    public void write(UsageJournalEntry entry, RecordPosition position, Months months, IntFunction<RowWriter> rows) {
        COLUMNS.write(rows.apply(months.of(entry.getOccurredAt())), entry, position);
    }
}
