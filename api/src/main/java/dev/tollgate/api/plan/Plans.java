package dev.tollgate.api.plan;

import dev.tollgate.api.list.Column;
import dev.tollgate.api.list.Listing;
import dev.tollgate.api.list.SortKey;
import dev.tollgate.api.parameter.Dimension;
import dev.tollgate.api.parameter.Dimensions;

/** The versions of all plans, in their order, with their limits. */
public final class Plans {
    /** The list. */
    public static final Listing LISTING = Listing.of("plans", "plan_version")
            .ofNoAccount()
            .ascending(SortKey.text("plan_id"), SortKey.number("plan_version"))
            .filters(Dimensions.of(Dimension.of("plan", "plan_id")))
            .columns(
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

    private Plans() {}
}
