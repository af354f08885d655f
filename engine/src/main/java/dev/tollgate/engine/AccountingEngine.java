package dev.tollgate.engine;

import dev.tollgate.engine.index.EventIndex;
import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.input.Input;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.input.Tick;
import dev.tollgate.engine.internal.account.Account;
import dev.tollgate.engine.internal.account.TermsResolver;
import dev.tollgate.engine.internal.apply.AccountChanges;
import dev.tollgate.engine.internal.apply.Commands;
import dev.tollgate.engine.internal.apply.Corrections;
import dev.tollgate.engine.internal.apply.InputLimits;
import dev.tollgate.engine.internal.apply.LeakyReplay;
import dev.tollgate.engine.internal.apply.Requests;
import dev.tollgate.engine.internal.apply.StreamTime;
import dev.tollgate.engine.internal.apply.ThresholdEvaluator;
import dev.tollgate.engine.internal.apply.Ticks;
import dev.tollgate.engine.internal.apply.Transition;
import dev.tollgate.engine.internal.bucket.Bucket;
import dev.tollgate.engine.internal.bucket.BucketGroup;
import dev.tollgate.engine.internal.bucket.FixedBucket;
import dev.tollgate.engine.internal.bucket.KeyBuckets;
import dev.tollgate.engine.internal.bucket.RollingBucket;
import dev.tollgate.engine.output.Outputs;
import dev.tollgate.planmodel.PlanCatalog;
import dev.tollgate.planmodel.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The accounting rules as a function: an account's state and one input give the state changed in place, and outputs in
 * order. It may touch the state that it is given, the account's event index and the outputs; of its own it remembers
 * compiled plans, and nothing about accounts. It must not read a clock, draw random numbers, start threads, do I/O or
 * let the order of a hash table decide, so that the same history has the same outcome wherever it is replayed.
 *
 * <p>One instance serves any number of accounts, from one thread at a time.
 *
 * <pre>{@code
 * AccountingEngine engine = new AccountingEngine(EngineSettings.defaults());
 * AccountState state = AccountState.empty("acme");
 * engine.apply(state, event, plans, index, outputs);
 * }</pre>
 *
 * <p>What an input leads to depends only on the state, the input, the catalog and the account's event index. Inputs
 * from topics are applied or rejected; an exception means that an invariant is broken, and the state is not to be used
 * any more.
 */
public final class AccountingEngine {
    private final Requests requests;
    private final Commands commands;
    private final Ticks ticks;
    private final StreamTime streamTime;
    private final Snapshots snapshots;

    /** That of the last input; null before the first one. */
    private @Nullable Transition transition;

    public AccountingEngine(EngineSettings settings) {
        TermsResolver resolver = new TermsResolver(settings.defaultPlanId());
        InputLimits limits = new InputLimits(
                settings.allowedSkewMillis(), settings.dedupeHorizonMillis(), settings.maxScopeKeysPerLimit());
        ThresholdEvaluator evaluator = new ThresholdEvaluator(resolver);
        AccountChanges changes = new AccountChanges(resolver, evaluator);
        this.streamTime = new StreamTime(limits, resolver, evaluator, changes);
        this.requests = new Requests(limits, resolver, evaluator, streamTime, changes);
        LeakyReplay replay = new LeakyReplay(limits, resolver);
        Corrections corrections = new Corrections(limits, resolver, evaluator, requests, replay);
        this.commands = new Commands(limits, resolver, changes, corrections, replay);
        this.ticks = new Ticks(resolver, evaluator, changes);
        this.snapshots = new Snapshots(resolver);
    }

