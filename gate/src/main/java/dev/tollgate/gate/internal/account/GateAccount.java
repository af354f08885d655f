package dev.tollgate.gate.internal.account;

import dev.tollgate.gate.internal.counter.Counter;
import dev.tollgate.gate.internal.counter.CounterRule;
import dev.tollgate.gate.internal.counter.FleetShare;
import dev.tollgate.gate.internal.counter.Snapshot;
import dev.tollgate.planmodel.time.WindowCalendar;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.BucketState;
import dev.tollgate.schemas.avro.LimitOverride;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.plan.WindowTranslator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Everything that this gate knows about one account. Written by the feed, read by every thread. */
public final class GateAccount {
    /** Most counters of one account; further projects and API keys share one. */
    private static final int MAX_COUNTERS = 65_536;

    private static final long TOUCH_INTERVAL_MILLIS = 1_000;

    public final String id;
    private final Map<CounterKey, Counter> counters = new ConcurrentHashMap<>();
    private final TermsMaker maker;
    private final FleetShare fleet;
    private final LongAdder merged;

    private long horizonMillis;

    /** What the newest snapshot says about everything but usage; null for an account that has none yet. */
    private volatile @Nullable AccountView view;

    private volatile GateTerms terms;

    /** About when it was last asked for, by the gate's clock: what is evicted first. */
    private volatile long touchedAtMillis;

    /** When the first call was admitted that no snapshot has followed yet; 0 for none. */
    private volatile long unconfirmedSinceMillis;

    /** Until when it is suspended or blocked, by the newest snapshots; 0 if it is not. */
    private volatile long heldUntilMillis;

    /**
     * What snapshots say of limits that the plan does not have, as far as the catalog is read: two topics, read in
     * whatever order. Guarded by this.
     */
    private final Map<CounterKey, Unplaced> unplaced = new HashMap<>();

    /** @param algorithm a version of a plan may count under the same name in another way */
    private record CounterKey(String limitId, Algorithm algorithm, Scope scope, String scopeKey) {}

    private record Unplaced(BucketState bucket, Snapshot snapshot) {}

    /**
     * @param version of the snapshot
     * @param asOfMillis append time of the newest record in it
     * @param calendar what windows of a day and longer follow; null if they follow the plan's calendar
     * @param amounts by limit id, overrides included; a null value is unlimited
     * @param buckets empty unless the plan was not in the catalog when the snapshot came
     */
    record AccountView(
            long version,
            long asOfMillis,
            String planId,
            int planVersion,
            boolean exempt,
            long suspendedUntilMillis,
            String suspensionReason,
            @Nullable WindowCalendar calendar,
            Map<String, @Nullable Long> amounts,
            Map<String, @Nullable Long> overrides,
            List<BucketState> buckets) {}

    /** Works out terms of what a snapshot says and the catalog. */
    interface TermsMaker {
        GateTerms make(GateAccount account, @Nullable AccountView view, long nowMillis);
    }

    /** @param merged see {@link IntakeCounts#mergedCalls} */
    GateAccount(String id, TermsMaker maker, FleetShare fleet, LongAdder merged, long nowMillis) {
        this.id = id;
        this.maker = maker;
        this.fleet = fleet;
        this.merged = merged;
        this.touchedAtMillis = nowMillis;
        this.terms = maker.make(this, null, nowMillis);
    }

    public GateTerms termsAt(long nowMillis) {
        GateTerms current = terms;
        return nowMillis < current.validUntilMillis ? current : renewTerms(nowMillis);
    }

    /** The plan, the catalog or the date is another one. */
    synchronized GateTerms renewTerms(long nowMillis) {
        GateTerms made = maker.make(this, view, nowMillis);
        if (made.isLike(terms)) {
            return terms;
        }
        if (recount(terms.rules, made.rules, nowMillis)) {
            // Terms hold the counters that they found when they were made.
            made = maker.make(this, view, nowMillis);
        }
        terms = made;
        return made;
    }

