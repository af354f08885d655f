package dev.tollgate.engine;

import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.engine.plan.Algorithm;
import dev.tollgate.engine.plan.Amount;
import dev.tollgate.engine.plan.Limit;
import dev.tollgate.engine.plan.PlanVersion;
import dev.tollgate.engine.plan.Scope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Plays leaky buckets through once more when something about the past becomes known: that they leak at another rate since some
 * date, or that a call had another cost. Each then holds what it would hold had that been known from the beginning.
 *
 * <p>The calls of the dedupe horizon are in the event index, with what they were charged. A bucket that was empty when they
 * begin, or at any time between that and the change, is exact afterwards. So is one that has not been empty since before they
 * begin: what it held then follows from what it holds now. In between lies the bucket that still held something from before
 * the horizon at the date of the change and has been empty since: that rest is left out, so that a slower rate leaves too
 * little in it by at most that.
 *
 * <p>A bucket is not played if there are too many calls, if a plan change has reset or scaled it among them, or if its limit
 * counts the calls of many projects or keys as one.
 */
final class LeakyPlayback {
    /** A fraction of a second's work, for a change that comes once in a while. */
    static final int MAX_ENTRIES = 100_000;

    /** Some milliseconds' work, for corrections, of which there may be many. */
    static final int MAX_ENTRIES_FOR_A_CORRECTION = 10_000;

    /** A call in a bucket that costs something else than it did. */
    record Correction(LeakyBucket bucket, long oldCost, long newCost) {}

    private final EngineSettings settings;
    private final TermsResolver resolver;

    LeakyPlayback(EngineSettings settings, TermsResolver resolver) {
        this.settings = settings;
        this.resolver = resolver;
    }

    /** What limits from a moment on. */
    private record Span(long fromMillis, Rule[] rules) {}

    /** The rate from a moment on. */
    private record Stretch(long fromMillis, Amount amount) {}

    private record Pour(long timeMillis, long cost) {}

    /**
     * What held before a change.
     *
     * @param fromMillis since when all calls are known
     * @param nowMillis the moment that levels are about
     */
    record Before(long fromMillis, long nowMillis, List<Span> spans) {}

    /** Remembers what holds before a change; null if nothing can be played. */
    @Nullable
    Before before(Step step) {
        AccountState state = step.state;
        long from = Math.max(0, state.streamTimeMillis - settings.dedupeHorizonMillis());
        long now = state.judgementTime();
        return state.streamTimeMillis < 0 || isCutSince(state, from)
                ? null
                : new Before(from, now, spans(step, from, now));
    }

    /** Whether a plan change has reset or scaled usage since a moment. */
    private static boolean isCutSince(AccountState state, long fromMillis) {
        for (TimelineEntry entry : state.timeline.entries) {
            if (entry.applied && entry.cutsWindows() && entry.cutAtMillis > fromMillis) {
                return true;
            }
        }
        return false;
    }

    /**
     * Plays the buckets through in which a call costs something else than it did. The index has the corrected entry; the
     * buckets are as before.
     *
     * @return the corrections of buckets that could not be played and are still to be made
     */
    List<Correction> correct(Step step, List<Correction> corrections) {
        Before known = corrections.isEmpty() ? null : before(step);
        Map<BucketGroup, Map<String, List<Pour>>> pours = new HashMap<>();
        if (known == null
                || !step.index.scan(
                        known.fromMillis(),
                        known.nowMillis(),
                        MAX_ENTRIES_FOR_A_CORRECTION,
                        entry -> collect(step, entry, pours))) {
            return corrections;
        }
        List<Correction> left = new ArrayList<>();
        for (Correction correction : corrections) {
            LeakyBucket bucket = correction.bucket();
            BucketGroup group = bucket.group;
            List<Stretch> rates = stretches(known.spans(), group);
            List<Pour> ordered =
                    new ArrayList<>(pours.getOrDefault(group, Map.of()).getOrDefault(bucket.scopeKey, List.of()));
            ordered.sort(Comparator.comparingLong(Pour::timeMillis));
            if (rates.isEmpty()
                    || group.hasOverflow()
                    || !isPlayed(bucket, ordered, correction.oldCost() - correction.newCost(), known, rates)) {
                left.add(correction);
            }
        }
        return left;
    }