    /**
     * Applies one input. Outputs are emitted in order while it is applied; {@link Outputs#rejected} is the only one if
     * it is rejected, and the state is then as before.
     *
     * @param state the account's state, changed in place
     * @param input the next of the account's records, or a tick
     * @param plans the catalog; an input is applied by what it holds at the beginning
     * @param index the account's event index
     * @param out takes what follows
     * @throws IllegalArgumentException if the input belongs to another account
     */
    public void apply(AccountState state, Input input, PlanCatalog plans, EventIndex index, Outputs out) {
        Account account = state.account();
        Transition transition = this.transition;
        if (transition == null) {
            transition = new Transition(account, input, plans.snapshot(), index, out);
            this.transition = transition;
        } else {
            transition.begin(account, input, plans.snapshot(), index, out);
        }
        switch (input) {
            case RequestInput request -> requests.apply(transition, request);
            case AccountInput command -> commands.apply(transition, command);
            case Tick tick -> ticks.apply(transition, tick);
        }
        account.scopes().settle();
    }

    /**
     * Emits the totals so far of all open fixed windows. Changes nothing. Its cost grows with the number of scope keys.
     */
    public void openTotals(AccountState state, PlanCatalog plans, Outputs out) {
        PlanCatalog snapshot = plans.snapshot();
        Account account = state.account();
        account.peekAtEachBucket(bucket -> openTotal(account, snapshot, bucket, out));
    }

    /** The same for the limits of scope {@code ACCOUNT} only. */
    public void openAccountTotals(AccountState state, PlanCatalog plans, Outputs out) {
        PlanCatalog snapshot = plans.snapshot();
        Account account = state.account();
        for (BucketGroup group : List.copyOf(account.groups())) {
            group.accountBuckets().forEach(bucket -> openTotal(account, snapshot, bucket, out));
        }
    }

    /** The same for one project or API key. */
    public void openScopeTotals(AccountState state, PlanCatalog plans, Scope scope, String key, Outputs out) {
        Account account = state.account();
        KeyBuckets record = account.scopes().peek(scope, key);
        if (record != null) {
            PlanCatalog snapshot = plans.snapshot();
            for (BucketGroup group : List.copyOf(account.groups())) {
                group.bucketsOf(record).forEach(bucket -> openTotal(account, snapshot, bucket, out));
            }
        }
    }

    private void openTotal(Account account, PlanCatalog plans, Bucket bucket, Outputs out) {
        switch (bucket) {
            case FixedBucket fixed -> out.total(streamTime.total(account, plans, fixed, false));
            case RollingBucket _ -> {}
        }
    }

    /**
     * The account as people see it, with all its projects and API keys. Its cost grows with their number.
     *
     * @param atMillis the moment of interest, usually wall-clock time; stream time if that is later
     */
    public AccountSnapshot snapshot(AccountState state, PlanCatalog plans, long atMillis) {
        return snapshots.of(state.account(), plans.snapshot(), atMillis);
    }

    /** The same with the limits of scope {@code ACCOUNT} only. */
    public AccountSnapshot accountSnapshot(AccountState state, PlanCatalog plans, long atMillis) {
        return snapshots.ofAccount(state.account(), plans.snapshot(), atMillis);
    }

    /** The same with the limits of one project or API key only; null if nothing of them is in use. */
    public @Nullable AccountSnapshot scopeSnapshot(
            AccountState state, PlanCatalog plans, long atMillis, Scope scope, String key) {
        return snapshots.ofScopeKey(state.account(), plans.snapshot(), atMillis, scope, key);
    }

    /**
     * Whether a {@link Tick} at this moment would tell the account that a new version of its plan is to come: the
     * catalog has one, its notice period has begun, and the account has had no notice of it yet. Unlike
     * {@link #nextDeadline} this changes with the catalog. Changes nothing.
     */
    public boolean hasNotice(AccountState state, PlanCatalog plans, long nowMillis) {
        return ticks.hasNotice(state.account(), plans, nowMillis);
    }

    /** The plan that an account is on at a moment, as {@link #hasNotice} sees it: by assignment, or the default one. */
    public String planIdAt(AccountState state, long nowMillis) {
        return ticks.planIdAt(state.account(), nowMillis);
    }

    /**
     * Earliest wall-clock time at which a {@link Tick} has something to emit about an account, milliseconds since the
     * epoch; {@link Long#MAX_VALUE} while there is none. Any later input may change it. Notices of plan versions are
     * not in it.
     */
    public static long nextDeadline(AccountState state) {
        return Ticks.deadline(state.account());
    }
}
