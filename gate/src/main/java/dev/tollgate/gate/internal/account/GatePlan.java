package dev.tollgate.gate.internal.account;

import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.planmodel.pricing.CostTable;
import dev.tollgate.planmodel.pricing.EndpointPricing;
import dev.tollgate.planmodel.time.WindowCalendar;
import dev.tollgate.schemas.avro.Dimension;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.PerCallCap;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.plan.PlanTranslator;
import dev.tollgate.schemas.plan.WindowTranslator;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One version of a plan in the form that answers quickly: what an endpoint costs, how large a call may be, which
 * outcomes are charged. Thread-safe.
 */
public final class GatePlan {
    /** Endpoints are text from outside: at most this many are remembered, and then all are forgotten. */
    private static final int MAX_REMEMBERED_ENDPOINTS = 4_096;

    public final String planId;
    public final int version;

    /** Whether it is not a stand-in. */
    public final boolean isInCatalog;

    final long effectiveFromMillis;
    final List<Limit> limits;
    final WindowCalendar calendar;
    public final Set<Outcome> chargedOutcomes;
    private final List<String> meterIds = new ArrayList<>();
    private final List<CostTable> costTables = new ArrayList<>();
    private final List<dev.tollgate.planmodel.pricing.PerCallCap> caps = new ArrayList<>();
    private final Map<String, EndpointPricing> byEndpoint = new ConcurrentHashMap<>();

    /** @throws IllegalArgumentException if a cost, a cap or the calendar is one that the accounting rejects too */
    GatePlan(String planId, PlanVersion source) {
        this.planId = planId;
        this.version = source.getVersion();
        this.isInCatalog = true;
        this.effectiveFromMillis = source.getEffectiveFrom().toEpochMilli();
        this.limits = List.copyOf(source.getLimits());
        this.calendar = WindowTranslator.calendar(source.getCalendar());
        this.chargedOutcomes = EnumSet.noneOf(Outcome.class);
        this.chargedOutcomes.addAll(source.getChargedOutcomes());
        for (Meter meter : source.getMeters()) {
            meterIds.add(meter.getMeterId());
            costTables.add(PlanTranslator.costs(meter));
        }
        for (PerCallCap cap : source.getPerCallCaps()) {
            // A dimension that this release does not know bounds nothing.
            if (cap.getDimension() != Dimension.UNKNOWN) {
                caps.add(PlanTranslator.cap(cap));
            }
        }
    }

    /**
     * Stands in for a plan that the catalog does not have: each call costs one on each of these meters, and every
     * outcome but a denial is charged.
     */
    GatePlan(String planId, int version, List<String> meterIds) {
        this.planId = planId;
        this.version = version;
        this.isInCatalog = false;
        this.effectiveFromMillis = 0;
        this.limits = List.of();
        this.calendar = WindowCalendar.UTC;
        this.chargedOutcomes = EnumSet.complementOf(EnumSet.of(Outcome.LIMITED));
        this.meterIds.addAll(meterIds);
        meterIds.forEach(meter -> costTables.add(CostTable.flat(1)));
    }

    /** Place of a meter in {@link #pricingOf}, or -1. */
    int meterIndex(String meterId) {
        return meterIds.indexOf(meterId);
    }

    public EndpointPricing pricingOf(String endpoint) {
        EndpointPricing known = byEndpoint.get(endpoint);
        return known != null ? known : remember(endpoint);
    }

    private EndpointPricing remember(String endpoint) {
        EndpointPricing made = new EndpointPricing(endpoint, costTables, caps);
        if (endpoint.length() <= Bounds.MAX_ENDPOINT_CHARACTERS) {
            if (byEndpoint.size() >= MAX_REMEMBERED_ENDPOINTS) {
                byEndpoint.clear();
            }
            byEndpoint.put(endpoint, made);
        }
        return made;
    }
}
