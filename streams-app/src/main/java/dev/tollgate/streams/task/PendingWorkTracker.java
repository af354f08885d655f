package dev.tollgate.streams.task;

import dev.tollgate.engine.AccountingEngine;
import dev.tollgate.streams.store.PendingWorkStore;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the pending work of a task, in memory and in its store: the timers of accounts, and which accounts have outputs
 * that are held back. Emits nothing.
 *
 * <p>The store is told of an account once, before the commit ({@link #flush}), however often it has changed. It may
 * name an account that has nothing held back any more, never the other way round. An account that is evicted leaves the
 * store as it is, or is corrected there first.
 */
final class PendingWorkTracker {
    /**
     * How long the store goes on naming an account that has emitted everything: an active one would come and go every
     * second. If the task is opened anew meanwhile, the account emits its standing once more than needed.
     */
    static final long LINGER_MILLIS = 10_000;

    /** A tick that leaves its deadline in the past is not repeated at once. */
    private static final long MIN_TICK_DISTANCE_MILLIS = 1_000;

    private final PendingWorkStore store;
    /** What the store has to be told of an account. */
    private record Entry(boolean heldBack, long deadlineMillis) {}

    /** Entries that wait for the commit at most. */
    private static final int MAX_UNWRITTEN = 4_096;

    private final Map<String, Entry> unwritten = new LinkedHashMap<>();
    private final TimerQueue timers = new TimerQueue();

    /** Accounts whose outputs were held back when the task was last closed and are not emitted yet. */
    private final Set<String> recovering = new LinkedHashSet<>();

    /** Accounts in memory that the store names although nothing is held back, longest quiet first. */
    private final LinkedHashSet<CachedAccount> idle = new LinkedHashSet<>();

    PendingWorkTracker(PendingWorkStore store) {
        this.store = store;
    }

    /** Reads the store. Called once, before anything else. */
    void open() {
        store.forEach((accountId, heldBack, deadlineMillis) -> {
            timers.set(accountId, deadlineMillis);
            if (heldBack) {
                recovering.add(accountId);
            }
        });
    }

    /** An account was read into memory. */
    void loaded(CachedAccount account) {
        account.recovering = recovering.contains(account.id());
        account.storedHeldBack = account.recovering;
        account.storedDeadlineMillis = timers.of(account.id());
        account.deadlineMillis = AccountingEngine.nextDeadline(account.record.state());
    }

    /** An account leaves memory. */
    void evicted(CachedAccount account) {
        idle.remove(account);
        if (account.storedHeldBack && !account.isHeldBack()) {
            put(account, false);
        }
    }

    /** An account has changed, or has emitted something. */
    void update(CachedAccount account, long nowMillis) {
        boolean heldBack = account.isHeldBack();
        account.deadlineMillis = AccountingEngine.nextDeadline(account.record.state());
        if (heldBack && !account.storedHeldBack || account.deadlineMillis != account.storedDeadlineMillis) {
            put(account, heldBack || account.storedHeldBack);
        }
        if (!heldBack && account.storedHeldBack) {
            account.quietSinceMillis = nowMillis;
            idle.addLast(account);
        }
    }

    /** A moment not after the earliest timer, {@link PendingWorkStore#NO_DEADLINE} if there is none. */
    long earliestTimer() {
        return timers.earliest();
    }

    /** Takes the account whose timer is earliest and passed; null if there is none. {@link #ticked} has to follow. */
    @Nullable
    String pollPassed(long upToMillis) {
        return timers.pollPassed(upToMillis);
    }

    /** The account of a passed timer was given what was due up to a moment. */
    void ticked(CachedAccount account, long upToMillis, long nowMillis) {
        // Whatever is known about it here: an account that was not in memory has come without the timer that passed.
        put(account, account.storedHeldBack || account.isHeldBack());
        update(account, nowMillis);
        if (account.storedDeadlineMillis <= upToMillis) {
            timers.set(account.id(), nowMillis + MIN_TICK_DISTANCE_MILLIS);
        }
    }

    /** The next account that is to emit what was held back before the task was opened; null if there is none. */
    @Nullable
    String nextRecovering() {
        Iterator<String> ids = recovering.iterator();
        return ids.hasNext() ? ids.next() : null;
    }

    /** The account of {@link #nextRecovering} is in memory and emits now. */
    void recovered(CachedAccount account) {
        recovering.remove(account.id());
        account.recovering = false;
    }

    /** Takes accounts out of the store that have been quiet for long enough, at most so many. */
    void forgetQuiet(long nowMillis, int most) {
        for (int i = 0; i < most && !idle.isEmpty(); i++) {
            CachedAccount account = idle.getFirst();
            if (nowMillis - account.quietSinceMillis < LINGER_MILLIS) {
                return;
            }
            idle.removeFirst();
            if (account.storedHeldBack && !account.isHeldBack()) {
                put(account, false);
            }
        }
    }

    /** Tells the store of every entry that has changed. */
    void flush() {
        unwritten.forEach((accountId, entry) -> store.put(accountId, entry.heldBack(), entry.deadlineMillis()));
        unwritten.clear();
    }

    /** Whether the store has to be told of changes. */
    boolean hasUnwritten() {
        return !unwritten.isEmpty();
    }

    private void put(CachedAccount account, boolean heldBack) {
        account.storedHeldBack = heldBack;
        account.storedDeadlineMillis = AccountingEngine.nextDeadline(account.record.state());
        unwritten.put(account.id(), new Entry(heldBack, account.storedDeadlineMillis));
        timers.set(account.id(), account.storedDeadlineMillis);
        if (unwritten.size() >= MAX_UNWRITTEN) {
            flush();
        }
    }
}
