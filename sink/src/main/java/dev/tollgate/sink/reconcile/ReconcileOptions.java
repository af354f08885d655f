package dev.tollgate.sink.reconcile;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * What to reconcile.
 *
 * @param since first day of event time, UTC, inclusive; null for all that the log has
 * @param until last day of event time, UTC, exclusive; null for all
 * @param accountId one account; null for all
 * @param repair whether to mend what drifted
 */
public record ReconcileOptions(
        @Nullable LocalDate since,
        @Nullable LocalDate until,
        @Nullable String accountId,
        boolean repair) {

    public ReconcileOptions {
        if (since != null && until != null && !since.isBefore(until)) {
            throw new IllegalArgumentException("since must be before until, was " + since + " and " + until);
        }
    }

    /** Everything, without repair. */
    public static ReconcileOptions everything() {
        return new ReconcileOptions(null, null, null, false);
    }

    /** The same with repair. */
    public ReconcileOptions repairing() {
        return new ReconcileOptions(since, until, accountId, true);
    }

    /** Whether a day and an account are asked for. */
    boolean covers(LocalDate day, String account) {
        return (accountId == null || accountId.equals(account))
                && (since == null || !day.isBefore(since))
                && (until == null || day.isBefore(until));
    }
}
