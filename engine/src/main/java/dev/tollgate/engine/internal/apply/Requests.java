package dev.tollgate.engine.internal.apply;

import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.input.ValidRequest;
import dev.tollgate.engine.internal.account.Account;
import dev.tollgate.engine.internal.account.BucketAssigner;
import dev.tollgate.engine.internal.account.Terms;
import dev.tollgate.engine.internal.account.TermsResolver;
import dev.tollgate.engine.internal.apply.ThresholdEvaluator.Reach;
import dev.tollgate.engine.internal.bucket.Bucket;
import dev.tollgate.engine.internal.bucket.BucketGroup;
import dev.tollgate.engine.internal.bucket.ConcurrencyBucket;
import dev.tollgate.engine.internal.bucket.FixedBucket;
import dev.tollgate.engine.internal.rule.Rule;
import dev.tollgate.engine.internal.timeline.Timeline;
import dev.tollgate.engine.internal.timeline.TimelineEntry;
import dev.tollgate.engine.output.Costs;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.LimitEvent.Cause;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.PlanVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gives each request event its verdict and counts it. Not thread-safe. */
public final class Requests {
    private final InputLimits limits;
    private final TermsResolver resolver;
    private final ThresholdEvaluator evaluator;
    private final StreamTime streamTime;
    private final AccountChanges changes;

    /** Buckets that the current event counts in, by rule; null where it costs nothing or came too late. */
    private final @Nullable Bucket[] targets = new Bucket[PlanVersion.MAX_LIMITS];

    public Requests(
            InputLimits limits,
            TermsResolver resolver,
            ThresholdEvaluator evaluator,
            StreamTime streamTime,
            AccountChanges changes) {
        this.limits = limits;
        this.resolver = resolver;
        this.evaluator = evaluator;
        this.streamTime = streamTime;
        this.changes = changes;
    }

    public void apply(Transition transition, RequestInput input) {
        ValidRequest request = InputChecks.parse(transition, input, limits);
        if (request == null) {
            return;
        }
        Account state = transition.state;
        long time = request.occurredAtMillis();
        long newest = Math.max(time, state.streamTimeMillis());
        long horizon = newest - limits.dedupeHorizonMillis();
        Terms terms = resolver.at(state, transition.plans, time);

        // Everything that rejects the event comes before anything that changes the state.
        Verdict free =
                request.phase() == Phase.STARTED ? Verdict.NOT_CONSUMING : Charging.freeVerdict(terms.plan, request);
        Costs costs = free == null ? chargeOf(transition, terms, request) : Costs.none();
        if (costs == null) {
            return;
        }
        if (time < horizon) {
            // Whether it was seen before cannot be told any more, so it must not count.
            emit(transition, request, Verdict.LATE, terms, costs, List.of());
            return;
        }
        JournalEntry known = find(transition, request, horizon, newest);
        if (known != null && isDuplicate(request, known)) {
            emit(transition, request, Verdict.DUPLICATE, terms, Costs.none(), List.of());
            return;
        }
        if (known != null) {
            // The start of this call, which its end replaces.
            transition.index.remove(request.eventId(), known.request().occurredAtMillis());
        }

        if (time > state.streamTimeMillis()) {
            streamTime.advanceTo(transition, time);
            terms = resolver.at(state, transition.plans, time);
        }
        if (request.phase() == Phase.STARTED) {
            start(transition, request, terms);
        } else if (free != null) {
            transition.index.put(emit(transition, request, free, terms, costs, List.of()));
        } else {
            count(transition, request, terms, costs);
        }
        if (known != null) {
            end(transition, request, known.request());
        }
        state.nextVersion();
    }

