package dev.tollgate.streams.topology;

import dev.tollgate.engine.AccountState;
import dev.tollgate.engine.AccountingEngine;
import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.input.Input;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.input.Tick;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.Outputs;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.topic.AccountPartitioner;
import dev.tollgate.streams.AccountingMetrics;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.input.InputHorizon;
import dev.tollgate.streams.plan.CatalogView;
import dev.tollgate.streams.plan.InMemoryPlanCatalog;
import dev.tollgate.streams.plan.InMemoryPlanCatalog.Notice;
import dev.tollgate.streams.store.AccountRecord;
import dev.tollgate.streams.store.AccountStore;
import dev.tollgate.streams.store.KafkaEventIndex;
import dev.tollgate.streams.store.PendingWorkStore;
import dev.tollgate.streams.store.ScopeId;
import dev.tollgate.streams.translate.InputTranslator;
import dev.tollgate.streams.translate.RecordDecoder;
import dev.tollgate.streams.translate.RefusalReason;
import dev.tollgate.streams.translate.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One partition's accounts: runs the engine over their records and says what follows.
 *
 * <p>Everything here lives as long as the task is open. What must outlive it is in the stores, which commit in one
 * transaction with the outputs and the read positions: a crash takes back all three or none. In memory are only decoded
 * copies of accounts, the queues of outputs that pacing holds back, and the queue of timers; {@link #open} builds the
 * latter two from the the pending work, at a cost in proportion to the accounts that have something coming, not to all
 * accounts.
 *
 * <p>The same records of an account lead to the same journal, limit events and final totals, wherever and however often
 * they are read. What only time brings has a moment of its own, and is said before the account's first record with that
 * append time or a later one, whether or not the wall clock has set it off before: see {@link #passLogTime}. The wall
 * clock may do so once no record of before is still to come ({@link InputHorizon}). Which plans count follows from
 * append times ({@link InMemoryPlanCatalog}). When open totals and snapshots are said depends on the wall clock; what
 * they say is the state as of a version.
 */
final class AccountingTask {
    /** Larger events can only be somebody's mistake: the contract's bounds add up to about 20 kB. */
    static final int MAX_EVENT_BYTES = 65_536;

    /** How many accounts one punctuation speaks for per kind: a few milliseconds' work, so that records do not wait. */
    private static final int ACCOUNTS_PER_PUNCTUATION = 250;

    /** How many changed projects and API keys of an account are held back at most. */
    private static final int MAX_UNPUBLISHED_SCOPES = 1_000;

    /** A task that has read nothing for this long has caught up, however old the last record was. */
    private static final long IDLE_MILLIS = 500;

    /**
     * How long the pending work goes on naming an account that has said everything: an active one would come and go
     * every second. If the task is opened anew meanwhile, the account says its standing once more than needed.
     */
    static final long LINGER_MILLIS = 10_000;

    /** A tick that leaves its deadline in the past is not repeated at once. */
    private static final long MIN_TICK_DISTANCE_MILLIS = 1_000;

    private final AccountingConfig config;
    private final AccountingEngine engine;
    private final InMemoryPlanCatalog catalog;
    private final InputHorizon horizon;
    private final AccountingMetrics metrics;
    private final Emitter emitter;
    private final KafkaEventIndex index;
    private final PendingWorkStore pendingWork;
    private final Accounts accounts;
    private final RecordDecoder<RequestEvent> requestDecoder;
    private final RecordDecoder<AccountEvent> commandDecoder;

    private final EmissionThrottle snapshotThrottle;
    private final EmissionThrottle totalsThrottle;
    private final TimerQueue timers = new TimerQueue();
    private final PlanNoticeScan planNotices;
    private final OutputCollector collected = new OutputCollector();

    /** Accounts whose outputs were held back when the task was last closed and are not said yet. */
    private final Set<String> recovering = new LinkedHashSet<>();

    /** Accounts in memory that the pending work names although nothing is held back, longest quiet first. */
    private final LinkedHashSet<Account> idle = new LinkedHashSet<>();

    /** When the last record was read. */
    private long readAtMillis;

    /** Offsets after the newest records that were processed. */
    private long nextRequestOffset = InputHorizon.UNKNOWN_OFFSET;

    private long nextCommandOffset = InputHorizon.UNKNOWN_OFFSET;

    /** The catalog for the last moment that was asked for. */
    private CatalogView view = CatalogView.NONE;

    /** Wall-clock time of the call that is being served, milliseconds since the epoch. */
    private long nowMillis;

    private boolean closed;

    AccountingTask(
            AccountingConfig config,
            SchemaRegistryClient registry,
            InMemoryPlanCatalog catalog,
            InputHorizon horizon,
            AccountingMetrics metrics,
            Emitter emitter,
            AccountStore store,
            KafkaEventIndex index,
            PendingWorkStore pendingWork) {
        this.config = config;
        this.engine = new AccountingEngine(config.engine());
        this.catalog = catalog;
        this.horizon = horizon;
        this.metrics = metrics;
        this.emitter = emitter;
        this.index = index;
        this.pendingWork = pendingWork;
        this.accounts = new Accounts(store, config.cacheBytes(), this::onLoaded, this::onEvicted);
        this.planNotices = new PlanNoticeScan(catalog, store, pendingWork, this::isDue);
        this.requestDecoder = new RecordDecoder<>(RequestEvent.class, registry, MAX_EVENT_BYTES);
        this.commandDecoder = new RecordDecoder<>(AccountEvent.class, registry, MAX_EVENT_BYTES);
        this.snapshotThrottle = new EmissionThrottle(config.limitStateInterval().toMillis());
        this.totalsThrottle = new EmissionThrottle(config.totalsInterval().toMillis());
    }

    /** Reads the pending work. Called once, before anything else. */
    void open() {
        requireOpen();
        pendingWork.forEach((accountId, heldBack, deadlineMillis) -> {
            timers.set(accountId, deadlineMillis);
            if (heldBack) {
                recovering.add(accountId);
            }
        });
    }

    /** A record of request-events. */
    void request(InputRecord input, long wallClockMillis) {
        begin(input, wallClockMillis);
        nextRequestOffset = input.position().offset() + 1;
        @Nullable RequestEvent event = null;
        try {
            event = requestDecoder.decode(input.position().topic(), input.value(), input.appendedAtMillis(), nowMillis);
            Account account = accountOf(input, event.getAccountId());
            RequestInput request =
                    InputTranslator.request(event, config.maxAge(), input.appendedAtMillis(), input.position());
            CatalogView plans = comeTo(account, input.appendedAtMillis());
            boolean changed = apply(account, request, plans);
            account.record.readRequestAt(input.position().offset(), input.appendedAtMillis());
            accounts.save(account);
            if (changed) {
                publish(account, collected.transition);
            }
        } catch (RefusedException e) {
            emitter.deadLetter(
                    input,
                    e.reason(),
                    e.detail(),
                    event == null ? null : event.getAccountId(),
                    event == null ? null : event.getEventId());
        }
    }

    /** A record of account-events. */
    void command(InputRecord input, long wallClockMillis) {
        begin(input, wallClockMillis);
        nextCommandOffset = input.position().offset() + 1;
        @Nullable AccountEvent event = null;
        try {
            event = commandDecoder.decode(input.position().topic(), input.value(), input.appendedAtMillis(), nowMillis);
            Account account = accountOf(input, event.getAccountId());
            AccountInput command = InputTranslator.command(event, input.appendedAtMillis(), input.position());
            apply(account, command, comeTo(account, input.appendedAtMillis()));
            account.record.readUpTo(input.appendedAtMillis());
            accounts.save(account);
            metrics.count("commands");
            publish(account, true);
        } catch (RefusedException e) {
            emitter.deadLetter(
                    input,
                    e.reason(),
                    e.detail(),
                    event == null ? null : event.getAccountId(),
                    event == null ? null : event.getCommandId());
        }
    }

    /** Wall-clock time has passed: says what pacing held back, and gives ticks to accounts whose deadline is over. */
    void passTime(long wallClockMillis) {
        requireOpen();
        nowMillis = wallClockMillis;
        if (nowMillis - readAtMillis >= IDLE_MILLIS) {
            adaptTo(0);
        }
        snapshotThrottle.flushDue(nowMillis, ACCOUNTS_PER_PUNCTUATION, account -> {
            saySnapshot(account);
            updatePendingWork(account);
        });
        totalsThrottle.flushDue(nowMillis, ACCOUNTS_PER_PUNCTUATION, account -> {
            sayTotals(account);
            updatePendingWork(account);
        });
        recover();
        flushDue();
        forgetQuiet();
    }

    /** Says what the wall clock has brought, as far as no record is still to come that belongs before it. */
    private void flushDue() {
        if (timers.earliest() > nowMillis && !planNotices.isPending(nowMillis)) {
            return;
        }
        long upToMillis = Math.min(nowMillis, horizon.readUpTo(nextRequestOffset, nextCommandOffset));
        if (upToMillis == Long.MIN_VALUE || !catalog.isReadUpTo(upToMillis)) {
            return;
        }
        tick(upToMillis);
        for (String accountId : planNotices.next(upToMillis, ACCOUNTS_PER_PUNCTUATION)) {
            accounts.visit(
                    accountId,
                    account -> passLogTime(account, Math.max(planNotices.coversUpTo(), account.record.clockMillis())));
        }
    }

    /**
     * The task is over, in order or not. Every later call fails and touches neither store nor output: what is in memory
     * may come from a transaction that was aborted, and the stores may belong to the next task already.
     */
    void close() {
        closed = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the accounting task of partition " + emitter.partition()
                    + " was closed and must not be called; its accounts may be older than those in the store");
        }
    }

    private void begin(InputRecord input, long wallClockMillis) {
        requireOpen();
        nowMillis = wallClockMillis;
        readAtMillis = wallClockMillis;
        adaptTo(wallClockMillis - input.appendedAtMillis());
    }

    private void adaptTo(long delayMillis) {
        snapshotThrottle.adaptTo(delayMillis);
        totalsThrottle.adaptTo(delayMillis);
    }

    /**
     * The account that a record is about, if the record stands where the account's records stand.
     *
     * @throws RefusedException if there is none, or its state may live in another task
     */
    private Account accountOf(InputRecord input, String accountId) throws RefusedException {
        if (accountId.isEmpty()) {
            throw new RefusedException(RejectionReason.MISSING_ACCOUNT_ID, "account_id must not be empty");
        }
        if (accountId.indexOf('\0') >= 0) {
            // It separates the parts of keys.
            throw new RefusedException(
                    RefusalReason.INVALID_ACCOUNT_ID, "account_id must not contain the character U+0000");
        }
        byte[] key = input.key();
        if (!Arrays.equals(key, accountId.getBytes(StandardCharsets.UTF_8))) {
            throw new RefusedException(
                    RefusalReason.KEY_MISMATCH,
                    "record key must be the account id '" + accountId + "' in UTF-8, was "
                            + (key == null ? "null" : "'" + new String(key, StandardCharsets.UTF_8) + "'"));
        }
        int partition = AccountPartitioner.partition(accountId, config.topics().partitions());
        if (partition != input.position().partition()) {
            throw new RefusedException(
                    RefusalReason.WRONG_PARTITION,
                    "records of account '" + accountId + "' must stand in partition " + partition + ", this one is in "
                            + input.position().partition()
                            + "; publish with the default partitioner of Kafka's Java client (murmur2)");
        }
        return accounts.get(accountId);
    }

    /**
     * Brings an account to the append time of its next record: says what is due at that moment or before.
     *
     * @return the plans that count for the record
     */
    private CatalogView comeTo(Account account, long appendedAtMillis) {
        // Append times can go back a little when the leader of a partition changes. An account's plans do not.
        long atMillis = Math.max(appendedAtMillis, account.record.clockMillis());
        CatalogView plans = viewAt(atMillis);
        if (account.deadlineMillis <= atMillis || account.record.clockMillis() < plans.lastNoticeMillis()) {
            passLogTime(account, atMillis);
        }
        return viewAt(atMillis);
    }

    private CatalogView viewAt(long atMillis) {
        if (!view.covers(atMillis)) {
            view = catalog.viewFor(atMillis, this::countWait);
        }
        return view;
    }

    private void countWait() {
        metrics.count("catalog.waits");
    }

    /**
     * Runs the engine.
     *
     * @return whether the account changed
     * @throws RefusedException if the engine refused the input; the state is as before
     */
    private boolean apply(Account account, Input input, CatalogView plans) throws RefusedException {
        long before = account.record.state().version();
        collected.begin();
        try {
            engine.apply(account.record.state(), input, plans.plans(), index.of(account.record), collected);
            index.expireSome();
        } catch (RuntimeException | Error e) {
            // The state may be changed by half. The task ends with this exception; nobody may save that state before.
            accounts.drop(account);
            throw e;
        }
        RejectionReason rejection = collected.rejection;
        if (rejection != null) {
            throw new RefusedException(rejection, collected.rejectionDetail);
        }
        return account.record.state().version() != before;
    }

    /** Says the account's new standing, as soon as pacing allows. */
    private void publish(Account account, boolean atOnce) {
        if (atOnce
                || snapshotThrottle.tryAcquire(account.snapshot, nowMillis)
                || account.record.unpublishedStates() >= MAX_UNPUBLISHED_SCOPES) {
            saySnapshot(account);
        }
        if (totalsThrottle.tryAcquire(account.totals, nowMillis)) {
            sayTotals(account);
        }
        updatePendingWork(account);
    }

    private void saySnapshot(Account account) {
        AccountState state = account.record.state();
        CatalogView plans = viewAt(account.record.clockMillis());
        emitter.snapshot(engine.accountSnapshot(state, plans.plans(), nowMillis), account.record, plans::bucketName);
        for (ScopeId id : account.record.takeUnpublishedStates()) {
            emitter.snapshot(
                    id,
                    engine.scopeSnapshot(state, plans.plans(), nowMillis, id.scope(), id.key()),
                    account.record,
                    plans::bucketName);
        }
        snapshotThrottle.emitted(account.snapshot, nowMillis);
    }

    private void sayTotals(Account account) {
        collected.begin();
        AccountState state = account.record.state();
        CatalogView plans = viewAt(account.record.clockMillis());
        engine.openAccountTotals(state, plans.plans(), collected);
        for (ScopeId id : account.record.takeUnpublishedTotals()) {
            engine.openScopeTotals(state, plans.plans(), id.scope(), id.key(), collected);
        }
        totalsThrottle.emitted(account.totals, nowMillis);
    }

    private void recover() {
        Iterator<String> ids = recovering.iterator();
        int scopes = 0;
        for (int i = 0; i < ACCOUNTS_PER_PUNCTUATION && scopes < MAX_UNPUBLISHED_SCOPES && ids.hasNext(); i++) {
            Account account = accounts.get(ids.next());
            ids.remove();
            account.recovering = false;
            account.record.nothingIsPublished();
            scopes += account.record.unpublishedStates();
            saySnapshot(account);
            sayTotals(account);
            updatePendingWork(account);
            metrics.count("recovered");
        }
    }

    private void tick(long upToMillis) {
        for (int i = 0; i < ACCOUNTS_PER_PUNCTUATION; i++) {
            String accountId = timers.pollPassed(upToMillis);
            if (accountId == null) {
                return;
            }
            Account account = accounts.get(accountId);
            passLogTime(account, Math.max(upToMillis, account.record.clockMillis()));
            // Whatever is known about it here: an account that was not in memory has come without the deadline that
            // passed.
            storePendingWork(account, account.storedHeldBack || account.isHeldBack());
            updatePendingWork(account);
            if (account.storedDeadlineMillis <= upToMillis) {
                timers.set(accountId, nowMillis + MIN_TICK_DISTANCE_MILLIS);
            }
        }
    }

    /**
     * Says what time alone brings to an account: each thing at its own moment, in the order of the moments, by the
     * plans that count there. So it makes no difference whether a record sets this off or the wall clock, and at once
     * or piece by piece. The moment of what was overdue already when the account's newest record was appended is that
     * of the record.
     *
     * @param upToMillis moments up to this one have come
     */
    private void passLogTime(Account account, long upToMillis) {
        AccountRecord record = account.record;
        if (record.clockMillis() == 0) {
            // Its first record begins the account.
            return;
        }
        Iterator<Notice> notices =
                catalog.noticesBetween(record.clockMillis(), upToMillis).iterator();
        @Nullable Notice notice = nextOf(notices);
        long lastDeadlineMillis = Long.MIN_VALUE;
        boolean ticked = false;
        while (true) {
            long deadlineMillis = AccountingEngine.nextDeadline(record.state());
            boolean isDeadline = deadlineMillis <= upToMillis && deadlineMillis != lastDeadlineMillis;
            long dueMillis = Math.max(deadlineMillis, record.clockMillis());
            if (notice != null && !(isDeadline && dueMillis <= notice.atMillis())) {
                ticked |= isDue(record, notice) && giveTick(account, notice.atMillis());
                notice = nextOf(notices);
            } else if (isDeadline) {
                lastDeadlineMillis = deadlineMillis;
                ticked |= giveTick(account, dueMillis);
            } else {
                break;
            }
        }
        if (ticked) {
            updatePendingWork(account);
        } else {
            account.deadlineMillis = AccountingEngine.nextDeadline(record.state());
        }
    }

    private static @Nullable Notice nextOf(Iterator<Notice> notices) {
        return notices.hasNext() ? notices.next() : null;
    }

    private boolean isDue(AccountRecord account, Notice notice) {
        return engine.planIdAt(account.state(), notice.atMillis()).equals(notice.planId())
                && engine.hasNotice(account.state(), viewAt(notice.atMillis()).plans(), notice.atMillis());
    }

    private boolean giveTick(Account account, long atMillis) {
        try {
            apply(account, new Tick(atMillis), viewAt(atMillis));
        } catch (RefusedException e) {
            throw new IllegalStateException("the engine refused a tick: " + e.detail(), e);
        }
        metrics.count("ticks");
        account.record.passedUpTo(atMillis);
        accounts.save(account);
        if (collected.transition) {
            saySnapshot(account);
        }
        return true;
    }

    private void onLoaded(Account account) {
        account.recovering = recovering.contains(account.id());
        account.storedHeldBack = account.recovering;
        account.storedDeadlineMillis = timers.of(account.id());
        account.deadlineMillis = AccountingEngine.nextDeadline(account.record.state());
    }

    /** An account leaves memory: what is held back is said now, as nobody would remember it. */
    private void onEvicted(Account account) {
        if (account.snapshot.isHeld() || account.totals.isHeld()) {
            metrics.count("snapshots.early");
            saySnapshot(account);
            sayTotals(account);
        }
        idle.remove(account);
        if (account.storedHeldBack && !account.isHeldBack()) {
            storePendingWork(account, false);
        }
    }

    private void updatePendingWork(Account account) {
        boolean heldBack = account.isHeldBack();
        account.deadlineMillis = AccountingEngine.nextDeadline(account.record.state());
        if (heldBack && !account.storedHeldBack || account.deadlineMillis != account.storedDeadlineMillis) {
            storePendingWork(account, heldBack || account.storedHeldBack);
        }
        if (!heldBack && account.storedHeldBack) {
            account.quietSinceMillis = nowMillis;
            idle.addLast(account);
        }
    }

    private void storePendingWork(Account account, boolean heldBack) {
        account.storedHeldBack = heldBack;
        account.storedDeadlineMillis = AccountingEngine.nextDeadline(account.record.state());
        pendingWork.put(account.id(), heldBack, account.storedDeadlineMillis);
        timers.set(account.id(), account.storedDeadlineMillis);
    }

    /** Takes accounts off the pending work that have been quiet for long enough. */
    private void forgetQuiet() {
        for (int i = 0; i < ACCOUNTS_PER_PUNCTUATION && !idle.isEmpty(); i++) {
            Account account = idle.getFirst();
            if (nowMillis - account.quietSinceMillis < LINGER_MILLIS) {
                return;
            }
            idle.removeFirst();
            if (account.storedHeldBack && !account.isHeldBack()) {
                storePendingWork(account, false);
            }
        }
    }

    /** Takes what the engine says about one input. */
    private final class OutputCollector implements Outputs {
        private boolean transition;
        private @Nullable RejectionReason rejection;
        private String rejectionDetail = "";

        void begin() {
            transition = false;
            rejection = null;
            rejectionDetail = "";
        }

        @Override
        public void journal(JournalEntry entry) {
            emitter.journal(entry);
        }

        @Override
        public void total(UsageTotal total) {
            emitter.total(total);
        }

        @Override
        public void limitEvent(LimitEvent event) {
            transition = true;
            emitter.limitEvent(event);
        }

        @Override
        public void rejected(RejectionReason reason, String detail) {
            rejection = reason;
            rejectionDetail = detail;
        }
    }
}
