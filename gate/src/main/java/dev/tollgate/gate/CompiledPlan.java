package dev.tollgate.gate;

import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.Dimension;
import dev.tollgate.schemas.avro.EndpointCost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.PerCallCap;
import dev.tollgate.schemas.avro.PlanVersion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One version of a plan in the form that answers quickly: what an endpoint costs, how large a call may be, which
 * outcomes are charged. Thread-safe.
 */
final class CompiledPlan {
    /** Endpoints are text from outside: at most this many are remembered, and then all are forgotten. */
    private static final int MAX_REMEMBERED_ENDPOINTS = 4_096;

    private static final int MAX_REMEMBERED_LENGTH = 512;

    /** The engine refuses to charge more than this for one event; more is as much. */
    private static final long MAX_COST = 1_000_000_000_000L;

    final String planId;
    final int version;
    final long effectiveFromMillis;
    final List<Limit> limits;
    final Set<Outcome> chargedOutcomes;
    private final List<String> meterIds = new ArrayList<>();
    private final List<Table> tables = new ArrayList<>();
    private final List<Cap> caps;
    private final Map<String, EndpointTerms> byEndpoint = new ConcurrentHashMap<>();

    private record Price(EndpointPattern pattern, Cost cost) {}

    private record Table(@Nullable Cost preset, List<Price> prices) {}

    private record Cap(EndpointPattern pattern, Dimension dimension, long max) {}

    /** @throws IllegalArgumentException if a pattern is malformed */
    CompiledPlan(String planId, PlanVersion source) {
        this.planId = planId;
        this.version = source.getVersion();
        this.effectiveFromMillis = source.getEffectiveFrom().toEpochMilli();
        this.limits = List.copyOf(source.getLimits());
        this.chargedOutcomes = EnumSet.noneOf(Outcome.class);
        this.chargedOutcomes.addAll(source.getChargedOutcomes());
        for (Meter meter : source.getMeters()) {
            meterIds.add(meter.getMeterId());
            tables.add(tableOf(meter));
        }
        List<Cap> sorted = new ArrayList<>();
        for (PerCallCap cap : source.getPerCallCaps()) {
            sorted.add(new Cap(EndpointPattern.of(cap.getEndpoint()), cap.getDimension(), cap.getMax()));
        }
        sorted.sort(Comparator.comparing(Cap::pattern));
        this.caps = List.copyOf(sorted);
    }

    /**
     * Stands in for a plan that the catalog does not have: each call costs one on each of these meters, and every
     * outcome but a refusal is charged.
     */
    CompiledPlan(String planId, int version, List<String> meterIds) {
        this.planId = planId;
        this.version = version;
        this.effectiveFromMillis = 0;
        this.limits = List.of();
        this.chargedOutcomes = EnumSet.complementOf(EnumSet.of(Outcome.LIMITED));
        this.meterIds.addAll(meterIds);
        meterIds.forEach(meter -> tables.add(new Table(null, List.of())));
        this.caps = List.of();
    }

    private static Table tableOf(Meter meter) {
        List<Price> prices = new ArrayList<>();
        for (EndpointCost cost : meter.getEndpointCosts()) {
            prices.add(new Price(EndpointPattern.of(cost.getEndpoint()), cost.getCost()));
        }
        prices.sort(Comparator.comparing(Price::pattern));
        return new Table(meter.getDefaultCost(), List.copyOf(prices));
    }

    /** Place of a meter in {@link EndpointTerms#cost}, or -1. */
    int meterIndex(String meterId) {
        return meterIds.indexOf(meterId);
    }

    EndpointTerms termsOf(String endpoint) {
        EndpointTerms known = byEndpoint.get(endpoint);
        return known != null ? known : remember(endpoint);
    }

    private EndpointTerms remember(String endpoint) {
        EndpointTerms made = new EndpointTerms(endpoint);
        if (endpoint.length() <= MAX_REMEMBERED_LENGTH) {
            if (byEndpoint.size() >= MAX_REMEMBERED_ENDPOINTS) {
                byEndpoint.clear();
            }
            byEndpoint.put(endpoint, made);
        }
        return made;
    }

    /** What calls of one endpoint cost, and how large they may be. */
    final class EndpointTerms {
        private final long[] base;
        private final long[] perUnit;
        private final long[] unitSize;
        final long maxUnits;
        final long maxInputTokens;
        final long maxOutputItems;

        private EndpointTerms(String endpoint) {
            int meters = tables.size();
            base = new long[meters];
            perUnit = new long[meters];
            unitSize = new long[meters];
            for (int i = 0; i < meters; i++) {
                Cost cost = costFor(tables.get(i), endpoint);
                base[i] = cost == null ? 1 : cost.getBase();
                perUnit[i] = cost == null ? 0 : cost.getPerUnit();
                unitSize[i] = cost == null ? 1 : Math.max(1, cost.getUnitSize());
            }
            maxUnits = capOn(endpoint, Dimension.UNITS);
            maxInputTokens = capOn(endpoint, Dimension.INPUT_TOKENS);
            maxOutputItems = capOn(endpoint, Dimension.OUTPUT_ITEMS);
        }

        /** {@code base + perUnit * ceil(units / unitSize)}, at most {@link #MAX_COST}; unknown units are one. */
        long cost(int meterIndex, long units) {
            long each = perUnit[meterIndex];
            if (each == 0) {
                return base[meterIndex];
            }
            long counted = units < 0 ? 1 : units;
            long size = unitSize[meterIndex];
            long started = counted / size + (counted % size == 0 ? 0 : 1);
            if (started > MAX_COST / each) {
                return MAX_COST;
            }
            return Math.min(MAX_COST, base[meterIndex] + each * started);
        }

        private long capOn(String endpoint, Dimension dimension) {
            for (Cap cap : caps) {
                if (cap.dimension() == dimension && cap.pattern().matches(endpoint)) {
                    return cap.max();
                }
            }
            return Long.MAX_VALUE;
        }
    }

    private static @Nullable Cost costFor(Table table, String endpoint) {
        for (Price price : table.prices()) {
            if (price.pattern().matches(endpoint)) {
                return price.cost();
            }
        }
        return table.preset();
    }
}