    /**
     * Counters of rules that count in another way now, or are new, begin anew with what the newest snapshot says: they
     * are then what they would be had the rule been known before the snapshot. Those that have own calls go on with
     * them, because the ends of those calls are still to come.
     *
     * @return whether there are any
     */
    private boolean recount(CounterRule[] before, CounterRule[] after, long nowMillis) {
        boolean recounted = false;
        for (CounterRule rule : after) {
            CounterRule known = null;
            for (CounterRule one : before) {
                boolean isSame = one.limitId().equals(rule.limitId())
                        && one.algorithm() == rule.algorithm()
                        && one.scope() == rule.scope();
                known = isSame ? one : known;
            }
            if (known != null && rule.countsLike(known)) {
                continue;
            }
            for (Map.Entry<CounterKey, Counter> entry : counters.entrySet()) {
                CounterKey key = entry.getKey();
                if (key.limitId().equals(rule.limitId())
                        && key.algorithm() == rule.algorithm()
                        && key.scope() == rule.scope()) {
                    if (known != null && entry.getValue().hasOwnCalls()) {
                        entry.getValue().changeRule(known, rule, nowMillis);
                        continue;
                    }
                    Counter counter = Counter.forRule(rule, fleet, merged, nowMillis);
                    Snapshot told = entry.getValue().told();
                    if (told != null) {
                        counter.tell(rule, told, horizonMillis);
                    }
                    entry.setValue(counter);
                    recounted = true;
                }
            }
            for (Unplaced waiting : List.copyOf(unplaced.values())) {
                if (isOf(rule, waiting.bucket())) {
                    CounterKey key = keyOf(waiting.bucket());
                    Counter counter = Counter.forRule(rule, fleet, merged, nowMillis);
                    counter.tell(rule, waiting.snapshot(), horizonMillis);
                    counters.put(key, counter);
                    unplaced.remove(key);
                    recounted = true;
                }
            }
        }
        return recounted;
    }

    /** Whether it is suspended or blocked. */
    boolean isHeldAt(long nowMillis) {
        return nowMillis < heldUntilMillis;
    }

    @Nullable
    AccountView view() {
        return view;
    }

    long touchedAtMillis() {
        return touchedAtMillis;
    }

    public void touch(long nowMillis) {
        if (nowMillis - touchedAtMillis > TOUCH_INTERVAL_MILLIS) {
            touchedAtMillis = nowMillis;
        }
    }

    public void admitted(long nowMillis) {
        if (unconfirmedSinceMillis == 0) {
            unconfirmedSinceMillis = nowMillis;
        }
    }

    /** How long a call has been waiting to show up in a snapshot, 0 if none is. */
    public long unconfirmedMillis(long nowMillis) {
        long since = unconfirmedSinceMillis;
        return since == 0 ? 0 : Math.max(0, nowMillis - since);
    }

    Counter counterOf(CounterRule rule, String scopeKey, long nowMillis) {
        CounterKey key = new CounterKey(rule.limitId(), rule.algorithm(), rule.scope(), scopeKey);
        Counter known = counters.get(key);
        if (known != null) {
            return known;
        }
        if (rule.scope() != Scope.ACCOUNT) {
            CounterKey overflow = overflowOf(rule);
            if (counters.containsKey(overflow) || counters.size() >= MAX_COUNTERS) {
                key = overflow;
            }
        }
        return counters.computeIfAbsent(key, ignored -> Counter.forRule(rule, fleet, merged, nowMillis));
    }

    /**
     * Takes over a snapshot: of the account, or of one of its projects or API keys.
     *
     * @param keepBuckets whether its buckets have to stand in for a plan that the catalog does not have
     * @return whether it was; false for one that is older than what is known
     */
    synchronized boolean apply(LimitState state, boolean keepBuckets, long nowMillis, long horizonMillis) {
        AccountView before = view;
        long asOf = state.getAsOf().toEpochMilli();
        // Versions of one history grow together with the append times in it. An older version that has seen newer
        // records is of another history: the state of the topology was reset.
        if (before != null && state.getVersion() < before.version() && asOf <= before.asOfMillis()) {
            return false;
        }
        view = viewOf(state, before, asOf, keepBuckets);
        heldUntilMillis = heldUntil(state);
        this.horizonMillis = horizonMillis;
        GateTerms current = renewTerms(nowMillis);

        boolean recounted = false;
        for (BucketState bucket : state.getBuckets()) {
            CounterRule rule = ruleOf(current, bucket);
            CounterKey key = keyOf(bucket);
            Snapshot told = Snapshot.of(bucket, state, nowMillis);
            if (rule == null) {
                if (unplaced.size() < MAX_COUNTERS) {
                    unplaced.put(key, new Unplaced(bucket, told));
                }
            } else {
                unplaced.remove(key);
                Counter counter = counters.get(key);
                if (counter == null) {
                    counter = Counter.forRule(rule, fleet, merged, nowMillis);
                    counters.put(key, counter);
                    // Until now its calls were counted with others, if anything was known of them.
                    recounted |= rule.scope() != Scope.ACCOUNT && counters.containsKey(overflowOf(rule));
                }
                counter.tell(rule, told, horizonMillis);
            }
        }
        if (recounted) {
            current.forgetCallers();
        }
        unconfirmedSinceMillis = 0;
        return true;
    }

