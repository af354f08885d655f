package dev.tollgate.api.live;

import dev.tollgate.gate.Call;
import dev.tollgate.gate.Gate;
import dev.tollgate.gate.GateConfig;
import dev.tollgate.gate.Quote;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.cluster.ClusterConfig;
import dev.tollgate.schemas.topic.LimitStateKey;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * What calls cost, worked out by a gate that knows the plan catalog and is told of one account at a time: the same
 * rules as those of the gates that decide, without the memory that all accounts would take.
 */
final class CallQuotes {
    private final GateConfig config;
    private final LongSupplier clock;
    private Gate gate;

    /** @param clock milliseconds since the epoch; windows end and blocks expire by it */
    CallQuotes(ClusterConfig cluster, LongSupplier clock) {
        this.config = GateConfig.presets(cluster);
        this.clock = clock;
        this.gate = Gate.unfed(config, clock);
    }

    /** Forgets all plans. */
    synchronized void clear() {
        gate = Gate.unfed(config, clock);
    }

    /** @throws IllegalArgumentException if the plan cannot be used; what was known before stays */
    synchronized void put(Plan plan) {
        gate.apply(plan);
    }

    synchronized void remove(String planId) {
        gate.forgetPlan(planId);
    }

    /** @param states snapshots of the call's account, its own first */
    synchronized Quote quote(List<LimitState> states, Call call) {
        try {
            states.forEach(gate::apply);
            return gate.quote(call);
        } finally {
            gate.forget(LimitStateKey.ofAccount(call.accountId()));
        }
    }
}
