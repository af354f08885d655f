package dev.tollgate.engine.internal.apply;

import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.input.ValidRequest;
import dev.tollgate.engine.internal.account.Account;
import dev.tollgate.engine.internal.account.BucketAssigner;
import dev.tollgate.engine.internal.account.TermsResolver;
import dev.tollgate.engine.internal.bucket.Bucket;
import dev.tollgate.engine.internal.bucket.BucketGroup;
import dev.tollgate.engine.internal.bucket.LeakyBucket;
import dev.tollgate.engine.internal.rule.CompiledPlan;
import dev.tollgate.engine.internal.rule.Rule;
import dev.tollgate.engine.output.Costs;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.contract.Bounds;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Voids and amends past events.
 *
 * <p>What an event was charged is taken back from every window that counted it and is still open, and what it should
 * have been charged is counted there; only then are the windows judged again, so that nothing is cleared and raised on
 * the way. The journal gets a {@code VOIDED} entry with the old costs and, for an amendment, an entry with the new
 * ones. Limits whose window is closed are listed as late in both: their totals stay as they are.
 */
public final class Corrections {
    /** Most corrections of one event. */
    private static final int MAX_CORRECTIONS = 16;

    private final InputLimits limits;
    private final TermsResolver resolver;
    private final ThresholdEvaluator evaluator;
    private final Requests requests;
    private final LeakyReplay replay;

    public Corrections(
            InputLimits limits,
            TermsResolver resolver,
            ThresholdEvaluator evaluator,
            Requests requests,
            LeakyReplay replay) {
        this.limits = limits;
        this.resolver = resolver;
        this.evaluator = evaluator;
        this.requests = requests;
        this.replay = replay;
    }

    void apply(Transition transition, AccountInput command, AccountChange.Correction correction) {
        Account state = transition.state;
        String commandId = Objects.requireNonNull(command.commandId());
        long horizon = state.streamTimeMillis() - limits.dedupeHorizonMillis();
        JournalEntry old = correction.targetEventId().length() > Bounds.MAX_ID_CHARACTERS
                ? null
                : transition.index.find(correction.targetEventId(), horizon, state.streamTimeMillis());
        if (old == null
                || old.request().occurredAtMillis() < horizon
                || old.request().phase() == Phase.STARTED) {
            transition.reject(
                    RejectionReason.UNKNOWN_EVENT,
                    "no event of this id is known since " + Math.max(0, horizon) + ", the dedupe horizon");
            return;
        }
        if (old.correctionIds().contains(commandId)) {
            return;
        }
        PlanVersion version = transition.plans.version(old.planId(), old.planVersion());
        if (version == null) {
            transition.reject(
                    RejectionReason.UNKNOWN_PLAN,
                    "the event was charged by version " + old.planVersion() + " of plan '" + old.planId()
                            + "', which the catalog has never had");
            return;
        }
        CompiledPlan plan = resolver.compile(version);
        AccountChange.Amendment amendment = correction.amendment();
        if (old.verdict() == Verdict.VOIDED) {
            if (amendment != null) {
                transition.reject(RejectionReason.INVALID_AMENDMENT, "the event was voided and cannot be amended");
            }
            return;
        }
        if (old.correctionIds().size() >= MAX_CORRECTIONS) {
            transition.reject(
                    RejectionReason.INVALID_AMENDMENT,
                    "an event can be corrected at most " + MAX_CORRECTIONS + " times");
            return;
        }
        if (amendment == null) {
            restate(transition, command, old, plan, null, null, Costs.none());
        } else {
            amend(transition, command, old, plan, amendment);
        }
    }

    private void amend(
            Transition transition,
            AccountInput command,
            JournalEntry old,
            CompiledPlan plan,
            AccountChange.Amendment amendment) {
        if (amendment.outcome() == Outcome.UNKNOWN
                || amendment.endpoint() != null && !InputChecks.requireEndpoint(transition, amendment.endpoint())) {
            if (amendment.outcome() == Outcome.UNKNOWN) {
                transition.reject(RejectionReason.INVALID_AMENDMENT, "the new outcome is not known here");
            }
            return;
        }
        if (!InputChecks.requireNotNegative(transition, "new units", amendment.units())
                || !InputChecks.requireNotNegative(transition, "new input tokens", amendment.inputTokens())
                || !InputChecks.requireNotNegative(transition, "new output items", amendment.outputItems())) {
            return;
        }
        RequestInput request = old.request().input();
        ValidRequest amended = ValidRequest.of(new RequestInput(
                request.eventId(),
                request.accountId(),
                request.projectId(),
                request.apiKeyId(),
                amendment.endpoint() == null ? request.endpoint() : amendment.endpoint(),
                request.occurredAtMillis(),
                request.phase(),
                amendment.outcome() == null ? request.outcome() : amendment.outcome(),
                amendment.units() == null ? request.units() : amendment.units(),
                amendment.inputTokens() == null ? request.inputTokens() : amendment.inputTokens(),
                amendment.outputItems() == null ? request.outputItems() : amendment.outputItems(),
                request.appendedAtMillis(),
                request.position(),
                request.annotations()));
        Verdict free = Charging.freeVerdict(plan, amended);
        Costs costs = Costs.none();
        if (free == null) {
            try {
                costs = Charging.costs(plan, amended);
                for (Rule rule : plan.rules) {
                    Charging.requireRoom(transition.state.groupOf(rule.limit), rule, amended, costs);
                }
            } catch (ArithmeticException e) {
                transition.reject(RejectionReason.ARITHMETIC_OVERFLOW, String.valueOf(e.getMessage()));
                return;
            }
        }
        restate(transition, command, old, plan, amended, free, costs);
    }

