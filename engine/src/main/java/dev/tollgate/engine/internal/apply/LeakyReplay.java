package dev.tollgate.engine.internal.apply;

import dev.tollgate.engine.internal.account.Account;
import dev.tollgate.engine.internal.account.BucketAssigner;
import dev.tollgate.engine.internal.account.TermsResolver;
import dev.tollgate.engine.internal.bucket.BucketGroup;
import dev.tollgate.engine.internal.bucket.LeakyBucket;
import dev.tollgate.engine.internal.rule.Rule;
import dev.tollgate.engine.internal.timeline.TimelineEntry;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.engine.scope.ScopeRecord;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Scope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Plays leaky buckets through once more when something about the past becomes known: that they leak at another rate
 * since some date, or that a call had another cost. Each then holds what it would hold had that been known from the
 * beginning.
 *
 * <p>The calls of the dedupe horizon are in the event index, with what they were charged. A bucket that was empty when
 * they begin, or at any time between that and the change, is exact afterwards. So is one that has not been empty since
 * before they begin: what it held then follows from what it holds now. In between lies the bucket that still held
 * something from before the horizon at the date of the change and has been empty since: that rest is left out, so that
 * a slower rate leaves too little in it by at most that.
 *
 * <p>A bucket is not replayed if there are too many calls, if a plan change has reset or scaled it among them, or if
 * its limit counts the calls of many projects or keys as one.
 */
public final class LeakyReplay {
    /** A fraction of a second's work, for a change that comes once in a while. */
    public static final int MAX_ENTRIES = 100_000;

    /** Some milliseconds' work, for corrections, of which there may be many. */
    public static final int MAX_ENTRIES_FOR_A_CORRECTION = 10_000;

    /** A call in a bucket that costs something else than it did. */
    record Correction(LeakyBucket bucket, long oldCost, long newCost) {}

    private final InputLimits limits;
    private final TermsResolver resolver;

    public LeakyReplay(InputLimits limits, TermsResolver resolver) {
        this.limits = limits;
        this.resolver = resolver;
    }

    /** What limits from a moment on. */
    private record TermsInterval(long fromMillis, Rule[] rules) {}

    /** The rate from a moment on. */
    private record RateInterval(long fromMillis, Amount amount) {}

    private record Charge(long timeMillis, long cost) {}

    /** What was charged to leaky buckets, by bucket. */
    private static final class Charges {
        private final Map<BucketGroup, Map<String, List<Charge>>> byGroup = new HashMap<>();

        /** Whether it is known of every call by which plan version it was charged. */
        private boolean complete = true;

        void add(BucketGroup group, String scopeKey, Charge charge) {
            byGroup.computeIfAbsent(group, _ -> new HashMap<>())
                    .computeIfAbsent(scopeKey, _ -> new ArrayList<>())
                    .add(charge);
        }

        /** By scope key. */
        Map<String, List<Charge>> of(BucketGroup group) {
            return byGroup.getOrDefault(group, Map.of());
        }
    }

    /**
     * What held before a change.
     *
     * @param fromMillis since when all calls are known
     * @param nowMillis the moment that levels are about
     */
    record Baseline(long fromMillis, long nowMillis, List<TermsInterval> intervals) {}

    /** Remembers what holds before a change; null if nothing can be replayed. */
    @Nullable
    Baseline baseline(Transition transition) {
        Account state = transition.state;
        long from = Math.max(0, state.streamTimeMillis() - limits.dedupeHorizonMillis());
        long now = state.judgementTime();
        return state.streamTimeMillis() < 0 || isCutSince(state, from)
                ? null
                : new Baseline(from, now, intervals(transition, from, now));
    }

    /** Whether a plan change has reset or scaled usage since a moment. */
    private static boolean isCutSince(Account state, long fromMillis) {
        for (TimelineEntry entry : state.timeline().entries) {
            if (entry.isApplied() && entry.cutsWindows() && entry.cutAtMillis > fromMillis) {
                return true;
            }
        }
        return false;
    }

    /**
     * Plays the buckets through in which a call costs something else than it did. The index has the corrected entry;
     * the buckets are as before.
     *
     * @return the corrections of buckets that could not be replayed and are still to be made
     */
    List<Correction> replayAfterCorrection(Transition transition, List<Correction> corrections) {
        Baseline known = corrections.isEmpty() ? null : baseline(transition);
        Charges charges = new Charges();
        if (known == null
                || !transition.index.scan(
                        known.fromMillis(),
                        known.nowMillis(),
                        MAX_ENTRIES_FOR_A_CORRECTION,
                        entry -> collect(transition, entry, charges))
                || !charges.complete) {
            return corrections;
        }
        List<Correction> left = new ArrayList<>();
        for (Correction correction : corrections) {
            LeakyBucket bucket = correction.bucket();
            BucketGroup group = bucket.group;
            List<RateInterval> rates = rateIntervals(known.intervals(), group);
            List<Charge> ordered = new ArrayList<>(charges.of(group).getOrDefault(bucket.scopeKey, List.of()));
            ordered.sort(Comparator.comparingLong(Charge::timeMillis));
            if (rates.isEmpty()
                    || group.hasOverflow()
                    || !tryReplay(bucket, ordered, correction.oldCost() - correction.newCost(), known, rates)) {
                left.add(correction);
            }
        }
        return left;
    }

