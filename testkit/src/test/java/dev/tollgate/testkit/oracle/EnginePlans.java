package dev.tollgate.testkit.oracle;

import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.input.Position;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Meter;
import dev.tollgate.planmodel.Mode;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Scope;
import dev.tollgate.planmodel.Threshold;
import dev.tollgate.planmodel.pricing.Cost;
import dev.tollgate.planmodel.pricing.CostTable;
import dev.tollgate.planmodel.pricing.EndpointPattern;
import dev.tollgate.planmodel.pricing.PerCallCap;
import dev.tollgate.planmodel.time.CalendarOverride;
import dev.tollgate.planmodel.time.WindowAnchor;
import dev.tollgate.planmodel.time.WindowCalendar;
import dev.tollgate.planmodel.time.WindowLength;
import java.util.Locale;
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
                plan.chargedOutcomes().stream().map(Outcome::valueOf).collect(Collectors.toSet()),
                calendarOf(plan.calendar()));
    }

    private static WindowCalendar calendarOf(OracleCalendar calendar) {
        return new WindowCalendar(
                calendar.zone(),
                new WindowAnchor(calendar.month(), calendar.day(), calendar.weekday(), calendar.hour()));
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
                algorithmOf(limit),
                Scope.valueOf(limit.scope().name()),
                Mode.ENFORCE,
                limit.usedBasisPoints().stream()
                        .map(share -> new Threshold(Threshold.Kind.USED_AT_LEAST, share))
                        .toList(),
                limit.graceMillis());
    }

    private static Algorithm algorithmOf(OraclePlan.Limit limit) {
        return switch (limit.kind()) {
            case FIXED_WINDOW -> new Algorithm.FixedWindow(lengthOf(limit.window()));
            case LEAKY_BUCKET -> new Algorithm.LeakyBucket(limit.lengthMillis());
            case SLIDING_WINDOW -> new Algorithm.SlidingWindow(limit.lengthMillis());
            case CONCURRENCY -> new Algorithm.Concurrency(limit.lengthMillis());
        };
    }

    static WindowLength lengthOf(String window) {
        return WindowLength.parse(window.toLowerCase(Locale.ROOT)).orElseThrow();
    }

    static AccountInput inputOf(OracleFact.Changed changed) {
        AccountChange change = switch (changed.change()) {
            case OracleFact.OnPlan on ->
                new AccountChange.PlanAssigned(on.planId(), AccountChange.Carry.valueOf(on.carry()));
            case OracleFact.Overridden overridden -> {
                Long amount = overridden.amount();
                yield new AccountChange.OverrideSet(
                        overridden.limit(), amount == null ? Amount.unlimited() : Amount.of(amount));
            }
            case OracleFact.OverrideEnded ended -> new AccountChange.OverrideRemoved(ended.limit());
            case OracleFact.Exempt exempt -> new AccountChange.ExemptionSet(exempt.exempt());
            case OracleFact.OwnCalendar own ->
                new AccountChange.CalendarSet(
                        new CalendarOverride(own.zone(), own.month(), own.day(), own.weekday(), own.hour()));
        };
        return new AccountInput(
                changed.commandId(),
                "acme",
                changed.effectiveAt(),
                changed.appendedAt(),
                null,
                null,
                change,
                new Position("commands", 0, 0));
    }

    static AccountInput inputOf(OracleFact.Corrected corrected, long appendedAt) {
        String outcome = corrected.outcome();
        return new AccountInput(
                corrected.commandId(),
                "acme",
                appendedAt,
                appendedAt,
                null,
                null,
                new AccountChange.Correction(
                        corrected.target(),
                        corrected.isVoid()
                                ? null
                                : new AccountChange.Amendment(
                                        corrected.endpoint(),
                                        outcome == null ? null : Outcome.valueOf(outcome),
                                        corrected.units(),
                                        null,
                                        null)),
                new Position("commands", 0, 0));
    }

    private static Cost costOf(OraclePlan.Price price) {
        return new Cost(price.base(), price.perUnit(), price.unitSize());
    }
}
