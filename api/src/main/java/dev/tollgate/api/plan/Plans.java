package dev.tollgate.api.plan;

import dev.tollgate.api.list.Column;
import dev.tollgate.api.list.Listing;
import dev.tollgate.api.list.SortKey;
import dev.tollgate.api.parameter.Dimension;
import dev.tollgate.api.parameter.Dimensions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The versions of all plans, in their order, with their limits. */
public final class Plans implements Listing {
    private static final Dimensions DIMENSIONS = Dimensions.of(Dimension.of("plan", "plan_id"));

    private static final List<Column> COLUMNS = List.of(
            Column.text("plan", "plan_id"),
            Column.number("plan_version", "plan_version"),
            Column.text("title", "title"),
            Column.time("effective_from", "effective_from"),
            Column.number("notice_period_ms", "notice_period_ms"),
            Column.texts("charged_outcomes", "charged_outcomes"),
            Column.records(
                    "limits",
                    "limits",
                    Column.text("limit", "limit_id"),
                    Column.text("meter", "meter_id"),
                    Column.number("amount", "amount"),
                    Column.text("algorithm", "algorithm"),
                    Column.optional("window_unit", "window_unit"),
                    Column.number("period_ms", "period_ms"),
                    Column.text("scope", "scope"),
                    Column.text("mode", "mode"),
                    Column.number("grace_ms", "grace_ms")),
            Column.text("checksum", "checksum"),
            Column.time("recorded_at", "recorded_at"));

    @Override
    public String name() {
        return "plans";
    }

    @Override
    public String table() {
        return "plan_version";
    }

    @Override
    public boolean perAccount() {
        return false;
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
        return List.of(SortKey.text("plan_id"), SortKey.number("plan_version"));
    }
}
