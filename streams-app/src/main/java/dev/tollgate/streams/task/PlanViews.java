package dev.tollgate.streams.task;

import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.plan.CatalogView;
import dev.tollgate.streams.plan.InMemoryPlanCatalog;
import dev.tollgate.streams.plan.InMemoryPlanCatalog.Notice;
import java.util.List;

/**
 * The plans that count at a moment of the log. Keeps the view of the last moment, which mostly covers the next one too.
 */
final class PlanViews {
    private final InMemoryPlanCatalog catalog;
    private final AccountingMetrics metrics;
    private CatalogView view = CatalogView.NONE;

    PlanViews(InMemoryPlanCatalog catalog, AccountingMetrics metrics) {
        this.catalog = catalog;
        this.metrics = metrics;
    }

    /** The view at an append time, milliseconds since the epoch. Waits until the catalog is read far enough. */
    CatalogView at(long atMillis) {
        if (!view.covers(atMillis)) {
            view = catalog.viewFor(atMillis, this::countWait);
        }
        return view;
    }

    /** Moments in {@code (afterMillis, upToMillis]} at which accounts are told of a coming version, oldest first. */
    List<Notice> noticesBetween(long afterMillis, long upToMillis) {
        return catalog.noticesBetween(afterMillis, upToMillis);
    }

    /** Whether {@link #at} answers without waiting. If not, the reader is told to read that far. */
    boolean isReadUpTo(long atMillis) {
        return catalog.isReadUpTo(atMillis);
    }

    private void countWait() {
        metrics.catalogWaits.increment();
    }
}
