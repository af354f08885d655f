package dev.tollgate.streams.task;

import dev.tollgate.streams.store.AccountRecord;
import dev.tollgate.streams.store.PendingWorkStore;

/** An account as a task has it in memory: the record, and what is held back about it. */
final class CachedAccount {
    final AccountRecord record;
    final EmissionThrottle.Slot snapshot = new EmissionThrottle.Slot(this);
    final EmissionThrottle.Slot totals = new EmissionThrottle.Slot(this);

    /** Whether outputs from before a restart are still to be said. */
    boolean recovering;

    /** What the pending work has about the account. */
    boolean storedHeldBack;

    long storedDeadlineMillis = PendingWorkStore.NO_DEADLINE;

    /** When time next brings something to the account, or a moment before that. */
    long deadlineMillis = PendingWorkStore.NO_DEADLINE;

    /** What the account counts for in the cache, if it is there. */
    long cachedBytes;

    boolean isCached;

    /** Whether the store has to be told of a change. */
    boolean isUnwritten;

    /** Changes that the store was not told of. */
    int unwrittenChanges;

    /** When the last of what was held back was said, for accounts that the pending work still names. */
    long quietSinceMillis;

    CachedAccount(AccountRecord record) {
        this.record = record;
    }

    String id() {
        return record.accountId();
    }

    boolean isHeldBack() {
        return snapshot.isHeld() || totals.isHeld() || recovering;
    }
}
