package dev.tollgate.gate;

import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a call would be answered now, and what it would take of each limit. By the time of the real call others may have
 * taken what was left.
 *
 * @param decision what {@link Gate#check(Call)} would answer
 * @param plan the version of the plan that prices the call; null where the gate knows the account or its plan not
 * @param costs by limit, in the order of the plan, those of the account, of the call's project and of its API key;
 *     empty without a plan
 */
public record Quote(Decision decision, @Nullable PlanRef plan, List<LimitCost> costs) {
    public Quote {
        costs = List.copyOf(costs);
    }

    /**
     * A version of a plan.
     *
     * @param planId the plan
     * @param version 1 and up
     */
    public record PlanRef(String planId, int version) {}

    /**
     * What the call takes of one limit.
     *
     * @param limitId the limit
     * @param meterId its meter
     * @param algorithm how it counts
     * @param scope whose usage it counts
     * @param scopeKey the project or API key; empty for the account
     * @param enforced whether it denies calls; an advisory limit never does
     * @param cost units of the meter, 0 or more; of a limit on calls in flight 1
     * @param used units used now, 0 or more
     * @param amount units allowed, overrides included, 0 or more; null is unlimited
     * @param fits whether the limit leaves room for the cost, whether or not it is enforced
     * @param fitsAtMillis when it will leave room if nothing else is counted, in milliseconds since the epoch: now if
     *     it fits, null if it never will
     */
    public record LimitCost(
            String limitId,
            String meterId,
            Algorithm algorithm,
            Scope scope,
            String scopeKey,
            boolean enforced,
            long cost,
            long used,
            @Nullable Long amount,
            boolean fits,
            @Nullable Long fitsAtMillis) {}
}
