package dev.tollgate.plans;

import dev.tollgate.planmodel.time.WindowLength;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.plan.WindowTranslator;
import org.jspecify.annotations.Nullable;

/**
 * What a limit counts, over what time and for whom: everything about it but how much it allows and what follows.
 *
 * <p>Usage that was counted one way cannot go on as if it had been counted another way; therefore a limit keeps its
 * counting under the same id in all versions of a plan.
 *
 * @param meterId the meter
 * @param algorithm how it counts
 * @param window of a fixed window; its calendar belongs to the plan
 * @param periodMillis of a leaky bucket or sliding window
 * @param leaseMillis of a concurrency limit
 * @param scope whose usage counts together
 */
public record Counting(
        @Nullable String meterId,
        @Nullable Algorithm algorithm,
        @Nullable WindowLength window,
        @Nullable Long periodMillis,
        @Nullable Long leaseMillis,
        @Nullable Scope scope) {

    /** How a limit counts. */
    public static Counting of(Limit limit) {
        return new Counting(
                limit.getMeterId(),
                limit.getAlgorithm(),
                WindowTranslator.length(limit),
                limit.getPeriodMs(),
                limit.getLeaseMs(),
                limit.getScope());
    }
}
