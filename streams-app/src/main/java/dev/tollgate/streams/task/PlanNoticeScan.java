package dev.tollgate.streams.task;

import dev.tollgate.streams.plan.InMemoryPlanCatalog.Notice;
import dev.tollgate.streams.store.AccountRecord;
import dev.tollgate.streams.store.AccountStore;
import dev.tollgate.streams.store.PendingWorkStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the accounts of a task that are to be told of new plan versions, without an event of theirs.
 *
 * <p>When a moment has come at which accounts are to be told ({@link Notice}), all accounts are gone through once, a
 * slice with each call, so that records never wait for more than a slice. An account whose own records have come to
 * that moment meanwhile was told before them. Up to which moment all were gone through is in a store of the task: what
 * was missed while nobody was running is made up for, and a round that was broken off begins anew and finds nobody to
 * tell where it had been before.
 */
final class PlanNoticeScan {
    private static final long NONE = Long.MIN_VALUE;

    private final PlanViews plans;
    private final AccountStore store;
    private final PendingWorkStore pendingWork;
    private final BiPredicate<AccountRecord, Notice> isDue;

    /** Moment up to which all accounts were told, as the pending work has it. */
    private long doneUpToMillis;

    /** Moment of the present round: the newest at its beginning. {@link #NONE} while there is none. */
    private long roundMillis = NONE;

    private long coveredUpToMillis = NONE;

    /** The account at which the present round has arrived. */
    private @Nullable String last;

    /** @param isDue whether an account is to be told by a notice */
    PlanNoticeScan(
            PlanViews plans,
            AccountStore store,
            PendingWorkStore pendingWork,
            BiPredicate<AccountRecord, Notice> isDue) {
        this.plans = plans;
        this.store = store;
        this.pendingWork = pendingWork;
        this.isDue = isDue;
        this.doneUpToMillis = pendingWork.noticesUpTo();
    }

    /** Whether there may be something to do at a moment, up to which the catalog need not be read. */
    boolean isPending(long millis) {
        return roundMillis != NONE || hasNotices(millis);
    }

    /**
     * Goes on. What is due to the accounts that are found is due at {@link #coversUpTo} or before.
     *
     * @param upToMillis moments up to this one have come; the catalog is read up to there
     * @param most how many accounts are looked at
     * @return the ids of those that are to be told now, in the same transaction
     */
    List<String> next(long upToMillis, int most) {
        if (roundMillis == NONE) {
            if (!hasNotices(upToMillis)) {
                return List.of();
            }
            roundMillis =
                    plans.noticesBetween(doneUpToMillis, upToMillis).getLast().atMillis();
        }
        List<Notice> notices = plans.noticesBetween(doneUpToMillis, roundMillis);
        List<String> found = new ArrayList<>();
        int seen = store.scan(last, most, account -> {
            last = account.accountId();
            for (Notice notice : notices) {
                if (notice.atMillis() > account.clockMillis() && isDue.test(account, notice)) {
                    found.add(account.accountId());
                    return;
                }
            }
        });
        coveredUpToMillis = roundMillis;
        if (seen < most) {
            doneUpToMillis = roundMillis;
            pendingWork.noticesUpTo(roundMillis);
            roundMillis = NONE;
            last = null;
        }
        return found;
    }

    /** The moment of the round that the last call went on with. */
    long coversUpTo() {
        return coveredUpToMillis;
    }

    private boolean hasNotices(long upToMillis) {
        return !plans.noticesBetween(doneUpToMillis, upToMillis).isEmpty();
    }
}
