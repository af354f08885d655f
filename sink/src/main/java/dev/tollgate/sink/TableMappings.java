package dev.tollgate.sink;

import dev.tollgate.schemas.avro.BucketState;
import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.topic.LimitStateKey;
import dev.tollgate.schemas.topic.Topic;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** Every table that the sink writes. Columns and their order are those of the migrations. */
final class TableMappings {
    /** All of them; each topic has one. */
    static final List<TableMapping<?>> ALL = List.of(
            new JournalMapping(),
            new TotalMapping(),
            new LimitEventMapping(),
            new StateMapping(),
            new DeadLetterMapping(),
            new PlanMapping());

    private TableMappings() {}

    /** The mapping of a topic, whose values are of the given type. */
    @SuppressWarnings("unchecked") // The type was compared.
    static <T extends SpecificRecord> TableMapping<T> of(Topic topic, Class<T> type) {
        for (TableMapping<?> mapping : ALL) {
            if (mapping.topic() == topic && mapping.type() == type) {
                return (TableMapping<T>) mapping;
            }
        }
        throw new IllegalArgumentException(topic + " has no table of " + type.getName());
    }

    private static String name(@Nullable Enum<?> value) {
        return value == null ? "" : value.name();
    }

    private static byte @Nullable [] bytes(@Nullable ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static final class JournalMapping implements TableMapping<UsageJournalEntry> {
        @Override
        public Topic topic() {
            return Topic.USAGE_JOURNAL;
        }

        @Override
        public Class<UsageJournalEntry> type() {
            return UsageJournalEntry.class;
        }

        @Override
        public String table() {
            return "request_journal";
        }

        @Override
        public String partitionTime() {
            return "occurred_at";
        }

        @Override
        public List<String> columns() {
            return List.of(
                    "account_id",
                    "event_id",
                    "verdict",
                    "correction_id",
                    "project_id",
                    "api_key_id",
                    "endpoint",
                    "outcome",
                    "producer",
                    "attributes",
                    "plan_id",
                    "plan_version",
                    "late_limits",
                    "occurred_at",
                    "appended_at",
                    "recorded_at",
                    "costs",
                    "units",
                    "input_tokens",
                    "output_items",
                    "duration_ms",
                    "source_topic",
                    "source_partition",
                    "source_offset",
                    "application_id",
                    "record_topic_id",
                    "record_partition",
                    "record_offset");
        }

        @Override
        public boolean additive() {
            return true;
        }

        @Override
        public void write(
                UsageJournalEntry entry, RecordPosition position, Months months, IntFunction<RowWriter> rows) {
            RowWriter row = rows.apply(months.of(entry.getOccurredAt()))
                    .string(entry.getAccountId())
                    .string(entry.getEventId())
                    .string(entry.getVerdict().name())
                    .stringOrEmpty(entry.getCorrectionId())
                    .stringOrEmpty(entry.getProjectId())
                    .stringOrEmpty(entry.getApiKeyId())
                    .string(entry.getEndpoint())
                    .string(entry.getOutcome().name())
                    .string(entry.getProducer())
                    .labels(entry.getAttributes())
                    .string(entry.getPlanId())
                    .int32(entry.getPlanVersion())
                    .strings(entry.getLateLimits())
                    .time(entry.getOccurredAt())
                    .time(entry.getAppendedAt())
                    .millis(position.timestampMillis())
                    .counts(entry.getCosts())
                    .nullableInt64(entry.getUnits())
                    .nullableInt64(entry.getInputTokens())
                    .nullableInt64(entry.getOutputItems())
                    .nullableInt64(entry.getDurationMs())
                    .string(entry.getSourceTopic())
                    .int32(entry.getSourcePartition())
                    .int64(entry.getSourceOffset())
                    .string(position.applicationId());
            position.write(row);
        }
    }

    private static final class TotalMapping implements TableMapping<UsageTotal> {
        @Override
        public Topic topic() {
            return Topic.USAGE_TOTALS;
        }

        @Override
        public Class<UsageTotal> type() {
            return UsageTotal.class;
        }

        @Override
        public String table() {
            return "usage_total";
        }

        @Override
        public String partitionTime() {
            return "window_start";
        }

        @Override
        public List<String> columns() {
            return List.of(
                    "account_id",
                    "limit_id",
                    "scope",
                    "scope_key",
                    "window_start",
                    "meter_id",
                    "plan_id",
                    "plan_version",
                    "window_end",
                    "stream_time",
                    "recorded_at",
                    "used",
                    "amount",
                    "closed",
                    "version",
                    "record_topic_id",
                    "record_partition",
                    "record_offset");
        }

        @Override
        public boolean additive() {
            return false;
        }

        /** Ids hold no control characters, so a zero byte keeps the parts of the key apart. */
        @Override
        public String supersededBy(UsageTotal total) {
            return String.join(
                    "\0",
                    total.getAccountId(),
                    total.getLimitId(),
                    total.getScope().name(),
                    total.getScopeKey(),
                    total.getWindowStart().toString());
        }

        @Override
        public void write(UsageTotal total, RecordPosition position, Months months, IntFunction<RowWriter> rows) {
            RowWriter row = rows.apply(months.of(total.getWindowStart()))
                    .string(total.getAccountId())
                    .string(total.getLimitId())
                    .string(total.getScope().name())
                    .string(total.getScopeKey())
                    .time(total.getWindowStart())
                    .string(total.getMeterId())
                    .string(total.getPlanId())
                    .int32(total.getPlanVersion())
                    .time(total.getWindowEnd())
                    .time(total.getStreamTime())
                    .millis(position.timestampMillis())
                    .int64(total.getUsed())
                    .nullableInt64(total.getAmount())
                    .bool(total.getClosed())
                    .int64(total.getVersion());
            position.write(row);
        }
    }

    private static final class LimitEventMapping implements TableMapping<LimitEvent> {
        @Override
        public Topic topic() {
            return Topic.LIMIT_EVENTS;
        }

        @Override
        public Class<LimitEvent> type() {
            return LimitEvent.class;
        }

        @Override
        public String table() {
            return "limit_event";
        }

        @Override
        public String partitionTime() {
            return "event_time";
        }

        @Override
        public List<String> columns() {
            return List.of(
                    "account_id",
                    "limit_event_id",
                    "kind",
                    "limit_id",
                    "meter_id",
                    "mode",
                    "scope",
                    "scope_key",
                    "plan_id",
                    "plan_version",
                    "cause",
                    "reason",
                    "event_time",
                    "window_start",
                    "window_end",
                    "blocked_until",
                    "decided_at",
                    "recorded_at",
                    "threshold_basis_points",
                    "used",
                    "amount",
                    "overshoot",
                    "cleared_event_id",
                    "correction_id",
                    "crossing_event_id",
                    "crossing_topic",
                    "crossing_partition",
                    "crossing_offset",
                    "version",
                    "record_topic_id",
                    "record_partition",
                    "record_offset");
        }

        @Override
        public boolean additive() {
            return false;
        }

        @Override
        public void write(LimitEvent event, RecordPosition position, Months months, IntFunction<RowWriter> rows) {
            RowWriter row = rows.apply(months.of(event.getEventTime()))
                    .string(event.getAccountId())
                    .string(event.getLimitEventId())
                    .string(event.getKind().name())
                    .stringOrEmpty(event.getLimitId())
                    .stringOrEmpty(event.getMeterId())
                    .string(event.getMode().name())
                    .string(event.getScope().name())
                    .string(event.getScopeKey())
                    .string(event.getPlanId())
                    .int32(event.getPlanVersion())
                    .string(name(event.getCause()))
                    .stringOrEmpty(event.getReason())
                    .time(event.getEventTime())
                    .nullableTime(event.getWindowStart())
                    .nullableTime(event.getWindowEnd())
                    .nullableTime(event.getBlockedUntil())
                    .time(event.getDecidedAt())
                    .millis(position.timestampMillis())
                    .nullableInt32(event.getThresholdBasisPoints())
                    .nullableInt64(event.getUsed())
                    .nullableInt64(event.getAmount())
                    .nullableInt64(event.getOvershoot())
                    .stringOrEmpty(event.getClearedEventId())
                    .stringOrEmpty(event.getCorrectionId())
                    .stringOrEmpty(event.getCrossingEventId())
                    .stringOrEmpty(event.getCrossingTopic())
                    .nullableInt32(event.getCrossingPartition())
                    .nullableInt64(event.getCrossingOffset())
                    .int64(event.getVersion());
            position.write(row);
        }
    }

    private static final class StateMapping implements TableMapping<LimitState> {
        @Override
        public Topic topic() {
            return Topic.LIMIT_STATE;
        }

        @Override
        public Class<LimitState> type() {
            return LimitState.class;
        }

        @Override
        public String table() {
            return "account_state";
        }

        @Override
        public @Nullable String partitionTime() {
            return null;
        }

        @Override
        public List<String> columns() {
            return List.of(
                    "account_id",
                    "scope",
                    "scope_key",
                    "plan_id",
                    "plan_version",
                    "exempt",
                    "suspended",
                    "suspension_reason",
                    "stream_time",
                    "as_of",
                    "suspended_until",
                    "recorded_at",
                    "buckets",
                    "version",
                    "source_partition",
                    "source_offset",
                    "record_topic_id",
                    "record_partition",
                    "record_offset");
        }

        @Override
        public boolean additive() {
            return false;
        }

        @Override
        public String supersededBy(LimitState state) {
            return new LimitStateKey(
                            state.getAccountId(),
                            state.getScope() == null ? "" : state.getScope().name(),
                            state.getScopeKey())
                    .text();
        }

        @Override
        public void write(LimitState state, RecordPosition position, Months months, IntFunction<RowWriter> rows) {
            RowWriter row = rows.apply(Months.NONE)
                    .string(state.getAccountId())
                    .string(
                            state.getScope() == null
                                    ? Scope.ACCOUNT.name()
                                    : state.getScope().name())
                    .string(state.getScopeKey())
                    .string(state.getPlanId())
                    .int32(state.getPlanVersion())
                    .bool(state.getExempt())
                    .bool(state.getSuspended())
                    .stringOrEmpty(state.getSuspensionReason())
                    .time(state.getStreamTime())
                    .time(state.getAsOf())
                    .nullableTime(state.getSuspendedUntil())
                    .millis(position.timestampMillis())
                    .arrayOf(state.getBuckets().size());
            for (BucketState bucket : state.getBuckets()) {
                row.string(bucket.getLimitId())
                        .string(bucket.getMeterId())
                        .string(bucket.getAlgorithm().name())
                        .string(bucket.getMode().name())
                        .string(bucket.getScope().name())
                        .string(bucket.getScopeKey())
                        .nullableInt64(bucket.getAmount())
                        .int64(bucket.getUsed())
                        .nullableTime(bucket.getWindowStart())
                        .nullableTime(bucket.getWindowEnd())
                        .nullableInt64(bucket.getPeriodMs())
                        .bool(bucket.getSoftReached())
                        .bool(bucket.getHardReached())
                        .nullableTime(bucket.getBlockedUntil());
            }
            row.int64(state.getVersion()).int32(state.getSourcePartition()).int64(state.getSourceOffset());
            position.write(row);
        }
    }

    private static final class DeadLetterMapping implements TableMapping<DeadLetter> {
        @Override
        public Topic topic() {
            return Topic.DEAD_LETTERS;
        }

        @Override
        public Class<DeadLetter> type() {
            return DeadLetter.class;
        }

        @Override
        public String table() {
            return "dead_letter";
        }

        @Override
        public String partitionTime() {
            return "recorded_at";
        }

        @Override
        public List<String> columns() {
            return List.of(
                    "source_topic",
                    "source_partition",
                    "source_offset",
                    "reason",
                    "detail",
                    "account_id",
                    "event_id",
                    "appended_at",
                    "rejected_at",
                    "recorded_at",
                    "key",
                    "value",
                    "record_topic_id",
                    "record_partition",
                    "record_offset");
        }

        @Override
        public boolean additive() {
            return true;
        }

        @Override
        public void write(DeadLetter letter, RecordPosition position, Months months, IntFunction<RowWriter> rows) {
            RowWriter row = rows.apply(months.of(position.timestampMillis()))
                    .string(letter.getSourceTopic())
                    .int32(letter.getSourcePartition())
                    .int64(letter.getSourceOffset())
                    .string(letter.getReason())
                    .string(letter.getDetail())
                    .stringOrEmpty(letter.getAccountId())
                    .stringOrEmpty(letter.getEventId())
                    .time(letter.getAppendedAt())
                    .time(letter.getRejectedAt())
                    .millis(position.timestampMillis())
                    .nullableBytes(bytes(letter.getKey()))
                    .nullableBytes(bytes(letter.getValue()));
            position.write(row);
        }
    }

    private static final class PlanMapping implements TableMapping<Plan> {
        @Override
        public Topic topic() {
            return Topic.PLAN_CATALOG;
        }

        @Override
        public Class<Plan> type() {
            return Plan.class;
        }

        @Override
        public String table() {
            return "plan_version";
        }

        @Override
        public @Nullable String partitionTime() {
            return null;
        }

        @Override
        public List<String> columns() {
            return List.of(
                    "plan_id",
                    "plan_version",
                    "title",
                    "checksum",
                    "charged_outcomes",
                    "effective_from",
                    "notice_period_ms",
                    "recorded_at",
                    "limits",
                    "record_topic_id",
                    "record_partition",
                    "record_offset");
        }

        @Override
        public boolean additive() {
            return false;
        }

        @Override
        public void write(Plan plan, RecordPosition position, Months months, IntFunction<RowWriter> rows) {
            for (PlanVersion version : plan.getVersions()) {
                RowWriter row = rows.apply(Months.NONE)
                        .string(plan.getPlanId())
                        .int32(version.getVersion())
                        .string(plan.getTitle())
                        .string(version.getChecksum())
                        .strings(version.getChargedOutcomes().stream()
                                .map(Enum::name)
                                .toList())
                        .time(version.getEffectiveFrom())
                        .int64(version.getNoticePeriodMs())
                        .millis(position.timestampMillis())
                        .arrayOf(version.getLimits().size());
                for (Limit limit : version.getLimits()) {
                    row.string(limit.getLimitId())
                            .string(limit.getMeterId())
                            .nullableInt64(limit.getAmount())
                            .string(limit.getAlgorithm().name())
                            .string(name(limit.getWindow()))
                            .nullableInt64(limit.getPeriodMs())
                            .string(limit.getScope().name())
                            .string(limit.getMode().name())
                            .int64(limit.getGraceMs());
                }
                position.write(row);
            }
        }
    }
}