    private static boolean isPlayed(
            LeakyBucket bucket, List<Pour> pours, long costMore, Before known, List<Stretch> rates) {
        try {
            LeakyBucket played = new LeakyBucket(
                    bucket.group, bucket.scopeKey, rates.getFirst().amount(), bucket.graceMillis, known.fromMillis());
            bucket.settle(known.nowMillis());
            if (bucket.isBusySince(known.fromMillis())) {
                played.beginWith(heldAt(bucket, pours, costMore, known, rates), bucket);
            }
            play(played, pours, rates, known.nowMillis());
            bucket.takeOver(played);
            return true;
        } catch (ArithmeticException e) {
            // More than can be kept exactly.
            return false;
        }
    }

    /** Plays the buckets through whose rate is no longer what it was before. */
    void play(Step step, Before before) {
        AccountState state = step.state;
        List<Span> spans = spans(step, before.fromMillis(), before.nowMillis());
        if (!changesRates(state, before.spans(), spans)) {
            return;
        }
        Map<BucketGroup, Map<String, List<Pour>>> pours = new HashMap<>();
        if (!step.index.scan(
                before.fromMillis(), before.nowMillis(), MAX_ENTRIES, entry -> collect(step, entry, pours))) {
            return;
        }
        for (BucketGroup group : List.copyOf(state.groups)) {
            List<Stretch> rates = stretches(spans, group);
            List<Stretch> formerRates = stretches(before.spans(), group);
            if (group.algorithm instanceof Algorithm.LeakyBucket
                    && !rates.equals(formerRates)
                    && !rates.isEmpty()
                    && !group.hasOverflow()) {
                play(
                        state,
                        group,
                        pours.getOrDefault(group, Map.of()),
                        before,
                        rates,
                        formerRates,
                        graceOf(spans, group));
            }
        }
    }

    /** Whether a limit has another rate. Working the terms out has made a group for each limit that they have. */
    private static boolean changesRates(AccountState state, List<Span> before, List<Span> after) {
        for (BucketGroup group : state.groups) {
            if (group.algorithm instanceof Algorithm.LeakyBucket
                    && !stretches(before, group).equals(stretches(after, group))) {
                return true;
            }
        }
        return false;
    }

    private void play(
            AccountState state,
            BucketGroup group,
            Map<String, List<Pour>> pours,
            Before before,
            List<Stretch> rates,
            List<Stretch> formerRates,
            long graceMillis) {
        Set<String> keys = new TreeSet<>(ScopeRecord.KEY_ORDER);
        keys.addAll(pours.keySet());
        if (group.scope == Scope.ACCOUNT) {
            keys.add("");
        } else {
            keys.addAll(state.scopes.keys(group.scope));
        }
        for (String key : keys) {
            List<Pour> ordered = new ArrayList<>(pours.getOrDefault(key, List.of()));
            ordered.sort(Comparator.comparingLong(Pour::timeMillis));
            Runnable playing = () -> play(group, key, ordered, before, rates, formerRates, graceMillis);
            if (group.scope == Scope.ACCOUNT) {
                playing.run();
            } else {
                state.scopes.with(group.scope, key, record -> playing.run());
            }
        }
        state.nextDueMillis = Long.MIN_VALUE;
    }

    private void play(
            BucketGroup group,
            String key,
            List<Pour> pours,
            Before before,
            List<Stretch> rates,
            List<Stretch> formerRates,
            long graceMillis) {
        LeakyBucket bucket = (LeakyBucket) group.find(key, before.nowMillis());
        List<Stretch> known = withRateBefore(bucket, before.fromMillis(), rates, formerRates);
        try {
            LeakyBucket played =
                    new LeakyBucket(group, key, known.getFirst().amount(), graceMillis, before.fromMillis());
            if (bucket != null) {
                bucket.settle(before.nowMillis());
                if (bucket.isBusySince(before.fromMillis())) {
                    played.beginWith(heldAt(bucket, pours, 0, before, formerRates), bucket);
                }
            }
            play(played, pours, known, before.nowMillis());
            if (bucket != null) {
                bucket.takeOver(played);
            } else if (played.level > 0 && group.scopeKeys() < settings.maxScopeKeysPerLimit()) {
                group.add(played);
            }
        } catch (ArithmeticException e) {
            // More than can be kept exactly: the bucket stays as it is.
            return;
        }
    }

