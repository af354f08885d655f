package dev.tollgate.testkit.oracle;

import dev.tollgate.engine.input.Outcome;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.input.Position;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.plan.Algorithm;
import dev.tollgate.engine.plan.Amount;
import dev.tollgate.engine.plan.Cost;
import dev.tollgate.engine.plan.CostTable;
import dev.tollgate.engine.plan.EndpointPattern;
import dev.tollgate.engine.plan.Limit;
import dev.tollgate.engine.plan.Meter;
import dev.tollgate.engine.plan.Mode;
import dev.tollgate.engine.plan.PerCallCap;
import dev.tollgate.engine.plan.PlanVersion;
import dev.tollgate.engine.plan.Scope;
import dev.tollgate.engine.plan.Threshold;
import dev.tollgate.engine.plan.WindowUnit;
import java.util.stream.Collectors;

/** The oracle's plans and events in the engine's words. */
final class EnginePlans {
    private EnginePlans() {}

    static PlanVersion planOf(OraclePlan plan) {
        return new PlanVersion(
                plan.id(),
                plan.version(),
                0,
                0,
                plan.id(),
                plan.meters().stream()
                        .map(meter -> new Meter(
                                meter.id(),
                                "unit",
                                new CostTable(
                                        costOf(meter.otherwise()),
                                        meter.prices().stream()
                                                .map(priced -> new CostTable.Entry(
                                                        EndpointPattern.of(priced.pattern()), costOf(priced.price())))
                                                .toList())))
                        .toList(),
                plan.limits().stream().map(EnginePlans::limitOf).toList(),
                plan.caps().stream()
                        .map(cap -> new PerCallCap(
                                EndpointPattern.of(cap.pattern()),
                                PerCallCap.Dimension.valueOf(cap.dimension()),
                                cap.max()))
                        .toList(),
                plan.chargedOutcomes().stream().map(Outcome::valueOf).collect(Collectors.toSet()));
    }

    static RequestInput inputOf(OracleEvent event, long offset) {
        return new RequestInput(
                event.id(),
                event.account(),
                event.project(),
                event.apiKey(),
                event.endpoint(),
                event.occurredAtMillis(),
                event.started() ? Phase.STARTED : Phase.COMPLETED,
                Outcome.valueOf(event.outcome()),
                event.units(),
                event.inputTokens(),
                event.outputItems(),
                event.appendedAtMillis(),
                new Position("events", 0, offset));
    }

    private static Limit limitOf(OraclePlan.Limit limit) {
        Long amount = limit.amount();
        return new Limit(
                limit.id(),
                limit.meter(),
                amount == null ? Amount.unlimited() : Amount.of(amount),
                new Algorithm.FixedWindow(WindowUnit.valueOf(limit.window())),
                Scope.valueOf(limit.scope().name()),
                Mode.ENFORCE,
                limit.usedBasisPoints().stream()
                        .map(share -> new Threshold(Threshold.Kind.USED_AT_LEAST, share))
                        .toList(),
                limit.graceMillis());
    }

    private static Cost costOf(OraclePlan.Price price) {
        return new Cost(price.base(), price.perUnit(), price.unitSize());
    }
}
