package dev.tollgate.cli.demo;

import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.planmodel.time.WindowLength;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.EndpointCost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.PerCallCap;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.plan.WindowTranslator;
import dev.tollgate.testkit.traffic.TrafficGenerator;
import dev.tollgate.testkit.traffic.TrafficProfile;
import dev.tollgate.testkit.traffic.TrafficProfile.WeightedEndpoint;
import dev.tollgate.testkit.traffic.TrafficProfile.Workload;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** The plans of a demo, and the traffic that makes them matter: drawn from their own meters, limits and caps. */
final class DemoPlans {
    /** Endpoints that no plan needs to name: they fall to the default cost. */
    private static final List<String> PLAIN = List.of("/v2/notes", "/v2/search", "/v2/collections");

    private static final String OTHER = "/v2/status";
    private static final int PLAIN_WEIGHT = 30;
    private static final int NAMED_WEIGHT = 10;
    private static final int FEW_ENDPOINTS = 3;

    private static final long UNIT_SIZES_OF_A_CALL = 40;
    private static final long INPUT_TOKENS = 3_000;
    /** Of calls with a cap about one in twenty is larger. */
    private static final double ABOVE_CAP = 1.06;

    /** The hottest account uses up this share of its widest short limit, and three times as much in bursts. */
    private static final double STEADY_SHARE = 0.7;

    private static final int PRESET_CALLS_PER_MINUTE = 70;
    private static final int MAX_CALLS_PER_MINUTE = 60_000;
    private static final double LONGEST_SHORT_MINUTES = 60;

    private static final int STARTED_PERCENT = 60;
    private static final int PRESET_CALL_MILLIS = 500;
    private static final int MIN_CALL_MILLIS = 50;

    /** Calls come up to 35 h late, and belong to the plan that was in force then. */
    static final Duration OLDEST_CALL = Duration.ofHours(36);

    private DemoPlans() {}

    /** One workload for each plan. */
    static List<Workload> workloads(List<Plan> plans) {
        return plans.stream().map(DemoPlans::workload).toList();
    }

    private static Workload workload(Plan plan) {
        List<Call> calls = calls(plan);
        int perMinute = callsPerMinute(plan, calls);
        List<WeightedEndpoint> endpoints = calls.stream().map(Call::endpoint).toList();
        return plan.getVersions().stream()
                .flatMap(version -> version.getLimits().stream())
                .filter(limit -> limit.getAlgorithm() == Algorithm.CONCURRENCY)
                .findFirst()
                .map(limit -> new Workload(endpoints, perMinute, STARTED_PERCENT, callMillis(limit, perMinute)))
                .orElseGet(() -> Workload.ofCalls(endpoints, perMinute));
    }

    /** So long that the hottest account's calls in flight come near the amount, and go above it in bursts. */
    private static int callMillis(Limit limit, int perMinute) {
        Long amount = limit.getAmount();
        Long lease = limit.getLeaseMs();
        if (amount == null || lease == null) {
            return PRESET_CALL_MILLIS;
        }
        double startsPerMilli = perMinute * STARTED_PERCENT / 100.0 / 60_000;
        double wanted = STEADY_SHARE * amount / startsPerMilli;
        return (int) Math.max(MIN_CALL_MILLIS, Math.min(wanted, lease / 4.0));
    }

    /** An endpoint that is called, and the pattern that it comes from. */
    private record Call(String pattern, WeightedEndpoint endpoint) {}

    /** Every endpoint that a plan names, and some that fall to the default cost. */
    private static List<Call> calls(Plan plan) {
        Map<String, Call> calls = new LinkedHashMap<>();
        for (PlanVersion version : plan.getVersions()) {
            for (Meter meter : version.getMeters()) {
                for (EndpointCost cost : meter.getEndpointCosts()) {
                    long units = cost.getCost().getPerUnit() > 0
                            ? UNIT_SIZES_OF_A_CALL * cost.getCost().getUnitSize()
                            : 0;
                    add(calls, cost.getEndpoint(), units, INPUT_TOKENS, 0);
                }
            }
            for (PerCallCap cap : version.getPerCallCaps()) {
                long size = Math.max(cap.getMax() + 1, (long) (cap.getMax() * ABOVE_CAP));
                switch (cap.getDimension()) {
                    case UNITS -> add(calls, cap.getEndpoint(), size, 0, 0);
                    case INPUT_TOKENS -> add(calls, cap.getEndpoint(), 0, size, 0);
                    case OUTPUT_ITEMS -> add(calls, cap.getEndpoint(), 0, 0, size);
                    case UNKNOWN -> throw new IllegalStateException("a cap without a dimension was read: " + cap);
                }
            }
        }
        if (calls.size() < FEW_ENDPOINTS) {
            PLAIN.forEach(endpoint -> calls.put(
                    endpoint, new Call(endpoint, new WeightedEndpoint(endpoint, PLAIN_WEIGHT, 0, INPUT_TOKENS, 0))));
        } else {
            calls.put(OTHER, new Call(OTHER, new WeightedEndpoint(OTHER, NAMED_WEIGHT, 0, INPUT_TOKENS, 0)));
        }
        return List.copyOf(calls.values());
    }