    /** If nothing that is remembered had the limit before the change, its bucket has leaked as it last did. */
    private static List<Stretch> withRateBefore(
            @Nullable LeakyBucket bucket, long fromMillis, List<Stretch> rates, List<Stretch> formerRates) {
        if (bucket == null || !formerRates.isEmpty() || rates.getFirst().fromMillis() <= fromMillis) {
            return rates;
        }
        List<Stretch> known = new ArrayList<>(rates);
        known.addFirst(new Stretch(fromMillis, bucket.amount));
        return known;
    }

    private static void play(LeakyBucket played, List<Pour> pours, List<Stretch> rates, long nowMillis) {
        int next = 0;
        for (int i = 0; i < rates.size(); i++) {
            played.changeRate(rates.get(i).amount(), rates.get(i).fromMillis());
            long until = i + 1 < rates.size() ? rates.get(i + 1).fromMillis() : Long.MAX_VALUE;
            while (next < pours.size() && pours.get(next).timeMillis() < until) {
                Pour pour = pours.get(next++);
                played.add(pour.timeMillis(), pour.cost(), pour.timeMillis());
            }
        }
        played.settle(nowMillis);
    }

    /**
     * What a bucket that has not been empty since then held at the beginning: what it holds, less what came, and what went.
     *
     * @param costMore how much more has come than the calls cost by now
     */
    private static long heldAt(
            LeakyBucket bucket, List<Pour> pours, long costMore, Before before, List<Stretch> formerRates) {
        long held = Math.subtractExact(bucket.level, Math.multiplyExact(costMore, bucket.periodMillis));
        for (Pour pour : pours) {
            held = Math.subtractExact(held, Math.multiplyExact(pour.cost(), bucket.periodMillis));
        }
        for (int i = 0; i < formerRates.size(); i++) {
            long from =
                    i == 0 ? before.fromMillis() : Math.max(formerRates.get(i).fromMillis(), before.fromMillis());
            long until = i + 1 < formerRates.size() ? formerRates.get(i + 1).fromMillis() : before.nowMillis();
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

    private void collect(Step step, JournalEntry entry, Map<BucketGroup, Map<String, List<Pour>>> pours) {
        PlanVersion version = step.plans.version(entry.planId(), entry.planVersion());
        if (entry.verdict() != Verdict.COUNTED || version == null) {
            return;
        }
        for (Limit limit : version.limits()) {
            long cost = entry.costs().of(limit.meterId());
            if (cost > 0
                    && limit.algorithm() instanceof Algorithm.LeakyBucket
                    && !entry.lateLimits().contains(limit.id())) {
                pours.computeIfAbsent(step.state.groupOf(limit), group -> new HashMap<>())
                        .computeIfAbsent(Windows.scopeKey(limit.scope(), entry.request()), key -> new ArrayList<>())
                        .add(new Pour(entry.request().occurredAtMillis(), cost));
            }
        }
    }

    /** The terms from the first change that is remembered up to a moment, in order. */
    private List<Span> spans(Step step, long fromMillis, long nowMillis) {
        AccountState state = step.state;
        List<TimelineEntry> entries = state.timeline.entries;
        long time = entries.isEmpty() ? fromMillis : Math.min(fromMillis, entries.getFirst().effectiveAtMillis);
        List<Span> spans = new ArrayList<>();
        while (time <= nowMillis) {
            spans.add(new Span(time, resolver.at(state, step.plans, time).rules));
            time = resolver.endOf(state, step.plans, time);
        }
        return spans;
    }

    /** The rates of a group's buckets. While no plan has the limit, the last rate stays; before any had it, it is the first. */
    private static List<Stretch> stretches(List<Span> spans, BucketGroup group) {
        List<Stretch> stretches = new ArrayList<>();
        for (Span span : spans) {
            for (Rule rule : span.rules()) {
                if (group.isFor(rule.limit)
                        && (stretches.isEmpty() || !stretches.getLast().amount().equals(rule.amount))) {
                    stretches.add(new Stretch(span.fromMillis(), rule.amount));
                }
            }
        }
        return stretches;
    }

    /** As the newest plan says that has the limit; grace is not part of what distinguishes buckets. */
    private static long graceOf(List<Span> spans, BucketGroup group) {
        long grace = 0;
        for (Span span : spans) {
            for (Rule rule : span.rules()) {
                if (group.isFor(rule.limit)) {
                    grace = rule.limit.graceMillis();
                }
            }
        }
        return grace;
    }
}