    private static boolean tryReplay(
            LeakyBucket bucket, List<Charge> charges, long costMore, Baseline known, List<RateInterval> rates) {
        try {
            LeakyBucket replayed = new LeakyBucket(
                    bucket.group, bucket.scopeKey, rates.getFirst().amount(), bucket.graceMillis, known.fromMillis());
            bucket.settle(known.nowMillis());
            if (bucket.isBusySince(known.fromMillis())) {
                replayed.beginWith(heldAt(bucket, charges, costMore, known, rates), bucket);
            }
            replay(replayed, charges, rates, known.nowMillis());
            bucket.takeOver(replayed);
            return true;
        } catch (ArithmeticException e) {
            // More than can be kept exactly.
            return false;
        }
    }

    /** Plays the buckets through whose rate is no longer what it was before. */
    void replayAfterRateChange(Transition transition, Baseline baseline) {
        Account state = transition.state;
        List<TermsInterval> intervals = intervals(transition, baseline.fromMillis(), baseline.nowMillis());
        if (!changesRates(state, baseline.intervals(), intervals)) {
            return;
        }
        Charges charges = new Charges();
        if (!transition.index.scan(
                        baseline.fromMillis(),
                        baseline.nowMillis(),
                        MAX_ENTRIES,
                        entry -> collect(transition, entry, charges))
                || !charges.complete) {
            return;
        }
        for (BucketGroup group : List.copyOf(state.groups())) {
            List<RateInterval> rates = rateIntervals(intervals, group);
            List<RateInterval> formerRates = rateIntervals(baseline.intervals(), group);
            if (group.algorithm instanceof Algorithm.LeakyBucket
                    && !rates.equals(formerRates)
                    && !rates.isEmpty()
                    && !group.hasOverflow()) {
                replay(state, group, charges.of(group), baseline, rates, formerRates, graceOf(intervals, group));
            }
        }
    }

    /** Whether a limit has another rate. Working the terms out has made a group for each limit that they have. */
    private static boolean changesRates(Account state, List<TermsInterval> before, List<TermsInterval> after) {
        for (BucketGroup group : state.groups()) {
            if (group.algorithm instanceof Algorithm.LeakyBucket
                    && !rateIntervals(before, group).equals(rateIntervals(after, group))) {
                return true;
            }
        }
        return false;
    }

    private void replay(
            Account state,
            BucketGroup group,
            Map<String, List<Charge>> charges,
            Baseline baseline,
            List<RateInterval> rates,
            List<RateInterval> formerRates,
            long graceMillis) {
        Set<String> keys = new TreeSet<>(ScopeRecord.KEY_ORDER);
        keys.addAll(charges.keySet());
        if (group.scope == Scope.ACCOUNT) {
            keys.add("");
        } else {
            keys.addAll(state.scopes().keys(group.scope));
        }
        for (String key : keys) {
            List<Charge> ordered = new ArrayList<>(charges.getOrDefault(key, List.of()));
            ordered.sort(Comparator.comparingLong(Charge::timeMillis));
            Runnable replaying = () -> replay(group, key, ordered, baseline, rates, formerRates, graceMillis);
            if (group.scope == Scope.ACCOUNT) {
                replaying.run();
            } else {
                state.scopes().with(group.scope, key, record -> replaying.run());
            }
        }
        state.invalidateDue();
    }

    private void replay(
            BucketGroup group,
            String key,
            List<Charge> charges,
            Baseline baseline,
            List<RateInterval> rates,
            List<RateInterval> formerRates,
            long graceMillis) {
        LeakyBucket bucket = (LeakyBucket) group.find(key, baseline.nowMillis());
        List<RateInterval> known = withRateBefore(bucket, baseline.fromMillis(), rates, formerRates);
        try {
            LeakyBucket replayed =
                    new LeakyBucket(group, key, known.getFirst().amount(), graceMillis, baseline.fromMillis());
            if (bucket != null) {
                bucket.settle(baseline.nowMillis());
                if (bucket.isBusySince(baseline.fromMillis())) {
                    replayed.beginWith(heldAt(bucket, charges, 0, baseline, formerRates), bucket);
                }
            }
            replay(replayed, charges, known, baseline.nowMillis());
            if (bucket != null) {
                bucket.takeOver(replayed);
            } else if (replayed.level() > 0 && group.scopeKeys() < limits.maxScopeKeysPerLimit()) {
                group.add(replayed);
            }
        } catch (ArithmeticException e) {
            // More than can be kept exactly: the bucket stays as it is.
            return;
        }
    }

