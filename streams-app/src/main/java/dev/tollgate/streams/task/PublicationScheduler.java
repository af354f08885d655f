package dev.tollgate.streams.task;

import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.metrics.AccountingMetrics;

/**
 * Decides when snapshots and open totals of accounts are emitted: at once where somebody waits for them, else throttled
 * per account ({@link EmissionThrottle}). What is held back is noted in the pending work. Decides nothing about usage
 * and never touches an account's state.
 */
final class PublicationScheduler {
    /** How many changed projects and API keys of an account are held back at most. */
    private static final int MAX_UNPUBLISHED_SCOPES = 1_000;

    private final EngineRunner engine;
    private final PendingWorkTracker pendingWork;
    private final AccountingMetrics metrics;
    private final EmissionThrottle snapshots;
    private final EmissionThrottle totals;

    PublicationScheduler(
            AccountingConfig config, EngineRunner engine, PendingWorkTracker pendingWork, AccountingMetrics metrics) {
        this.engine = engine;
        this.pendingWork = pendingWork;
        this.metrics = metrics;
        this.snapshots = new EmissionThrottle(config.limitStateInterval().toMillis());
        this.totals = new EmissionThrottle(config.totalsInterval().toMillis());
    }

    /** The input is read with this delay now. */
    void adaptTo(long delayMillis) {
        snapshots.adaptTo(delayMillis);
        totals.adaptTo(delayMillis);
    }

    /**
     * An account has changed.
     *
     * @param atOnce whether its snapshot is emitted without regard to the throttle
     */
    void changed(CachedAccount account, boolean atOnce, long nowMillis) {
        if (atOnce
                || snapshots.tryAcquire(account.snapshot, nowMillis)
                || account.record.unpublishedStates() >= MAX_UNPUBLISHED_SCOPES) {
            emitSnapshot(account, nowMillis);
        }
        if (totals.tryAcquire(account.totals, nowMillis)) {
            emitTotals(account, nowMillis);
        }
        pendingWork.update(account, nowMillis);
    }

    /** Emits the snapshot of an account now. */
    void emitSnapshot(CachedAccount account, long nowMillis) {
        engine.emitSnapshot(account, nowMillis);
        snapshots.emitted(account.snapshot, nowMillis);
    }

    /** Emits what was held back for long enough, of at most so many accounts for each kind. */
    void flushDue(long nowMillis, int most) {
        snapshots.flushDue(nowMillis, most, account -> {
            emitSnapshot(account, nowMillis);
            pendingWork.update(account, nowMillis);
        });
        totals.flushDue(nowMillis, most, account -> {
            emitTotals(account, nowMillis);
            pendingWork.update(account, nowMillis);
        });
    }

    /** Emits what was held back when the task was last closed, of some accounts. */
    void recover(AccountCache accounts, long nowMillis, int most) {
        int scopes = 0;
        for (int i = 0; i < most && scopes < MAX_UNPUBLISHED_SCOPES; i++) {
            String accountId = pendingWork.nextRecovering();
            if (accountId == null) {
                return;
            }
            CachedAccount account = accounts.get(accountId);
            pendingWork.recovered(account);
            account.record.nothingIsPublished();
            scopes += account.record.unpublishedStates();
            emitSnapshot(account, nowMillis);
            emitTotals(account, nowMillis);
            pendingWork.update(account, nowMillis);
            metrics.recoveredAccounts.increment();
        }
    }

    /** An account leaves memory: what is held back is emitted now, as nobody would remember it. */
    void evicted(CachedAccount account, long nowMillis) {
        if (account.snapshot.isHeld() || account.totals.isHeld()) {
            metrics.earlyEmissions.increment();
            emitSnapshot(account, nowMillis);
            emitTotals(account, nowMillis);
        }
        pendingWork.evicted(account);
    }

    private void emitTotals(CachedAccount account, long nowMillis) {
        engine.emitTotals(account);
        totals.emitted(account.totals, nowMillis);
    }
}
