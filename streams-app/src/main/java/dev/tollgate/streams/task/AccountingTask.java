package dev.tollgate.streams.task;

import dev.tollgate.engine.AccountingEngine;
import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.input.Tick;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.input.InputHorizon;
import dev.tollgate.streams.input.InputRecord;
import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.plan.CatalogView;
import dev.tollgate.streams.plan.InMemoryPlanCatalog;
import dev.tollgate.streams.plan.InMemoryPlanCatalog.Notice;
import dev.tollgate.streams.store.AccountRecord;
import dev.tollgate.streams.store.AccountStore;
import dev.tollgate.streams.store.KafkaEventIndex;
import dev.tollgate.streams.store.PendingWorkStore;
import dev.tollgate.streams.task.RecordAdmission.Admitted;
import dev.tollgate.streams.translate.RejectedRecordException;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of one partition while a thread has it. For each record: {@link RecordAdmission} makes it an input, the
 * account is brought to the record's append time, {@link EngineRunner} applies the input, and
 * {@link PublicationScheduler} decides which outputs go out now; a record that is rejected becomes a dead letter. A
 * timer calls {@link #passTime} for what comes without a record: held-back outputs, ended blocks and dated changes.
 *
 * <p>May touch: its own stores, and the output topics through {@link Emitter}. What must outlive it is in the stores,
 * which commit in one transaction with the outputs and the read positions; a crash takes back all three or none. In
 * memory are decoded accounts, held-back outputs and timers; what has changed of them is written before each commit
 * ({@link #prepareCommit}). {@link #open} reads the pending work, at a cost in proportion to the accounts that have
 * something coming. Must not: decide about usage (the engine does), read a clock (the caller passes it), or do anything
 * after {@link #close}.
 *
 * <p>The same records of an account lead to the same journal, limit events and final totals, wherever and however often
 * they are read. What time alone brings has a moment of its own, and is emitted before the account's first record with
 * that append time or a later one, whether or not the wall clock has set it off before: see {@link #passLogTime}. The
 * wall clock may do so once no record of before is still to come ({@link InputHorizon}). Which plans count follows from
 * append times ({@link InMemoryPlanCatalog}). When open totals and snapshots are emitted depends on the wall clock;
 * what they say is the state as of a version.
 */
final class AccountingTask {
    /**
     * How many accounts one call of the timer serves per kind: a few milliseconds' work, so that records do not wait.
     */
    private static final int ACCOUNTS_PER_PUNCTUATION = 250;

    /** A task that has read nothing for this long has caught up, however old the last record was. */
    private static final long IDLE_MILLIS = 500;

    /** A task that reads its input later than this is behind. */
    private static final long BEHIND_MILLIS = 1_000;

    private final InputHorizon horizon;
    private final AccountingMetrics metrics;
    private final Emitter emitter;
    private final RecordAdmission admission;
    private final PlanViews plans;
    private final AccountCache accounts;
    private final EngineRunner engine;
    private final PendingWorkTracker pendingWork;
    private final PublicationScheduler publications;
    private final PlanNoticeScan planNotices;

    /** When the last record was read, and how long after its append. */
    private long readAtMillis;

    private long delayMillis;

    /** Offsets after the newest records that were processed. */
    private long nextRequestOffset = InputHorizon.UNKNOWN_OFFSET;

    private long nextCommandOffset = InputHorizon.UNKNOWN_OFFSET;

    /** Wall-clock time of the call that is being served, milliseconds since the epoch. */
    private long nowMillis;

    private boolean closed;

    /** Whether a call ended with an exception, so that an account may be changed by half. */
    private boolean failed;

    AccountingTask(
            AccountingConfig config,
            SchemaRegistryClient registry,
            InMemoryPlanCatalog catalog,
            InputHorizon horizon,
            AccountingMetrics metrics,
            Emitter emitter,
            AccountStore store,
            KafkaEventIndex index,
            PendingWorkStore pendingWorkStore) {
        this.horizon = horizon;
        this.metrics = metrics;
        this.emitter = emitter;
        this.admission = new RecordAdmission(config, registry);
        this.plans = new PlanViews(catalog, metrics);
        this.accounts = new AccountCache(store, index, config.cacheBytes(), this::onLoaded, this::onEvicted);
        this.engine = new EngineRunner(config.engine(), index, accounts, plans, emitter);
        this.pendingWork = new PendingWorkTracker(pendingWorkStore);
        this.publications = new PublicationScheduler(config, engine, pendingWork, metrics);
        this.planNotices = new PlanNoticeScan(plans, store, pendingWorkStore, engine::isDue);
    }

    /** Reads the pending work. Called once, before anything else. */
    void open() {
        requireOpen();
        pendingWork.open();
    }

    /** A record of request-events. */
    void request(InputRecord input, long wallClockMillis) {
        begin(input, wallClockMillis);
        nextRequestOffset = input.position().offset() + 1;
        try {
            applyRequest(admission.request(input, nowMillis), input);
        } catch (RejectedRecordException e) {
            emitter.deadLetter(input, e);
        }
        failed = false;
    }

    /** A record of account-events. */
    void command(InputRecord input, long wallClockMillis) {
        begin(input, wallClockMillis);
        nextCommandOffset = input.position().offset() + 1;
        try {
            applyCommand(admission.command(input, nowMillis), input);
        } catch (RejectedRecordException e) {
            emitter.deadLetter(input, e);
        }
        failed = false;
    }

    /** Wall-clock time has passed: emits what was held back, and gives ticks to accounts whose timer has passed. */
    void passTime(long wallClockMillis) {
        requireOpen();
        failed = true;
        nowMillis = wallClockMillis;
        if (nowMillis - readAtMillis >= IDLE_MILLIS) {
            delayMillis = 0;
            publications.adaptTo(0);
        }
        publications.flushDue(nowMillis, ACCOUNTS_PER_PUNCTUATION);
        publications.recover(accounts, nowMillis, ACCOUNTS_PER_PUNCTUATION);
        passWallClockTime();
        pendingWork.forgetQuiet(nowMillis, ACCOUNTS_PER_PUNCTUATION);
        failed = false;
    }

    /**
     * A commit follows: writes what has changed since the last one to the stores, each account once. A task that is
     * closed, or whose last call has failed, throws instead if the stores lack anything, so that nothing is committed
     * that would not follow from them.
     */
    void prepareCommit() {
        if (closed && !accounts.hasUnwritten() && !pendingWork.hasUnwritten()) {
            return;
        }
        requireOpen();
        failed = true;
        accounts.flush();
        pendingWork.flush();
        failed = false;
    }

    /** Whether it reads its input late, so that nobody waits for milliseconds. */
    boolean isBehind() {
        return delayMillis > BEHIND_MILLIS;
    }

    /**
     * The task is over, in order or not; in order, {@link #prepareCommit} was called before. Every later call fails and
     * touches neither store nor output: what is in memory may come from a transaction that was aborted, and the stores
     * may belong to the next task already.
     */
    void close() {
        closed = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the accounting task of partition " + emitter.partition()
                    + " was closed and must not be called; its accounts may be older than those in the store");
        }
        if (failed) {
            throw new IllegalStateException("the accounting task of partition " + emitter.partition()
                    + " has failed and must not be called; an account may be changed by half");
        }
    }

    private void begin(InputRecord input, long wallClockMillis) {
        requireOpen();
        failed = true;
        nowMillis = wallClockMillis;
        readAtMillis = wallClockMillis;
        delayMillis = wallClockMillis - input.appendedAtMillis();
        publications.adaptTo(delayMillis);
    }

    private void applyRequest(Admitted<RequestInput> request, InputRecord input) throws RejectedRecordException {
        CachedAccount account = accounts.get(request.accountId());
        EngineRunner.Effect effect = apply(account, request, input);
        account.record.readRequestAt(input.position().offset(), input.appendedAtMillis());
        accounts.save(account);
        if (effect != EngineRunner.Effect.NONE) {
            publications.changed(account, effect == EngineRunner.Effect.TRANSITION, nowMillis);
        }
    }

    private void applyCommand(Admitted<AccountInput> command, InputRecord input) throws RejectedRecordException {
        CachedAccount account = accounts.get(command.accountId());
        apply(account, command, input);
        account.record.readUpTo(input.appendedAtMillis());
        accounts.save(account);
        metrics.commands.increment();
        publications.changed(account, true, nowMillis);
    }

    private EngineRunner.Effect apply(CachedAccount account, Admitted<?> admitted, InputRecord input)
            throws RejectedRecordException {
        CatalogView present = advance(account, input.appendedAtMillis());
        try {
            return engine.apply(account, admitted.input(), present);
        } catch (RejectedRecordException e) {
            throw e.about(admitted.accountId(), admitted.recordId());
        }
    }

    /**
     * Brings an account to the append time of its next record: emits what is due at that moment or before.
     *
     * @return the plans that count for the record
     */
    private CatalogView advance(CachedAccount account, long appendedAtMillis) {
        // Append times can go back a little when the leader of a partition changes. An account's plans do not.
        long atMillis = Math.max(appendedAtMillis, account.record.clockMillis());
        // Waits for the catalog first, so that no notice is missed.
        CatalogView present = plans.at(atMillis);
        if (account.deadlineMillis <= atMillis || account.record.clockMillis() < present.lastNoticeMillis()) {
            passLogTime(account, atMillis);
        }
        return plans.at(atMillis);
    }

    /** Emits what the wall clock has brought, as far as no record is still to come that belongs before it. */
    private void passWallClockTime() {
        if (pendingWork.earliestTimer() > nowMillis && !planNotices.isPending(nowMillis)) {
            return;
        }
        long upToMillis = Math.min(nowMillis, horizon.readUpTo(nextRequestOffset, nextCommandOffset));
        if (upToMillis == Long.MIN_VALUE || !plans.isReadUpTo(upToMillis)) {
            return;
        }
        tick(upToMillis);
        if (planNotices.isPending(nowMillis)) {
            // The scan reads the store.
            accounts.flush();
        }
        for (String accountId : planNotices.next(upToMillis, ACCOUNTS_PER_PUNCTUATION)) {
            accounts.visit(
                    accountId,
                    account -> passLogTime(account, Math.max(planNotices.coversUpTo(), account.record.clockMillis())));
        }
    }

    private void tick(long upToMillis) {
        for (int i = 0; i < ACCOUNTS_PER_PUNCTUATION; i++) {
            String accountId = pendingWork.pollPassed(upToMillis);
            if (accountId == null) {
                return;
            }
            CachedAccount account = accounts.get(accountId);
            passLogTime(account, Math.max(upToMillis, account.record.clockMillis()));
            pendingWork.ticked(account, upToMillis, nowMillis);
        }
    }

    /**
     * Emits what time alone brings to an account: each thing at its own moment, in the order of the moments, by the
     * plans that count there. So it makes no difference whether a record sets this off or the wall clock, and at once
     * or piece by piece. The moment of what was overdue already when the account's newest record was appended is that
     * of the record.
     *
     * @param upToMillis moments up to this one have come
     */
    private void passLogTime(CachedAccount account, long upToMillis) {
        AccountRecord record = account.record;
        if (record.clockMillis() == 0) {
            // Its first record begins the account.
            return;
        }
        Iterator<Notice> notices =
                plans.noticesBetween(record.clockMillis(), upToMillis).iterator();
        @Nullable Notice notice = nextOf(notices);
        long lastDeadlineMillis = Long.MIN_VALUE;
        boolean ticked = false;
        while (true) {
            long deadlineMillis = AccountingEngine.nextDeadline(record.state());
            boolean isDeadline = deadlineMillis <= upToMillis && deadlineMillis != lastDeadlineMillis;
            long dueMillis = Math.max(deadlineMillis, record.clockMillis());
            if (notice != null && !(isDeadline && dueMillis <= notice.atMillis())) {
                if (engine.isDue(record, notice)) {
                    giveTick(account, notice.atMillis());
                    ticked = true;
                }
                notice = nextOf(notices);
            } else if (isDeadline) {
                lastDeadlineMillis = deadlineMillis;
                giveTick(account, dueMillis);
                ticked = true;
            } else {
                break;
            }
        }
        if (ticked) {
            pendingWork.update(account, nowMillis);
        } else {
            account.deadlineMillis = AccountingEngine.nextDeadline(record.state());
        }
    }

    private static @Nullable Notice nextOf(Iterator<Notice> notices) {
        return notices.hasNext() ? notices.next() : null;
    }

    private void giveTick(CachedAccount account, long atMillis) {
        EngineRunner.Effect effect;
        try {
            effect = engine.apply(account, new Tick(atMillis), plans.at(atMillis));
        } catch (RejectedRecordException e) {
            throw new IllegalStateException("the engine rejected a tick: " + e.detail(), e);
        }
        metrics.ticks.increment();
        account.record.passedUpTo(atMillis);
        accounts.save(account);
        if (effect == EngineRunner.Effect.TRANSITION) {
            publications.emitSnapshot(account, nowMillis);
        }
    }

    private void onLoaded(CachedAccount account) {
        pendingWork.loaded(account);
    }

    private void onEvicted(CachedAccount account) {
        publications.evicted(account, nowMillis);
    }
}
