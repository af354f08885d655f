package dev.tollgate.sink.internal.table;

import static dev.tollgate.sink.internal.table.Column.bool;
import static dev.tollgate.sink.internal.table.Column.int32;
import static dev.tollgate.sink.internal.table.Column.int64;
import static dev.tollgate.sink.internal.table.Column.nullableInt64;
import static dev.tollgate.sink.internal.table.Column.nullableTime;
import static dev.tollgate.sink.internal.table.Column.recordOffset;
import static dev.tollgate.sink.internal.table.Column.recordPartition;
import static dev.tollgate.sink.internal.table.Column.recordTopicId;
import static dev.tollgate.sink.internal.table.Column.recordedAt;
import static dev.tollgate.sink.internal.table.Column.string;
import static dev.tollgate.sink.internal.table.Column.stringOrEmpty;
import static dev.tollgate.sink.internal.table.Column.symbol;
import static dev.tollgate.sink.internal.table.Column.time;
import static dev.tollgate.sink.internal.table.Column.tuples;

import dev.tollgate.schemas.avro.BucketState;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.topic.LimitStateKey;
import dev.tollgate.schemas.topic.Topic;
import java.util.function.IntFunction;

/** {@code account_state}: a row for each account, project and key, of which the newest version holds. */
final class StateMapping extends TableMapping<LimitState> {
    static final Columns<BucketState> BUCKET = Columns.of(
            string("limit_id", BucketState::getLimitId),
            string("meter_id", BucketState::getMeterId),
            symbol("algorithm", BucketState::getAlgorithm),
            symbol("mode", BucketState::getMode),
            symbol("scope", BucketState::getScope),
            string("scope_key", BucketState::getScopeKey),
            nullableInt64("amount", BucketState::getAmount),
            int64("used", BucketState::getUsed),
            nullableTime("window_start", BucketState::getWindowStart),
            nullableTime("window_end", BucketState::getWindowEnd),
            nullableInt64("period_ms", BucketState::getPeriodMs),
            bool("soft_reached", BucketState::getSoftReached),
            bool("hard_reached", BucketState::getHardReached),
            nullableTime("blocked_until", BucketState::getBlockedUntil));

    private static final Columns<LimitState> COLUMNS = Columns.of(
            string("account_id", LimitState::getAccountId),
            symbol("scope", state -> state.getScope() == null ? Scope.ACCOUNT : state.getScope()),
            string("scope_key", LimitState::getScopeKey),
            string("plan_id", LimitState::getPlanId),
            int32("plan_version", LimitState::getPlanVersion),
            bool("exempt", LimitState::getExempt),
            bool("suspended", LimitState::getSuspended),
            stringOrEmpty("suspension_reason", LimitState::getSuspensionReason),
            time("stream_time", LimitState::getStreamTime),
            time("as_of", LimitState::getAsOf),
            nullableTime("suspended_until", LimitState::getSuspendedUntil),
            recordedAt(),
            tuples("buckets", LimitState::getBuckets, BUCKET),
            int64("version", LimitState::getVersion),
            int32("source_partition", LimitState::getSourcePartition),
            int64("source_offset", LimitState::getSourceOffset),
            recordTopicId(),
            recordPartition(),
            recordOffset());

    StateMapping() {
        super(Topic.LIMIT_STATE, LimitState.class, "account_state", false, null, COLUMNS);
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
        COLUMNS.write(rows.apply(Months.NONE), state, position);
    }
}
