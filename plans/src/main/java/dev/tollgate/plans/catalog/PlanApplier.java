package dev.tollgate.plans.catalog;

import dev.tollgate.schemas.avro.Plan;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Brings the catalog to what plan files say, by the rules of {@link PlanMerge}. Applying the same file again changes
 * nothing.
 *
 * <p>A version counts for records that are appended at least the settle time after it. {@link #awaitSettled} returns
 * when that is so for whatever is published next.
 */
public final class PlanApplier {
    private final PlanCatalogClient catalog;
    private final InstantSource clock;

    /**
     * An applier.
     *
     * @param catalog where plans are kept
     * @param clock what "future" is measured by
     */
    public PlanApplier(PlanCatalogClient catalog, InstantSource clock) {
        this.catalog = catalog;
        this.clock = clock;
    }

    /**
     * Waits until every version that the catalog had at the last {@link #apply} counts for whatever is published from
     * now on. Returns at once if nothing was written lately.
     *
     * @param settleTime as the accounting role has it ({@code accounting.plan-settle-time})
     * @throws InterruptedException if the waiting thread is interrupted; the plans are applied all the same
     */
    public void awaitSettled(Duration settleTime) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(
                catalog.timeToSettle(settleTime, clock.instant()).toMillis());
    }

    /**
     * What {@link #apply} would do; writes nothing.
     *
     * @param plans as read from one or more files, each id once
     * @param mode how strictly dates are taken
     * @throws PlanRejectedException with every conflict, if there is any
     * @throws PlanCatalogException if the catalog cannot be read
     */
    public List<PlanChange> preview(List<Plan> plans, ApplyMode mode) throws PlanRejectedException {
        return PlanMerge.merge(catalog.content(), plans, clock.instant(), mode);
    }

    /**
     * Applies all plans or none.
     *
     * @param plans as read from one or more files, each id once
     * @param mode how strictly dates are taken
     * @return what became of each plan, in the given order; verified by reading the catalog back
     * @throws PlanRejectedException with every conflict, if there is any; then nothing was written
     * @throws ConcurrentApplyException if somebody else applied at the same time; then nothing was written
     * @throws PlanCatalogException if the catalog cannot be read or written
     */
    public List<PlanChange> apply(List<Plan> plans, ApplyMode mode) throws PlanRejectedException {
        try (PlanCatalogClient.Update update = catalog.beginUpdate()) {
            List<PlanChange> changes = PlanMerge.merge(update.read(), plans, clock.instant(), mode);
            update.commit(changes.stream()
                    .filter(change -> change.kind() != PlanChange.Kind.UNCHANGED)
                    .map(PlanChange::plan)
                    .toList());
            return changes;
        }
    }
}
