package dev.tollgate.sink.internal.table;

import static dev.tollgate.sink.internal.table.Column.int32;
import static dev.tollgate.sink.internal.table.Column.int64;
import static dev.tollgate.sink.internal.table.Column.nullableInt32;
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

import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.topic.Topic;
import java.util.function.IntFunction;

/** {@code limit_event}: a row for each event of a limit, of which the newest version holds. */
final class LimitEventMapping extends TableMapping<LimitEvent> {
    private static final Columns<LimitEvent> COLUMNS = Columns.of(
            string("account_id", LimitEvent::getAccountId),
            string("limit_event_id", LimitEvent::getLimitEventId),
            symbol("kind", LimitEvent::getKind),
            stringOrEmpty("limit_id", LimitEvent::getLimitId),
            stringOrEmpty("meter_id", LimitEvent::getMeterId),
            symbol("mode", LimitEvent::getMode),
            symbol("scope", LimitEvent::getScope),
            string("scope_key", LimitEvent::getScopeKey),
            string("plan_id", LimitEvent::getPlanId),
            int32("plan_version", LimitEvent::getPlanVersion),
            symbol("cause", LimitEvent::getCause),
            stringOrEmpty("reason", LimitEvent::getReason),
            time("event_time", LimitEvent::getEventTime),
            nullableTime("window_start", LimitEvent::getWindowStart),
            nullableTime("window_end", LimitEvent::getWindowEnd),
            nullableTime("blocked_until", LimitEvent::getBlockedUntil),
            time("decided_at", LimitEvent::getDecidedAt),
            recordedAt(),
            nullableInt32("threshold_basis_points", LimitEvent::getThresholdBasisPoints),
            nullableInt64("used", LimitEvent::getUsed),
            nullableInt64("amount", LimitEvent::getAmount),
            nullableInt64("overshoot", LimitEvent::getOvershoot),
            stringOrEmpty("cleared_event_id", LimitEvent::getClearedEventId),
            stringOrEmpty("correction_id", LimitEvent::getCorrectionId),
            stringOrEmpty("crossing_event_id", LimitEvent::getCrossingEventId),
            stringOrEmpty("crossing_topic", LimitEvent::getCrossingTopic),
            nullableInt32("crossing_partition", LimitEvent::getCrossingPartition),
            nullableInt64("crossing_offset", LimitEvent::getCrossingOffset),
            int64("version", LimitEvent::getVersion),
            recordTopicId(),
            recordPartition(),
            recordOffset());

    LimitEventMapping() {
        super(Topic.LIMIT_EVENTS, LimitEvent.class, "limit_event", false, "event_time", COLUMNS);
    }

    @Override
    public void write(LimitEvent event, RecordPosition position, Months months, IntFunction<RowWriter> rows) {
        COLUMNS.write(rows.apply(months.of(event.getEventTime())), event, position);
    }
}