    /**
     * Nothing of a project or API key is in use any more: forgets its counters, but for calls that are not in the log
     * yet.
     */
    synchronized void forget(Scope scope, String scopeKey, long nowMillis) {
        GateTerms current = terms;
        boolean forgotten = false;
        for (CounterRule rule : current.rules) {
            CounterKey key = new CounterKey(rule.limitId(), rule.algorithm(), scope, scopeKey);
            unplaced.remove(key);
            Counter counter = rule.scope() == scope ? counters.get(key) : null;
            if (counter != null && counter.used(rule, nowMillis) == 0) {
                counters.remove(key);
                forgotten = true;
            }
        }
        if (forgotten) {
            current.forgetCallers(scope, scopeKey);
        }
    }

    /** How many counters there are. */
    public int counters() {
        return counters.size();
    }

    private static CounterKey overflowOf(CounterRule rule) {
        return new CounterKey(
                rule.limitId(), rule.algorithm(), rule.scope(), dev.tollgate.planmodel.Scope.OVERFLOW_KEY);
    }

    /** A project or API key that is blocked holds the account until its block ends. */
    private long heldUntil(LimitState state) {
        long held = state.getScope() == null ? 0 : heldUntilMillis;
        if (state.getSuspended()) {
            held = Math.max(
                    held,
                    state.getSuspendedUntil() == null
                            ? GateTerms.FOREVER
                            : state.getSuspendedUntil().toEpochMilli());
        }
        for (BucketState bucket : state.getBuckets()) {
            if (bucket.getBlockedUntil() != null) {
                held = Math.max(held, bucket.getBlockedUntil().toEpochMilli());
            }
        }
        return held;
    }

    private static @Nullable CounterRule ruleOf(GateTerms terms, BucketState bucket) {
        for (CounterRule rule : terms.rules) {
            if (isOf(rule, bucket)) {
                return rule;
            }
        }
        return null;
    }

    private static boolean isOf(CounterRule rule, BucketState bucket) {
        return rule.limitId().equals(bucket.getLimitId())
                && rule.scope() == bucket.getScope()
                && rule.algorithm() == bucket.getAlgorithm();
    }

    private static CounterKey keyOf(BucketState bucket) {
        return new CounterKey(bucket.getLimitId(), bucket.getAlgorithm(), bucket.getScope(), bucket.getScopeKey());
    }

    private static AccountView viewOf(
            LimitState state, @Nullable AccountView before, long asOfMillis, boolean keepBuckets) {
        // A project or API key says nothing of the account's other limits: those stay as they are.
        Map<String, @Nullable Long> amounts = before != null && state.getScope() != null && isSamePlan(state, before)
                ? new HashMap<>(before.amounts())
                : new HashMap<>();
        state.getBuckets().forEach(bucket -> amounts.put(bucket.getLimitId(), bucket.getAmount()));
        Map<String, @Nullable Long> overrides = new HashMap<>();
        for (LimitOverride override : state.getOverrides()) {
            overrides.put(override.getLimitId(), override.getAmount());
        }
        long suspendedUntil = 0;
        if (state.getSuspended()) {
            suspendedUntil = state.getSuspendedUntil() == null
                    ? GateTerms.FOREVER
                    : state.getSuspendedUntil().toEpochMilli();
        }
        return new AccountView(
                state.getVersion(),
                asOfMillis,
                state.getPlanId(),
                state.getPlanVersion(),
                state.getExempt(),
                suspendedUntil,
                Objects.requireNonNullElse(state.getSuspensionReason(), ""),
                state.getCalendar() == null ? null : WindowTranslator.calendar(state.getCalendar()),
                amounts,
                overrides,
                keepBuckets ? standIns(state, before) : List.of());
    }

    private static boolean isSamePlan(LimitState state, AccountView before) {
        return before.planId().equals(state.getPlanId()) && before.planVersion() == state.getPlanVersion();
    }

    /** One bucket of each limit at least: this snapshot's, and those of limits that it is not about. */
    private static List<BucketState> standIns(LimitState state, @Nullable AccountView before) {
        List<BucketState> buckets = new ArrayList<>(state.getBuckets());
        if (before != null && isSamePlan(state, before)) {
            for (BucketState bucket : before.buckets()) {
                boolean isOfOthers = state.getScope() == null
                        ? bucket.getScope() != Scope.ACCOUNT
                        : bucket.getScope() != state.getScope();
                if (isOfOthers
                        && buckets.stream()
                                .noneMatch(known -> known.getLimitId().equals(bucket.getLimitId()))) {
                    buckets.add(bucket);
                }
            }
        }
        return List.copyOf(buckets);
    }
}
