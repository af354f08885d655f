package dev.tollgate.engine;

import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.output.Costs;
import dev.tollgate.engine.plan.Cost;
import dev.tollgate.engine.plan.Limit;
import dev.tollgate.engine.plan.Meter;
import dev.tollgate.engine.plan.PerCallCap;
import dev.tollgate.engine.plan.PlanVersion;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A plan version in the form that is quick to apply. Not thread-safe: it remembers the costs of endpoints. */
final class CompiledPlan {
    /** Endpoints are text from outside: at most this many are remembered, and then all are forgotten. */
    static final int MAX_REMEMBERED_ENDPOINTS = 4_096;

    /** Largest charge of one event on one meter. Sums of many millions of these are still exact. */
    static final long MAX_EVENT_COST = 1_000_000_000_000L;

    final PlanVersion source;
    final List<String> meterIds;
    final Rule[] rules;

    private final Map<String, EndpointCosts> costsByEndpoint = new HashMap<>();

    CompiledPlan(PlanVersion source) {
        this.source = source;
        this.meterIds = source.meters().stream().map(Meter::id).toList();
        this.rules = source.limits().stream()
                .map(limit -> new Rule(limit, meterIds.indexOf(limit.meterId()), limit.amount()))
                .toArray(Rule[]::new);
    }

    /** Whether this plan has a limit of this id. */
    boolean hasLimit(String limitId) {
        for (Limit limit : source.limits()) {
            if (limit.id().equals(limitId)) {
                return true;
            }
        }
        return false;
    }

    EndpointCosts pricingOf(String endpoint) {
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

    private long capOn(String endpoint, PerCallCap.Dimension dimension) {
        return source.perCallCaps().stream()
                .filter(cap -> cap.dimension() == dimension && cap.endpoint().matches(endpoint))
                .min(Comparator.comparing(PerCallCap::endpoint))
                .map(PerCallCap::max)
                .orElse(Long.MAX_VALUE);
    }

    /** What calls of one endpoint cost on each meter, and how large they may be. */
    final class EndpointCosts {
        private final Cost[] costs;
        /** The charge of a call of one unit, which is also that of any call if nothing is charged per unit. */
        private final Costs ofOneUnit;

        private final boolean flat;

        /** Largest allowed value of each dimension; {@link Long#MAX_VALUE} where there is no cap. */
        private final long maxInputTokens;

        private final long maxOutputItems;
        private final long maxUnits;

        private EndpointCosts(String endpoint) {
            maxInputTokens = capOn(endpoint, PerCallCap.Dimension.INPUT_TOKENS);
            maxOutputItems = capOn(endpoint, PerCallCap.Dimension.OUTPUT_ITEMS);
            maxUnits = capOn(endpoint, PerCallCap.Dimension.UNITS);
            costs = new Cost[meterIds.size()];
            boolean perUnit = false;
            for (int i = 0; i < costs.length; i++) {
                costs[i] = source.meters().get(i).costs().costFor(endpoint);
                perUnit |= costs[i].perUnit() > 0;
            }
            flat = !perUnit;
            ofOneUnit = compute(1);
        }

        /**
         * The charge of a call.
         *
         * @throws ArithmeticException if a charge is above {@link #MAX_EVENT_COST}
         */
        Costs of(long units) {
            return flat || units == 1 ? ofOneUnit : compute(units);
        }

        /** Whether a call is larger than a cap allows. What a call does not report is within every cap. */
        boolean isOverCap(RequestInput request) {
            return isOver(request.inputTokens(), maxInputTokens)
                    || isOver(request.outputItems(), maxOutputItems)
                    || isOver(request.units(), maxUnits);
        }

        private static boolean isOver(@Nullable Long value, long max) {
            return value != null && value > max;
        }

        private Costs compute(long units) {
            long[] amounts = new long[costs.length];
            for (int i = 0; i < amounts.length; i++) {
                amounts[i] = costs[i].of(units);
                if (amounts[i] > MAX_EVENT_COST) {
                    throw new ArithmeticException(meterIds.get(i) + " cost of one event must be at most "
                            + MAX_EVENT_COST + ", was " + amounts[i]);
                }
            }
            return Costs.of(meterIds, amounts);
        }
    }
}
