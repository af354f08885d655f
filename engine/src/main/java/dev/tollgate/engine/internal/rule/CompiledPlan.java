package dev.tollgate.engine.internal.rule;

import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.output.Costs;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Meter;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.planmodel.pricing.CostTable;
import dev.tollgate.planmodel.pricing.EndpointPricing;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A plan version in the form that is quick to apply. Not thread-safe: it remembers the costs of endpoints. */
public final class CompiledPlan {
    /** Endpoints are text from outside: at most this many are remembered, and then all are forgotten. */
    public static final int MAX_REMEMBERED_ENDPOINTS = 4_096;

    public final PlanVersion source;
    final List<String> meterIds;
    public final Rule[] rules;

    private final List<CostTable> costTables;
    private final Map<String, EndpointCosts> costsByEndpoint = new HashMap<>();

    public CompiledPlan(PlanVersion source) {
        this.source = source;
        this.meterIds = source.meters().stream().map(Meter::id).toList();
        this.costTables = source.meters().stream().map(Meter::costs).toList();
        this.rules = source.limits().stream()
                .map(limit -> new Rule(limit, meterIds.indexOf(limit.meterId()), limit.amount()))
                .toArray(Rule[]::new);
    }

    /** Whether this plan has a limit of this id. */
    public boolean hasLimit(String limitId) {
        for (Limit limit : source.limits()) {
            if (limit.id().equals(limitId)) {
                return true;
            }
        }
        return false;
    }

    public EndpointCosts pricingOf(String endpoint) {
        EndpointCosts known = costsByEndpoint.get(endpoint);
        if (known != null) {
            return known;
        }
        EndpointCosts computed = new EndpointCosts(endpoint);
        if (costsByEndpoint.size() >= MAX_REMEMBERED_ENDPOINTS) {
            costsByEndpoint.clear();
        }
        costsByEndpoint.put(endpoint, computed);
        return computed;
    }

    /** What calls of one endpoint cost on each meter, and how large they may be. */
    public final class EndpointCosts {
        private final EndpointPricing pricing;

        /** The charge of a call of one unit, which is also that of any call if nothing is charged per unit. */
        private final Costs ofOneUnit;

        private final boolean flat;

        private EndpointCosts(String endpoint) {
            pricing = new EndpointPricing(endpoint, costTables, source.perCallCaps());
            boolean perUnit = false;
            for (int i = 0; i < pricing.meters(); i++) {
                perUnit |= pricing.cost(i).perUnit() > 0;
            }
            flat = !perUnit;
            ofOneUnit = compute(1);
        }

        /**
         * The charge of a call.
         *
         * @throws ArithmeticException if a charge is above {@link Bounds#MAX_EVENT_COST}
         */
        public Costs of(long units) {
            return flat || units == 1 ? ofOneUnit : compute(units);
        }

        /** Whether a call is larger than a cap allows. What a call does not report is within every cap. */
        public boolean isOverCap(RequestInput request) {
            return isOver(request.inputTokens(), pricing.maxInputTokens())
                    || isOver(request.outputItems(), pricing.maxOutputItems())
                    || isOver(request.units(), pricing.maxUnits());
        }

        private static boolean isOver(@Nullable Long value, long max) {
            return value != null && value > max;
        }

        private Costs compute(long units) {
            long[] amounts = new long[pricing.meters()];
            for (int i = 0; i < amounts.length; i++) {
                amounts[i] = pricing.cost(i).of(units);
                if (amounts[i] > Bounds.MAX_EVENT_COST) {
                    throw new ArithmeticException(meterIds.get(i) + " cost of one event must be at most "
                            + Bounds.MAX_EVENT_COST + ", was " + amounts[i]);
                }
            }
            return Costs.of(meterIds, amounts);
        }
    }
}
