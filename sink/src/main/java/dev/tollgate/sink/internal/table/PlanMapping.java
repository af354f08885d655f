package dev.tollgate.sink.internal.table;

import static dev.tollgate.sink.internal.table.Column.int32;
import static dev.tollgate.sink.internal.table.Column.int64;
import static dev.tollgate.sink.internal.table.Column.nullableInt64;
import static dev.tollgate.sink.internal.table.Column.recordOffset;
import static dev.tollgate.sink.internal.table.Column.recordPartition;
import static dev.tollgate.sink.internal.table.Column.recordTopicId;
import static dev.tollgate.sink.internal.table.Column.recordedAt;
import static dev.tollgate.sink.internal.table.Column.string;
import static dev.tollgate.sink.internal.table.Column.strings;
import static dev.tollgate.sink.internal.table.Column.symbol;
import static dev.tollgate.sink.internal.table.Column.time;
import static dev.tollgate.sink.internal.table.Column.tuples;

import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.WindowLength;
import dev.tollgate.schemas.topic.Topic;
import java.util.function.IntFunction;

/** {@code plan_version}: a row for each version of a plan. */
final class PlanMapping extends TableMapping<Plan> {
    static final Columns<Limit> LIMIT = Columns.of(
            string("limit_id", Limit::getLimitId),
            string("meter_id", Limit::getMeterId),
            nullableInt64("amount", Limit::getAmount),
            symbol("algorithm", Limit::getAlgorithm),
            string("window_unit", PlanMapping::window),
            nullableInt64("period_ms", Limit::getPeriodMs),
            symbol("scope", Limit::getScope),
            symbol("mode", Limit::getMode),
            int64("grace_ms", Limit::getGraceMs));

    /** {@code MINUTE}, {@code 15 MINUTE}; empty where the limit has no fixed window. */
    private static String window(Limit limit) {
        WindowLength length = limit.getWindowLength();
        if (length == null) {
            return limit.getWindow() == null ? "" : limit.getWindow().name();
        }
        return (length.getCount() == 1 ? "" : length.getCount() + " ")
                + length.getUnit().name();
    }

    private static final Columns<Row> COLUMNS = Columns.of(
            string("plan_id", row -> row.plan.getPlanId()),
            int32("plan_version", row -> row.version.getVersion()),
            string("title", row -> row.plan.getTitle()),
            string("checksum", row -> row.version.getChecksum()),
            strings(
                    "charged_outcomes",
                    row -> row.version.getChargedOutcomes().stream()
                            .map(Enum::name)
                            .toList()),
            time("effective_from", row -> row.version.getEffectiveFrom()),
            int64("notice_period_ms", row -> row.version.getNoticePeriodMs()),
            recordedAt(),
            tuples("limits", row -> row.version.getLimits(), LIMIT),
            recordTopicId(),
            recordPartition(),
            recordOffset());

    private record Row(Plan plan, PlanVersion version) {}

    PlanMapping() {
        super(Topic.PLAN_CATALOG, Plan.class, "plan_version", false, null, COLUMNS);
    }

    @Override
    public void write(Plan plan, RecordPosition position, Months months, IntFunction<RowWriter> rows) {
        for (PlanVersion version : plan.getVersions()) {
            COLUMNS.write(rows.apply(Months.NONE), new Row(plan, version), position);
        }
    }
}