    /**
     * Replaces an event by what it should have been, or by nothing.
     *
     * @param plan the version that the event was charged by, which a later change of the past does not alter
     */
    private void restate(
            Transition transition,
            AccountInput command,
            JournalEntry old,
            CompiledPlan plan,
            @Nullable ValidRequest amended,
            @Nullable Verdict free,
            Costs newCosts) {
        Account state = transition.state;
        ValidRequest request = old.request();
        Costs oldCosts = old.verdict() == Verdict.COUNTED ? old.costs() : Costs.none();

        Set<Bucket> touched = new LinkedHashSet<>();
        List<LeakyReplay.Correction> leaky = new ArrayList<>();
        List<String> notTakenBack = new ArrayList<>();
        List<String> notCounted = new ArrayList<>();
        boolean counted = false;
        for (Rule rule : plan.rules) {
            if (rule.countsStarts()) {
                continue;
            }
            BucketGroup group = state.groupOf(rule.limit);
            String limitId = rule.limit.id();
            long oldCost = oldCosts.of(rule.limit.meterId());
            long newCost = amended == null ? 0 : newCosts.of(rule.limit.meterId());
            // What came too late the first time stays out: its correction is later still.
            boolean wasLate = old.lateLimits().contains(limitId);
            Bucket before = oldCost == 0 || wasLate ? null : BucketAssigner.find(group, request);
            if (oldCost > 0 && !wasLate && before == null && rule.limit.algorithm() instanceof Algorithm.LeakyBucket) {
                // It has drained since. Nothing can be taken back and nothing is late: the call keeps its new cost for
                // when the bucket is played once more.
                continue;
            }
            Bucket after = newCost == 0 || wasLate
                    ? null
                    : before instanceof LeakyBucket
                            ? before
                            : BucketAssigner.openFor(state, group, rule, request, limits.maxScopeKeysPerLimit());
            if (oldCost > 0 && before == null) {
                notTakenBack.add(limitId);
            }
            if (newCost > 0 && after == null) {
                notCounted.add(limitId);
            }
            counted |= after != null;
            if (before instanceof LeakyBucket bucket) {
                leaky.add(new LeakyReplay.Correction(bucket, oldCost, newCost));
                touched.add(bucket);
                continue;
            }
            if (before != null) {
                before.takeBack(request.occurredAtMillis(), oldCost, state.streamTimeMillis());
                touched.add(before);
            }
            if (after != null) {
                evaluator.adoptFor(transition, after, request.occurredAtMillis(), rule);
                after.add(request.occurredAtMillis(), newCost, state.streamTimeMillis());
                touched.add(after);
            }
        }

        List<String> correctionIds = Stream.concat(
                        old.correctionIds().stream(), Stream.of(Objects.requireNonNull(command.commandId())))
                .toList();
        JournalEntry voided = new JournalEntry(
                request,
                Verdict.VOIDED,
                old.planId(),
                old.planVersion(),
                oldCosts,
                List.copyOf(notTakenBack),
                correctionIds);
        transition.out.journal(voided);
        JournalEntry current = voided;
        if (amended != null) {
            current = new JournalEntry(
                    amended,
                    verdictOf(old, free, counted, notCounted),
                    old.planId(),
                    old.planVersion(),
                    newCosts,
                    List.copyOf(notCounted),
                    correctionIds);
            transition.out.journal(current);
        }
        transition.index.put(current);
        state.nextVersion();
        correctLeaky(transition, leaky, request.occurredAtMillis());

        Origin origin = Origin.correction(command);
        for (Bucket bucket : touched) {
            evaluator.reevaluate(transition, bucket, origin);
            requests.updateCarry(transition, bucket, origin);
        }
    }

    /**
     * What the corrected call has left in leaky buckets: exactly if all calls are known, else at least what is sure.
     */
    private void correctLeaky(Transition transition, List<LeakyReplay.Correction> corrections, long timeMillis) {
        long now = transition.state.streamTimeMillis();
        for (LeakyReplay.Correction correction : replay.replayAfterCorrection(transition, corrections)) {
            long more = correction.newCost() - correction.oldCost();
            if (more > 0) {
                correction.bucket().add(timeMillis, more, now);
            } else if (more < 0) {
                correction.bucket().takeBack(timeMillis, -more, now);
            }
        }
    }

    private static Verdict verdictOf(
            JournalEntry old, @Nullable Verdict free, boolean counted, List<String> notCounted) {
        if (free != null) {
            return free;
        }
        // An event that was counted once stays counted in reports, even if no total can follow its amendment.
        return counted || notCounted.isEmpty() || old.verdict() == Verdict.COUNTED ? Verdict.COUNTED : Verdict.LATE;
    }
}
