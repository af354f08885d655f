package dev.tollgate.sink.internal.table;

import static dev.tollgate.sink.internal.table.Column.bool;
import static dev.tollgate.sink.internal.table.Column.int32;
import static dev.tollgate.sink.internal.table.Column.int64;
import static dev.tollgate.sink.internal.table.Column.nullableInt64;
import static dev.tollgate.sink.internal.table.Column.recordOffset;
import static dev.tollgate.sink.internal.table.Column.recordPartition;
import static dev.tollgate.sink.internal.table.Column.recordTopicId;
import static dev.tollgate.sink.internal.table.Column.recordedAt;
import static dev.tollgate.sink.internal.table.Column.string;
import static dev.tollgate.sink.internal.table.Column.symbol;
import static dev.tollgate.sink.internal.table.Column.time;

import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.topic.Topic;
import java.util.function.IntFunction;

/** {@code usage_total}: a row for each window of a limit, of which the newest version holds. */
final class TotalMapping extends TableMapping<UsageTotal> {
    private static final Columns<UsageTotal> COLUMNS = Columns.of(
            string("account_id", UsageTotal::getAccountId),
            string("limit_id", UsageTotal::getLimitId),
            symbol("scope", UsageTotal::getScope),
            string("scope_key", UsageTotal::getScopeKey),
            time("window_start", UsageTotal::getWindowStart),
            string("meter_id", UsageTotal::getMeterId),
            string("window_unit", UsageTotal::getWindow),
            string("plan_id", UsageTotal::getPlanId),
            int32("plan_version", UsageTotal::getPlanVersion),
            time("window_end", UsageTotal::getWindowEnd),
            time("stream_time", UsageTotal::getStreamTime),
            recordedAt(),
            int64("used", UsageTotal::getUsed),
            nullableInt64("amount", UsageTotal::getAmount),
            bool("closed", UsageTotal::getClosed),
            int64("version", UsageTotal::getVersion),
            recordTopicId(),
            recordPartition(),
            recordOffset());

    TotalMapping() {
        super(Topic.USAGE_TOTALS, UsageTotal.class, "usage_total", false, "window_start", COLUMNS);
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
                total.getWindowStart().toString(),
                total.getMeterId(),
                total.getWindow());
    }

    @Override
    public void write(UsageTotal total, RecordPosition position, Months months, IntFunction<RowWriter> rows) {
        COLUMNS.write(rows.apply(months.of(total.getWindowStart())), total, position);
    }
}
