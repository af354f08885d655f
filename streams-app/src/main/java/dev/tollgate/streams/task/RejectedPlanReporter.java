package dev.tollgate.streams.task;

import dev.tollgate.engine.input.Position;
import dev.tollgate.streams.input.InputRecord;
import dev.tollgate.streams.plan.CatalogRecord;
import dev.tollgate.streams.plan.InMemoryPlanCatalog;
import dev.tollgate.streams.plan.RejectedPlan;
import dev.tollgate.streams.store.PendingWorkStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Emits plan records that cannot be used as dead letters. One task of the application does, since every instance reads
 * all plans. How far it has come is in a store of the task, so a record is emitted once however often the plans are
 * read again.
 */
final class RejectedPlanReporter {
    private final InMemoryPlanCatalog catalog;
    private final PendingWorkStore pendingWork;
    private final Emitter emitter;

    /** The newest record that was looked at. */
    private @Nullable RejectedPlan last;

    RejectedPlanReporter(InMemoryPlanCatalog catalog, PendingWorkStore pendingWork, Emitter emitter) {
        this.catalog = catalog;
        this.pendingWork = pendingWork;
        this.emitter = emitter;
    }

    /** Emits what is new. */
    void report() {
        List<RejectedPlan> all = catalog.rejected();
        if (all.isEmpty() || all.getLast() == last) {
            return;
        }
        last = all.getLast();
        for (RejectedPlan rejected : all) {
            CatalogRecord record = rejected.record();
            Position position = record.position();
            if (position.offset() > pendingWork.lastRejectedPlan(position.partition())) {
                emitter.deadLetter(
                        new InputRecord(position, record.appendedAtMillis(), record.key(), record.value()),
                        rejected.reason(),
                        rejected.detail());
                pendingWork.lastRejectedPlan(position.partition(), position.offset());
            }
        }
    }
}