    /** What the event costs if it is charged; null if that was rejected. */
    private @Nullable Costs chargeOf(Transition transition, Terms terms, ValidRequest request) {
        try {
            Costs costs = Charging.costs(terms.plan, request);
            for (int i = 0; i < terms.rules.length; i++) {
                Charging.requireRoom(terms.groups[i], terms.rules[i], request, costs);
            }
            return costs;
        } catch (ArithmeticException e) {
            transition.reject(RejectionReason.ARITHMETIC_OVERFLOW, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private static @Nullable JournalEntry find(
            Transition transition, ValidRequest request, long fromMillis, long toMillis) {
        JournalEntry known = transition.index.find(request.eventId(), fromMillis, toMillis);
        // A store may keep entries for longer than the horizon; what is beyond it is as good as forgotten.
        return known == null || known.request().occurredAtMillis() < fromMillis ? null : known;
    }

    /** Only the end of a call whose start is known is news. */
    private static boolean isDuplicate(ValidRequest request, JournalEntry known) {
        return request.phase() == Phase.STARTED || known.request().phase() == Phase.COMPLETED;
    }

    private void count(Transition transition, ValidRequest request, Terms terms, Costs costs) {
        Account state = transition.state;
        List<String> lateLimits = openTargets(state, request, terms, costs);
        Verdict verdict = hasTargets(terms) || lateLimits.isEmpty() ? Verdict.COUNTED : Verdict.LATE;
        transition.index.put(emit(transition, request, verdict, terms, costs, lateLimits));
        for (int i = 0; i < terms.rules.length; i++) {
            Bucket bucket = targets[i];
            if (bucket != null) {
                if (request.occurredAtMillis() < state.streamTimeMillis()) {
                    evaluator.adoptFor(transition, bucket, request.occurredAtMillis(), terms.rules[i]);
                }
                bucket.add(
                        request.occurredAtMillis(), costs.amount(terms.rules[i].meterIndex), state.streamTimeMillis());
            }
        }
        judgeTargets(transition, terms, request);
    }

    /** A call begins: it takes a slot of each limit on calls in flight. */
    private void start(Transition transition, ValidRequest request, Terms terms) {
        Account state = transition.state;
        List<String> lateLimits = openTargets(state, request, terms, Costs.none());
        Verdict verdict =
                hasTargets(terms) ? Verdict.COUNTED : lateLimits.isEmpty() ? Verdict.NOT_CONSUMING : Verdict.LATE;
        transition.index.put(emit(transition, request, verdict, terms, Costs.none(), lateLimits));
        for (int i = 0; i < terms.rules.length; i++) {
            if (targets[i] instanceof ConcurrencyBucket calls) {
                calls.start(request.eventId(), request.occurredAtMillis(), state.streamTimeMillis());
                state.dueNoLaterThan(calls.closesAt());
            }
        }
        judgeTargets(transition, terms, request);
    }

    /**
     * Finds or opens the buckets that the event counts in: a start those of calls in flight, any other event those on
     * whose meter it costs something.
     *
     * @return ids of the limits whose window has closed
     */
    private List<String> openTargets(Account state, ValidRequest request, Terms terms, Costs costs) {
        boolean starts = request.phase() == Phase.STARTED;
        List<String> lateLimits = List.of();
        for (int i = 0; i < terms.rules.length; i++) {
            Rule rule = terms.rules[i];
            Bucket bucket = null;
            if (rule.countsStarts() == starts && (starts || costs.amount(rule.meterIndex) > 0)) {
                bucket = BucketAssigner.openFor(state, terms.groups[i], rule, request, limits.maxScopeKeysPerLimit());
                if (bucket == null) {
                    lateLimits = plus(lateLimits, rule.limit.id());
                }
            }
            targets[i] = bucket;
        }
        return lateLimits;
    }

    private boolean hasTargets(Terms terms) {
        for (int i = 0; i < terms.rules.length; i++) {
            if (targets[i] != null) {
                return true;
            }
        }
        return false;
    }

    /**
     * All limits are judged on the same event, after all of them have counted it: first every threshold that it has
     * reached, then every full amount, so that whoever is told hears the warnings of a call before its blocks.
     */
    private void judgeTargets(Transition transition, Terms terms, ValidRequest request) {
        boolean reached = false;
        for (int i = 0; i < terms.rules.length; i++) {
            Bucket bucket = targets[i];
            if (bucket != null) {
                reached |= judge(transition, bucket, terms, terms.rules[i], request, Reach.THRESHOLDS);
            }
        }
        for (int i = 0; reached && i < terms.rules.length; i++) {
            Bucket bucket = targets[i];
            if (bucket != null) {
                judge(transition, bucket, terms, terms.rules[i], request, Reach.AMOUNT);
            }
        }
        for (int i = 0; i < terms.rules.length; i++) {
            Bucket bucket = targets[i];
            if (bucket != null) {
                updateCarry(transition, bucket, request);
            }
        }
        Arrays.fill(targets, 0, terms.rules.length, null);
    }

    /** Returns whether something was reached that does not hold yet, a threshold or the full amount. */
    private boolean judge(
            Transition transition, Bucket bucket, Terms terms, Rule rule, ValidRequest request, Reach reach) {
        Account state = transition.state;
        Terms judged = evaluator.termsFor(state, transition.plans, bucket);
        Rule judgedRule = judged == terms ? rule : judged.ruleOf(bucket.group);
        if (judgedRule == null) {
            return false;
        }
        evaluator.adopt(transition, bucket, judgedRule);
        if (bucket.isQuietUnder(judgedRule, state.streamTimeMillis())) {
            return false;
        }
        evaluator.raiseReached(transition, bucket, judged, judgedRule, Origin.usage(request), reach);
        return true;
    }

    /** A call has ended, however it ended: it gives its slots back. */
    private void end(Transition transition, ValidRequest request, ValidRequest started) {
        Account state = transition.state;
        Origin origin = Origin.usage(request).because(Cause.BUCKET_DRAINED);
        for (BucketGroup group : List.copyOf(state.groups())) {
            if (group.algorithm instanceof Algorithm.Concurrency
                    && BucketAssigner.find(group, started) instanceof ConcurrencyBucket calls
                    && calls.end(request.eventId(), state.streamTimeMillis())) {
                evaluator.reevaluate(transition, calls, origin);
            }
        }
    }

    private void updateCarry(Transition transition, Bucket bucket, ValidRequest request) {
        // Only fixed windows are cut; the end of the others takes some work to find.
        if (bucket instanceof FixedBucket && cutOf(transition, bucket) != null) {
            updateCarry(transition, bucket, Origin.usage(request));
        }
    }

    private static @Nullable TimelineEntry cutOf(Transition transition, Bucket bucket) {
        return transition.state.timeline().cutAt(bucket.windowEnd(), bucket.group.followsCalendar());
    }

    /** A window that was cut by a change has got another total: so has the one that continues it. */
    void updateCarry(Transition transition, Bucket bucket, Origin origin) {
        TimelineEntry cut = cutOf(transition, bucket);
        if (cut == null || !cut.isApplied() || !(bucket instanceof FixedBucket before) || !Timeline.carriesOver(cut)) {
            return;
        }
        changes.carryFrom(transition, cut, before);
        Bucket after = before.group.find(before.scopeKey, before.windowEnd());
        if (after != null) {
            evaluator.reevaluate(transition, after, origin.because(ThresholdEvaluator.causeOf(cut)));
            if (after != bucket) {
                updateCarry(transition, after, origin);
            }
        }
    }

    private static JournalEntry emit(
            Transition transition,
            ValidRequest request,
            Verdict verdict,
            Terms terms,
            Costs costs,
            List<String> lateLimits) {
        PlanVersion plan = terms.plan.source;
        JournalEntry entry =
                new JournalEntry(request, verdict, plan.planId(), plan.version(), costs, lateLimits, List.of());
        transition.out.journal(entry);
        return entry;
    }

    private static List<String> plus(List<String> list, String added) {
        List<String> longer = new ArrayList<>(list);
        longer.add(added);
        return List.copyOf(longer);
    }
}