    private static void add(Map<String, Call> calls, String pattern, long units, long inputTokens, long outputItems) {
        String endpoint = pattern.replaceAll(":[^/]+", "example").replace("*", "example");
        calls.merge(
                endpoint,
                new Call(pattern, new WeightedEndpoint(endpoint, NAMED_WEIGHT, units, inputTokens, outputItems)),
                (old, made) -> new Call(
                        old.pattern(),
                        new WeightedEndpoint(
                                endpoint,
                                NAMED_WEIGHT,
                                Math.max(old.endpoint().maxUnits(), units),
                                Math.max(old.endpoint().maxInputTokens(), inputTokens),
                                Math.max(old.endpoint().maxOutputItems(), outputItems))));
    }

    /** The rate at which the hottest account comes near those limits that a demo is long enough for. */
    private static int callsPerMinute(Plan plan, List<Call> calls) {
        return plan.getVersions().stream()
                .flatMap(version -> version.getLimits().stream().flatMap(limit -> ratesOf(version, limit, calls)))
                .max(Comparator.naturalOrder())
                .map(rate -> (int) Math.max(1, Math.min(STEADY_SHARE * rate, MAX_CALLS_PER_MINUTE)))
                .orElse(PRESET_CALLS_PER_MINUTE);
    }

    /** Calls a minute that use a limit up, if it is a short one. */
    private static Stream<Double> ratesOf(PlanVersion version, Limit limit, List<Call> calls) {
        Long amount = limit.getAmount();
        double minutes = minutes(limit);
        double cost = meanCost(version, limit.getMeterId(), calls);
        return amount == null
                        || limit.getScope() != Scope.ACCOUNT
                        || minutes == 0
                        || minutes > LONGEST_SHORT_MINUTES
                        || cost == 0
                ? Stream.empty()
                : Stream.of(amount / cost / minutes);
    }

    private static double minutes(Limit limit) {
        return switch (limit.getAlgorithm()) {
            case FIXED_WINDOW ->
                length(limit).unit().followsCalendar()
                        ? Double.POSITIVE_INFINITY
                        : length(limit).maxMillis() / 60_000.0;
            case LEAKY_BUCKET, SLIDING_WINDOW -> limit.getPeriodMs() / 60_000.0;
            case CONCURRENCY, UNKNOWN -> 0;
        };
    }

    private static WindowLength length(Limit limit) {
        return Objects.requireNonNull(WindowTranslator.length(limit), "plan files have windows that are known");
    }

    private static double meanCost(PlanVersion version, String meterId, List<Call> calls) {
        double sum = 0;
        double weights = 0;
        for (Meter meter : version.getMeters()) {
            if (meter.getMeterId().equals(meterId)) {
                for (Call call : calls) {
                    sum += call.endpoint().weight() * costOf(meter, call);
                    weights += call.endpoint().weight();
                }
            }
        }
        return weights == 0 ? 0 : sum / weights;
    }

    private static double costOf(Meter meter, Call call) {
        Cost cost = meter.getEndpointCosts().stream()
                .filter(each -> each.getEndpoint().equals(call.pattern()))
                .map(EndpointCost::getCost)
                .findFirst()
                .orElse(meter.getDefaultCost());
        double units = Math.max(1, call.endpoint().maxUnits() / 2.0);
        return cost.getBase() + cost.getPerUnit() * Math.ceil(units / cost.getUnitSize());
    }

    /**
     * When the traffic happened: over the latest change of a plan, so that both versions have their share; without one
     * it ends with yesterday, so that no event is ahead of any clock.
     *
     * @param today start of the current day
     */
    static Instant startOf(TrafficProfile profile, List<Plan> plans, Instant today) {
        Duration length = TrafficGenerator.longest(profile);
        Instant latest = today.minus(length).truncatedTo(ChronoUnit.HOURS);
        Instant earliest = plans.stream()
                .map(plan -> plan.getVersions().getFirst().getEffectiveFrom())
                .max(Comparator.naturalOrder())
                .orElseThrow()
                .plus(OLDEST_CALL);
        if (earliest.isAfter(latest)) {
            throw new CommandFailure("a plan is in force only from " + earliest.minus(OLDEST_CALL)
                    + "; the demo's traffic lies in the past and begins at " + latest
                    + ": give the plan an effective_from of " + latest.minus(OLDEST_CALL) + " or before");
        }
        return plans.stream()
                .flatMap(plan -> plan.getVersions().stream().skip(1))
                .map(version ->
                        version.getEffectiveFrom().minus(length.dividedBy(2)).truncatedTo(ChronoUnit.MINUTES))
                .filter(start -> !start.isBefore(earliest) && !start.isAfter(latest))
                .max(Comparator.naturalOrder())
                .orElse(latest);
    }

    /** The plan of an account by its rank: accounts take the plans in turn. */
    static Plan planOf(int rank, List<Plan> plans) {
        return plans.get(rank % plans.size());
    }

    /** Plan id and limit id, with a blank between, of the limits on fixed windows. */
    static Set<String> windowedLimits(List<Plan> plans) {
        Set<String> limits = new HashSet<>();
        for (Plan plan : plans) {
            for (PlanVersion version : plan.getVersions()) {
                for (Limit limit : version.getLimits()) {
                    if (limit.getAlgorithm() == Algorithm.FIXED_WINDOW) {
                        limits.add(plan.getPlanId() + " " + limit.getLimitId());
                    }
                }
            }
        }
        return limits;
    }
}