    /** If nothing that is remembered had the limit before the change, its bucket has leaked as it last did. */
    private static List<RateInterval> withRateBefore(
            @Nullable LeakyBucket bucket, long fromMillis, List<RateInterval> rates, List<RateInterval> formerRates) {
        if (bucket == null || !formerRates.isEmpty() || rates.getFirst().fromMillis() <= fromMillis) {
            return rates;
        }
        List<RateInterval> known = new ArrayList<>(rates);
        known.addFirst(new RateInterval(fromMillis, bucket.amount()));
        return known;
    }

    private static void replay(LeakyBucket replayed, List<Charge> charges, List<RateInterval> rates, long nowMillis) {
        int next = 0;
        for (int i = 0; i < rates.size(); i++) {
            replayed.changeRate(rates.get(i).amount(), rates.get(i).fromMillis());
            long until = i + 1 < rates.size() ? rates.get(i + 1).fromMillis() : Long.MAX_VALUE;
            while (next < charges.size() && charges.get(next).timeMillis() < until) {
                Charge charge = charges.get(next++);
                replayed.add(charge.timeMillis(), charge.cost(), charge.timeMillis());
            }
        }
        replayed.settle(nowMillis);
    }

    /**
     * What a bucket that has not been empty since then held at the beginning: what it holds, less what came, and what
     * went.
     *
     * @param costMore how much more has come than the calls cost by now
     */
    private static long heldAt(
            LeakyBucket bucket,
            List<Charge> charges,
            long costMore,
            Baseline baseline,
            List<RateInterval> formerRates) {
        long held = Math.subtractExact(bucket.level(), Math.multiplyExact(costMore, bucket.periodMillis));
        for (Charge charge : charges) {
            held = Math.subtractExact(held, Math.multiplyExact(charge.cost(), bucket.periodMillis));
        }
        for (int i = 0; i < formerRates.size(); i++) {
            long from =
                    i == 0 ? baseline.fromMillis() : Math.max(formerRates.get(i).fromMillis(), baseline.fromMillis());
            long until = i + 1 < formerRates.size() ? formerRates.get(i + 1).fromMillis() : baseline.nowMillis();
            if (until > from && formerRates.get(i).amount().isUnlimited()) {
                // It has been empty after all, which a late call has made it forget.
                return 0;
            }
            if (until > from) {
                held = Math.addExact(
                        held, Math.multiplyExact(formerRates.get(i).amount().units(), until - from));
            }
        }
        return Math.max(0, held);
    }

    private void collect(Transition transition, JournalEntry entry, Charges charges) {
        if (entry.verdict() != Verdict.COUNTED) {
            return;
        }
        PlanVersion version = transition.plans.version(entry.planId(), entry.planVersion());
        if (version == null) {
            charges.complete = false;
            return;
        }
        for (Limit limit : version.limits()) {
            long cost = entry.costs().of(limit.meterId());
            if (cost > 0
                    && limit.algorithm() instanceof Algorithm.LeakyBucket
                    && !entry.lateLimits().contains(limit.id())) {
                charges.add(
                        transition.state.groupOf(limit),
                        BucketAssigner.scopeKey(limit.scope(), entry.request()),
                        new Charge(entry.request().occurredAtMillis(), cost));
            }
        }
    }

    /** The terms from the first change that is remembered up to a moment, in order. */
    private List<TermsInterval> intervals(Transition transition, long fromMillis, long nowMillis) {
        Account state = transition.state;
        List<TimelineEntry> entries = state.timeline().entries;
        long time = entries.isEmpty() ? fromMillis : Math.min(fromMillis, entries.getFirst().effectiveAtMillis);
        List<TermsInterval> intervals = new ArrayList<>();
        while (time <= nowMillis) {
            intervals.add(new TermsInterval(time, resolver.at(state, transition.plans, time).rules));
            time = resolver.endOf(state, transition.plans, time);
        }
        return intervals;
    }

    /**
     * The rates of a group's buckets. While no plan has the limit, the last rate stays; before any had it, it is the
     * first.
     */
    private static List<RateInterval> rateIntervals(List<TermsInterval> intervals, BucketGroup group) {
        List<RateInterval> rateIntervals = new ArrayList<>();
        for (TermsInterval interval : intervals) {
            for (Rule rule : interval.rules()) {
                if (group.isFor(rule.limit)
                        && (rateIntervals.isEmpty()
                                || !rateIntervals.getLast().amount().equals(rule.amount))) {
                    rateIntervals.add(new RateInterval(interval.fromMillis(), rule.amount));
                }
            }
        }
        return rateIntervals;
    }

    /** As the newest plan says that has the limit; grace is not part of what distinguishes buckets. */
    private static long graceOf(List<TermsInterval> intervals, BucketGroup group) {
        long grace = 0;
        for (TermsInterval interval : intervals) {
            for (Rule rule : interval.rules()) {
                if (group.isFor(rule.limit)) {
                    grace = rule.limit.graceMillis();
                }
            }
        }
        return grace;
    }
}
