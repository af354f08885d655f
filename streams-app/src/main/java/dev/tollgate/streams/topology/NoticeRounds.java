package dev.tollgate.streams.topology;

import dev.tollgate.streams.store.AccountRecord;
import dev.tollgate.streams.store.AccountStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the accounts of a task that are to be told of new plan versions, without an event of theirs.
 *
 * <p>When the notice period of a version begins, or the catalogue learns of a version whose period has begun, all accounts are
 * gone through once, a slice with each call, so that records never wait for more than a slice. Whom to tell says the engine;
 * an account that was told is not told again. What has been gone through is known in memory only: a task that is opened anew
 * within a notice period begins anew, and finds nobody to tell where it had been before. Nothing is read while no version is
 * in its notice period.
 */
final class NoticeRounds {
    private final PlanCatalogue plans;
    private final AccountStore store;
    private final Predicate<AccountRecord> hasNotice;

    /** Versions for which all accounts have been gone through. */
    private final Set<PlanCatalogue.Upcoming> done = new HashSet<>();

    /** What the present round is for; empty while there is none. */
    private Set<PlanCatalogue.Upcoming> round = Set.of();

    /** The account at which the present round has arrived. */
    private @Nullable String last;

    NoticeRounds(PlanCatalogue plans, AccountStore store, Predicate<AccountRecord> hasNotice) {
        this.plans = plans;
        this.store = store;
        this.hasNotice = hasNotice;
    }

    /**
     * Goes on.
     *
     * @param most how many accounts are looked at
     * @return the ids of those that are to be told now
     */
    List<String> next(long nowMillis, int most) {
        if (round.isEmpty() && !begin(nowMillis)) {
            return List.of();
        }
        List<String> found = new ArrayList<>();
        int seen = store.scan(last, most, account -> {
            last = account.accountId();
            if (hasNotice.test(account)) {
                found.add(account.accountId());
            }
        });
        if (seen < most) {
            done.addAll(round);
            round = Set.of();
            last = null;
        }
        return found;
    }

    private boolean begin(long nowMillis) {
        Set<PlanCatalogue.Upcoming> due = plans.upcoming(nowMillis);
        if (due.isEmpty() || done.containsAll(due)) {
            return false;
        }
        done.retainAll(due);
        round = due;
        return true;
    }
}
