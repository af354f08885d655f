package dev.tollgate.streams.topology;

import dev.tollgate.engine.AccountingEngine;
import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.input.Input;
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
import dev.tollgate.streams.store.AccountStore;
import dev.tollgate.streams.store.Agenda;
import dev.tollgate.streams.store.KafkaEventIndex;
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
 * <p>Everything here lives as long as the task is open. What must outlive it is in the stores, which commit in one transaction
 * with the outputs and the read positions: a crash takes back all three or none. In memory are only decoded copies of accounts,
 * the queues of outputs that pacing holds back, and the queue of deadlines; {@link #open} builds the latter two from the
 * agenda, at a cost in proportion to the accounts that have something coming, not to all accounts.
 *
 * <p>The same records of an account lead to the same journal, limit events and final totals, wherever and however often they
 * are read. When open totals and snapshots are said depends on the wall clock; what they say is the state as of a version.
 */
final class AccountingTask {
    /** Larger events can only be somebody's mistake: the contract's bounds add up to about 20 kB. */
    static final int MAX_EVENT_BYTES = 65_536;

    /** How many accounts one punctuation speaks for per kind: a few milliseconds' work, so that records do not wait. */
    private static final int ACCOUNTS_PER_PUNCTUATION = 250;

    /** A task that has read nothing for this long has caught up, however old the last record was. */
    private static final long IDLE_MILLIS = 500;

    /**
     * How long the agenda goes on naming an account that has said everything: an active one would come and go every second. If
     * the task is opened anew meanwhile, the account says its standing once more than needed.
     */
    static final long LINGER_MILLIS = 10_000;

    /** A tick that leaves its deadline in the past is not repeated at once. */
    private static final long MIN_TICK_DISTANCE_MILLIS = 1_000;

    private final AccountingConfig config;
    private final AccountingEngine engine;
    private final PlanCatalogue plans;
    private final AccountingMetrics metrics;
    private final Emitter emitter;
    private final KafkaEventIndex index;
    private final Agenda agenda;
    private final Accounts accounts;
    private final RecordDecoder<RequestEvent> requestDecoder;
    private final RecordDecoder<AccountEvent> commandDecoder;

    private final Pace snapshotPace;
    private final Pace totalsPace;
    private final Deadlines deadlines = new Deadlines();
    private final NoticeRounds noticeRounds;
    private final Said said = new Said();

    /** Accounts whose outputs were held back when the task was last closed and are not said yet. */
    private final Set<String> recovering = new LinkedHashSet<>();

    /** Accounts in memory that the agenda names although nothing is held back, longest quiet first. */
    private final LinkedHashSet<Account> lingering = new LinkedHashSet<>();

    /** When the last record was read. */
    private long readAtMillis;

    /** Wall-clock time of the call that is being served, milliseconds since the epoch. */
    private long nowMillis;

    private boolean closed;

    AccountingTask(
            AccountingConfig config,
            SchemaRegistryClient registry,
            PlanCatalogue plans,
            AccountingMetrics metrics,
            Emitter emitter,
            AccountStore store,
            KafkaEventIndex index,
            Agenda agenda) {
        this.config = config;
        this.engine = new AccountingEngine(config.engine());
        this.plans = plans;
        this.metrics = metrics;
        this.emitter = emitter;
        this.index = index;
        this.agenda = agenda;
        this.accounts = new Accounts(store, config.cachedAccounts(), this::arrive, this::leave);
        this.noticeRounds =
                new NoticeRounds(plans, store, account -> engine.hasNotice(account.state(), plans, nowMillis));
        this.requestDecoder = new RecordDecoder<>(RequestEvent.class, registry, MAX_EVENT_BYTES);
        this.commandDecoder = new RecordDecoder<>(AccountEvent.class, registry, MAX_EVENT_BYTES);
        this.snapshotPace = new Pace(config.limitStateInterval().toMillis());
        this.totalsPace = new Pace(config.totalsInterval().toMillis());
    }

    /** Reads the agenda. Called once, before anything else. */
    void open() {
        requireOpen();
        agenda.forEach((accountId, heldBack, deadlineMillis) -> {
            deadlines.set(accountId, deadlineMillis);
            if (heldBack) {
                recovering.add(accountId);
            }
        });
    }

    /** A record of request-events. */
    void request(InputRecord input, long wallClockMillis) {
        begin(input, wallClockMillis);
        @Nullable RequestEvent event = null;
        try {
            event = requestDecoder.decode(input.position().topic(), input.value(), input.appendedAtMillis(), nowMillis);
            Account account = accountOf(input, event.getAccountId());
            boolean changed =
                    apply(account, InputTranslator.request(event, input.appendedAtMillis(), input.position()));
            account.record.readRequestAt(input.position().offset(), input.appendedAtMillis());
            accounts.save(account);
            if (changed) {
                speak(account, said.transition);
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
        @Nullable AccountEvent event = null;
        try {
            event = commandDecoder.decode(input.position().topic(), input.value(), input.appendedAtMillis(), nowMillis);
            Account account = accountOf(input, event.getAccountId());
            AccountInput command = InputTranslator.command(event, input.appendedAtMillis(), input.position());
            awaitPlanOf(command);
            apply(account, command);
            account.record.readUpTo(input.appendedAtMillis());
            accounts.save(account);
            metrics.count("commands");
            speak(account, true);
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
            follow(0);
        }
        snapshotPace.sayDue(nowMillis, ACCOUNTS_PER_PUNCTUATION, account -> {
            saySnapshot(account);
            updateAgenda(account);
        });
        totalsPace.sayDue(nowMillis, ACCOUNTS_PER_PUNCTUATION, account -> {
            sayTotals(account);
            updateAgenda(account);
        });
        recover();
        tick();
        for (String accountId : noticeRounds.next(nowMillis, ACCOUNTS_PER_PUNCTUATION)) {
            accounts.visit(accountId, account -> {
                giveTick(account);
                updateAgenda(account);
            });
        }
        forgetQuiet();
    }

    /**
     * The task is over, in order or not. Every later call fails and touches neither store nor output: what is in memory may
     * come from a transaction that was aborted, and the stores may belong to the next task already.
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
        follow(wallClockMillis - input.appendedAtMillis());
    }

    private void follow(long delayMillis) {
        snapshotPace.follow(delayMillis);
        totalsPace.follow(delayMillis);
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
     * Runs the engine.
     *
     * @return whether the account changed
     * @throws RefusedException if the engine refused the input; the state is as before
     */
    private boolean apply(Account account, Input input) throws RefusedException {
        long before = account.record.state().version();
        said.begin();
        try {
            engine.apply(account.record.state(), input, plans, index.of(account.record), said);
            index.expireSome();
        } catch (RuntimeException | Error e) {
            // The state may be changed by half. The task ends with this exception; nobody may save that state before.
            accounts.drop(account);
            throw e;
        }
        RejectionReason rejection = said.rejection;
        if (rejection != null) {
            throw new RefusedException(rejection, said.rejectionDetail);
        }
        return account.record.state().version() != before;
    }

    /**
     * A plan and the assignment to it travel through different topics: give the catalogue a moment. The time counts from the
     * command's append, so a backlog of commands for a plan that will never come waits once and not once each.
     */
    private void awaitPlanOf(AccountInput command) {
        if (command.change() instanceof AccountChange.PlanAssigned assigned
                && plans.planAt(assigned.planId(), command.effectiveAtMillis()) == null) {
            long rest = command.appendedAtMillis() + config.catalogueWait().toMillis() - nowMillis;
            if (rest > 0) {
                metrics.count("catalogue.waits");
                plans.await(
                        assigned.planId(),
                        command.effectiveAtMillis(),
                        Math.min(rest, config.catalogueWait().toMillis()));
            }
        }
    }

    /** Says the account's new standing, as soon as pacing allows. */
    private void speak(Account account, boolean atOnce) {
        if (atOnce || snapshotPace.mayBeSaid(account.snapshot, nowMillis)) {
            saySnapshot(account);
        }
        if (totalsPace.mayBeSaid(account.totals, nowMillis)) {
            sayTotals(account);
        }
        updateAgenda(account);
    }

    private void saySnapshot(Account account) {
        emitter.snapshot(engine.snapshot(account.record.state(), plans, nowMillis), account.record);
        snapshotPace.said(account.snapshot, nowMillis);
    }

    private void sayTotals(Account account) {
        said.begin();
        engine.openTotals(account.record.state(), plans, said);
        totalsPace.said(account.totals, nowMillis);
    }

    private void recover() {
        Iterator<String> ids = recovering.iterator();
        for (int i = 0; i < ACCOUNTS_PER_PUNCTUATION && ids.hasNext(); i++) {
            Account account = accounts.get(ids.next());
            ids.remove();
            account.recovering = false;
            saySnapshot(account);
            sayTotals(account);
            updateAgenda(account);
            metrics.count("recovered");
        }
    }

    private void tick() {
        for (int i = 0; i < ACCOUNTS_PER_PUNCTUATION; i++) {
            String accountId = deadlines.pollPassed(nowMillis);
            if (accountId == null) {
                return;
            }
            tick(accountId);
        }
    }

    private void tick(String accountId) {
        Account account = accounts.get(accountId);
        giveTick(account);
        // Whatever is known about it here: an account that was not in memory has come without the deadline that passed.
        putAgenda(account, account.agendaHeldBack || account.isHeldBack());
        updateAgenda(account);
        if (account.agendaDeadlineMillis <= nowMillis) {
            deadlines.set(accountId, nowMillis + MIN_TICK_DISTANCE_MILLIS);
        }
    }

    private void giveTick(Account account) {
        try {
            apply(account, new Tick(nowMillis));
        } catch (RefusedException e) {
            throw new IllegalStateException("the engine refused a tick: " + e.detail(), e);
        }
        metrics.count("ticks");
        accounts.save(account);
        if (said.transition) {
            saySnapshot(account);
        }
    }

    private void arrive(Account account) {
        account.recovering = recovering.contains(account.id());
        account.agendaHeldBack = account.recovering;
        account.agendaDeadlineMillis = deadlines.of(account.id());
    }

    /** An account leaves memory: what is held back is said now, as nobody would remember it. */
    private void leave(Account account) {
        if (account.snapshot.isHeld() || account.totals.isHeld()) {
            metrics.count("snapshots.early");
            saySnapshot(account);
            sayTotals(account);
        }
        lingering.remove(account);
        if (account.agendaHeldBack && !account.isHeldBack()) {
            putAgenda(account, false);
        }
    }

    private void updateAgenda(Account account) {
        boolean heldBack = account.isHeldBack();
        if (heldBack && !account.agendaHeldBack
                || AccountingEngine.nextDeadline(account.record.state()) != account.agendaDeadlineMillis) {
            putAgenda(account, heldBack || account.agendaHeldBack);
        }
        if (!heldBack && account.agendaHeldBack) {
            account.quietSinceMillis = nowMillis;
            lingering.addLast(account);
        }
    }

    private void putAgenda(Account account, boolean heldBack) {
        account.agendaHeldBack = heldBack;
        account.agendaDeadlineMillis = AccountingEngine.nextDeadline(account.record.state());
        agenda.put(account.id(), heldBack, account.agendaDeadlineMillis);
        deadlines.set(account.id(), account.agendaDeadlineMillis);
    }

    /** Takes accounts off the agenda that have been quiet for long enough. */
    private void forgetQuiet() {
        for (int i = 0; i < ACCOUNTS_PER_PUNCTUATION && !lingering.isEmpty(); i++) {
            Account account = lingering.getFirst();
            if (nowMillis - account.quietSinceMillis < LINGER_MILLIS) {
                return;
            }
            lingering.removeFirst();
            if (account.agendaHeldBack && !account.isHeldBack()) {
                putAgenda(account, false);
            }
        }
    }

    /** Takes what the engine says about one input. */
    private final class Said implements Outputs {
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
