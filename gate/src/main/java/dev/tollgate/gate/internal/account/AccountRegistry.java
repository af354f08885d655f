package dev.tollgate.gate.internal.account;

import dev.tollgate.gate.GateConfig;
import dev.tollgate.gate.Policy;
import dev.tollgate.gate.internal.counter.CounterRule;
import dev.tollgate.gate.internal.counter.FleetShare;
import dev.tollgate.schemas.avro.BucketState;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.topic.LimitStateKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All accounts that this gate knows, at most {@link GateConfig#maxAccounts()}. When there is no room for another, the
 * one that was not asked for the longest among a few candidates goes. Accounts that are blocked or suspended go last:
 * forgotten, they would be let through.
 */
public final class AccountRegistry {
    private static final int EVICTION_CANDIDATES = 16;

    /** After a look at all accounts that found none to forget, any is forgotten for so long. */
    private static final long ALL_HELD_MILLIS = 1_000;

    private final GateConfig config;
    private final IntakeCounts counts;
    private final GateTerms.AllowedAnswer allowed;
    private final Predicate<String> filter;
    private final PlanRegistry plans = new PlanRegistry();
    private final FleetShare fleet;
    private final ConcurrentHashMap<String, GateAccount> accounts = new ConcurrentHashMap<>();
    private final LongSupplier clock;
    private Iterator<GateAccount> hand = accounts.values().iterator();

    /** Until then all accounts are taken to be held: a look at each found none that is not. */
    private long allHeldUntilMillis;

    /**
     * @param filter which accounts are kept
     * @param clock milliseconds since the epoch
     * @param allowed makes the answers of callers; called while terms are made
     */
    public AccountRegistry(
            GateConfig config,
            IntakeCounts counts,
            Predicate<String> filter,
            LongSupplier clock,
            GateTerms.AllowedAnswer allowed) {
        this.config = config;
        this.fleet = new FleetShare(config.fleetSize());
        this.counts = counts;
        this.filter = filter;
        this.clock = clock;
        this.allowed = allowed;
    }

    @Nullable
    public GateAccount find(String accountId) {
        return accounts.get(accountId);
    }

    public int size() {
        return accounts.size();
    }

    /** An account without a snapshot, to be judged by the default plan; null if there is none, or no room. */
    @Nullable
    public GateAccount openByDefaultPlan(String accountId, long nowMillis) {
        String planId = config.defaultPlan();
        if (planId == null
                || accounts.size() >= config.maxAccounts()
                || plans.versionAt(planId, 0, nowMillis) == null
                || !filter.test(accountId)) {
            return null;
        }
        return accounts.computeIfAbsent(
                accountId, id -> new GateAccount(id, this::termsFor, fleet, counts.mergedCalls, nowMillis));
    }

    public synchronized void apply(LimitState state) {
        String id = state.getAccountId();
        if (!filter.test(id)) {
            return;
        }
        long now = clock.getAsLong();
        GateAccount account = accounts.get(id);
        if (account == null) {
            makeRoom(now);
            account = new GateAccount(id, this::termsFor, fleet, counts.mergedCalls, now);
        }
        boolean planMissing = plans.versionAt(state.getPlanId(), state.getPlanVersion(), now) == null;
        boolean taken =
                account.apply(state, planMissing, now, config.ownCallsHorizon().toMillis());
        accounts.put(id, account);
        (taken ? counts.snapshots : counts.outdatedSnapshots).increment();
    }

    /** Follows a tombstone; a scope that this version does not know is left as it is. */
    public void forget(LimitStateKey key) {
        if (key.isOfAccount()) {
            forget(key.accountId());
            return;
        }
        for (Scope scope : Scope.values()) {
            if (scope.name().equals(key.scope())) {
                forget(key.accountId(), scope, key.scopeKey());
            }
        }
    }

    public synchronized void forget(String accountId) {
        accounts.remove(accountId);
    }

    /** Nothing of a project or API key is in use any more. */
    public synchronized void forget(String accountId, Scope scope, String scopeKey) {
        GateAccount account = accounts.get(accountId);
        if (account != null) {
            account.forget(scope, scopeKey, clock.getAsLong());
        }
    }

    public synchronized void apply(Plan plan) {
        plans.put(plan);
        counts.plans.increment();
        renewTermsOf(plan.getPlanId());
    }

    public synchronized void forgetPlan(String planId) {
        plans.remove(planId);
    }

    private void renewTermsOf(String planId) {
        long now = clock.getAsLong();
        for (GateAccount account : accounts.values()) {
            GateAccount.AccountView view = account.view();
            if (view == null || view.planId().equals(planId)) {
                account.renewTerms(now);
            }
        }
    }

    private void makeRoom(long nowMillis) {
        while (accounts.size() >= config.maxAccounts()) {
            GateAccount leaving = candidate(nowMillis);
            if (leaving == null) {
                return;
            }
            if (accounts.remove(leaving.id) != null) {
                counts.evicted.increment();
            }
        }
    }

    /** The one idle longest of a few that are not held; where all are held, of a few of those. */
    private @Nullable GateAccount candidate(long nowMillis) {
        GateAccount free = null;
        GateAccount held = null;
        int seen = 0;
        int seenFree = 0;
        int most =
                nowMillis < allHeldUntilMillis ? EVICTION_CANDIDATES : Math.max(EVICTION_CANDIDATES, accounts.size());
        while (seen < most && seenFree < EVICTION_CANDIDATES) {
            if (!hand.hasNext()) {
                hand = accounts.values().iterator();
                if (!hand.hasNext()) {
                    break;
                }
            }
            GateAccount next = hand.next();
            seen++;
            if (!next.isHeldAt(nowMillis)) {
                seenFree++;
                free = idler(free, next);
            } else if (seen <= EVICTION_CANDIDATES) {
                held = idler(held, next);
            }
        }
        if (free == null && seen >= accounts.size()) {
            allHeldUntilMillis = nowMillis + ALL_HELD_MILLIS;
        }
        return free != null ? free : held;
    }

    private static GateAccount idler(@Nullable GateAccount one, GateAccount other) {
        return one == null || other.touchedAtMillis() < one.touchedAtMillis() ? other : one;
    }

    private GateTerms termsFor(GateAccount account, GateAccount.@Nullable AccountView view, long nowMillis) {
        String defaultPlan = config.defaultPlan();
        String planId = view != null ? view.planId() : defaultPlan == null ? "" : defaultPlan;
        int leastVersion = view == null ? 0 : view.planVersion();
        GatePlan plan = plans.versionAt(planId, leastVersion, nowMillis);
        List<CounterRule> rules = new ArrayList<>();
        long validUntil = GateTerms.FOREVER;
        if (plan != null) {
            validUntil = plans.endOf(plan);
            for (Limit limit : plan.limits) {
                rules.add(CounterRule.of(
                        limit,
                        plan.meterIndex(limit.getMeterId()),
                        amountOf(limit, plan, view),
                        view == null || view.calendar() == null ? plan.calendar : view.calendar(),
                        isClosedWhenStale(limit.getLimitId())));
            }
        } else {
            plan = standIn(view, planId, rules);
        }
        // Never in the past: terms that are over would be made anew with each call.
        return new GateTerms(
                plan,
                rules.toArray(new CounterRule[0]),
                view != null && view.exempt(),
                view == null ? 0 : view.suspendedUntilMillis(),
                view == null ? "" : view.suspensionReason(),
                validUntil > nowMillis ? validUntil : GateTerms.FOREVER,
                (rule, scopeKey) -> account.counterOf(rule, scopeKey, clock.getAsLong()),
                allowed);
    }

    private static @Nullable Long amountOf(Limit limit, GatePlan plan, GateAccount.@Nullable AccountView view) {
        if (view == null) {
            return limit.getAmount();
        }
        if (view.overrides().containsKey(limit.getLimitId())) {
            return view.overrides().get(limit.getLimitId());
        }
        return view.planVersion() == plan.version && view.amounts().containsKey(limit.getLimitId())
                ? view.amounts().get(limit.getLimitId())
                : limit.getAmount();
    }

    /** What can be told of a plan from the buckets alone: each call is taken to cost one. */
    private GatePlan standIn(GateAccount.@Nullable AccountView view, String planId, List<CounterRule> rules) {
        Set<String> meters = new LinkedHashSet<>();
        List<BucketState> buckets = view == null ? List.of() : view.buckets();
        buckets.forEach(bucket -> meters.add(bucket.getMeterId()));
        List<String> meterIds = List.copyOf(meters);
        Set<String> seen = new HashSet<>();
        for (BucketState bucket : buckets) {
            CounterRule rule = new CounterRule(
                    bucket.getLimitId(),
                    bucket.getMeterId(),
                    meterIds.indexOf(bucket.getMeterId()),
                    bucket.getAlgorithm(),
                    bucket.getMode() == dev.tollgate.schemas.avro.Mode.ENFORCE,
                    bucket.getScope() == Scope.UNKNOWN ? Scope.ACCOUNT : bucket.getScope(),
                    bucket.getAmount() == null ? CounterRule.UNLIMITED : bucket.getAmount(),
                    null,
                    periodOf(bucket),
                    300_000,
                    bucket.getBucketName() == null ? bucket.getLimitId() : bucket.getBucketName(),
                    isClosedWhenStale(bucket.getLimitId()));
            if (seen.add(rule.limitId())) {
                rules.add(rule);
            }
        }
        return new GatePlan(planId, view == null ? 0 : view.planVersion(), meterIds);
    }

    /** Of a fixed window its length, so that it ends by the gate's clock like any other. */
    private static long periodOf(BucketState bucket) {
        if (bucket.getPeriodMs() != null) {
            return bucket.getPeriodMs();
        }
        return bucket.getWindowStart() == null || bucket.getWindowEnd() == null
                ? 0
                : Math.max(
                        0,
                        bucket.getWindowEnd().toEpochMilli()
                                - bucket.getWindowStart().toEpochMilli());
    }

    private boolean isClosedWhenStale(String limitId) {
        return config.stalePolicyByLimit().getOrDefault(limitId, config.stalePolicy()) == Policy.CLOSED;
    }
}
