package dev.tollgate.engine.internal.apply;

import dev.tollgate.engine.input.ValidRequest;
import dev.tollgate.engine.internal.account.BucketAssigner;
import dev.tollgate.engine.internal.bucket.Bucket;
import dev.tollgate.engine.internal.bucket.BucketGroup;
import dev.tollgate.engine.internal.bucket.LeakyBucket;
import dev.tollgate.engine.internal.rule.CompiledPlan;
import dev.tollgate.engine.internal.rule.Rule;
import dev.tollgate.engine.output.Costs;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.contract.Bounds;
import org.jspecify.annotations.Nullable;

/** What a plan charges for a request event, when it happens and when it is corrected. */
final class Charging {
    /** Smaller costs would take longer than the age of the universe to fill 63 bits. */
    private static final long SMALL_COST = 1_000_000L;

    private Charging() {}

    /** The verdict of an event that charges nothing; null if it is to be charged. */
    static @Nullable Verdict freeVerdict(CompiledPlan plan, ValidRequest request) {
        if (!plan.source.consumption().contains(request.outcome())) {
            return Verdict.NOT_CONSUMING;
        }
        return plan.pricingOf(request.endpoint()).isOverCap(request.input()) ? Verdict.OVER_CALL_LIMIT : null;
    }

    /**
     * What the event costs if it is charged.
     *
     * @throws ArithmeticException if a cost does not fit into 63 bits
     */
    static Costs costs(CompiledPlan plan, ValidRequest request) {
        return plan.pricingOf(request.endpoint()).of(request.chargedUnits());
    }

    /**
     * Checks that a bucket can count an event exactly.
     *
     * @throws ArithmeticException if it cannot
     */
    static void requireRoom(BucketGroup group, Rule rule, ValidRequest request, Costs costs) {
        if (rule.countsStarts()) {
            return;
        }
        long cost = costs.amount(rule.meterIndex);
        if (rule.limit.algorithm() instanceof Algorithm.LeakyBucket leaky) {
            Bucket bucket = BucketAssigner.find(group, request);
            LeakyBucket.levelOf(cost, leaky.periodMillis(), bucket instanceof LeakyBucket filled ? filled.level() : 0);
        } else if (cost > SMALL_COST) {
            Bucket bucket = BucketAssigner.find(group, request);
            if (bucket != null && bucket.level(request.occurredAtMillis()) > Bounds.MAX_LEVEL - cost) {
                throw new ArithmeticException("limit " + group.limitId + " cannot take " + cost + " more than "
                        + bucket.level(request.occurredAtMillis()));
            }
        }
    }
}
