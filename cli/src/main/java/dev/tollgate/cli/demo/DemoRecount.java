package dev.tollgate.cli.demo;

import dev.tollgate.cli.CommandFailure;
import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.PerCallCap;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.Threshold;
import dev.tollgate.testkit.oracle.OracleEvent;
import dev.tollgate.testkit.oracle.OraclePlan;
import dev.tollgate.testkit.oracle.Recount;
import dev.tollgate.testkit.traffic.TrafficGenerator;
import dev.tollgate.testkit.traffic.TrafficProfile;
import dev.tollgate.testkit.traffic.TrafficRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The independent recount: makes the traffic once more from its seed and counts it with the oracle, which shares no code with
 * the engine.
 */
final class DemoRecount {
    private static final long ALLOWED_SKEW_MILLIS = Duration.ofSeconds(60).toMillis();
    private static final long DEDUPE_HORIZON_MILLIS = Duration.ofHours(24).toMillis();

    private DemoRecount() {}

    static Ledger of(TrafficProfile profile, List<Plan> plans) {
        Map<String, OraclePlan> oraclePlans =
                plans.stream().collect(Collectors.toMap(Plan::getPlanId, plan -> oraclePlan(plan, profile.start())));
        Recount recount = new Recount(ALLOWED_SKEW_MILLIS, DEDUPE_HORIZON_MILLIS);
        for (int i = 0; i < profile.accounts(); i++) {
            OraclePlan plan = oraclePlans.get(DemoTraffic.planOf(i, plans));
            if (plan == null) {
                throw new IllegalStateException("no plan for account " + i);
            }
            recount.assign(TrafficGenerator.accountId(i), plan);
        }
        Map<String, Long> deadLetters = new HashMap<>();
        TrafficGenerator generator = new TrafficGenerator(profile);
        while (generator.hasNext()) {
            switch (generator.next()) {
                case TrafficRecord.Event(var event) -> recount.add(oracleEvent(event));
                case TrafficRecord.Impossible impossible -> deadLetters.merge(impossible.reason(), 1L, Long::sum);
                case TrafficRecord.Malformed malformed -> deadLetters.merge(malformed.reason(), 1L, Long::sum);
            }
        }
        return ledger(recount, deadLetters);
    }

    private static Ledger ledger(Recount recount, Map<String, Long> deadLetters) {
        Map<String, Long> verdicts = new HashMap<>();
        recount.verdicts().forEach((verdict, count) -> verdicts.put(verdict.name(), count));
        Map<Ledger.Bucket, Long> totals = new HashMap<>();
        recount.totals().forEach((window, used) -> totals.put(bucket(window), used));
        Set<Ledger.Crossing> alerts = new HashSet<>();
        Set<Ledger.Crossing> blocks = new HashSet<>();
        for (Recount.Crossing crossing : recount.crossings()) {
            Ledger.Crossing seen = new Ledger.Crossing(bucket(crossing.window()), crossing.usedBasisPoints());
            (crossing.usedBasisPoints() == Ledger.Crossing.HARD ? blocks : alerts).add(seen);
        }
        return new Ledger("recount", verdicts, deadLetters, totals, alerts, blocks);
    }

    private static Ledger.Bucket bucket(Recount.Window window) {
        return new Ledger.Bucket(window.account(), window.limit(), window.scopeKey(), window.windowStartMillis());
    }

    private static OracleEvent oracleEvent(RequestEvent event) {
        return new OracleEvent(
                event.getEventId(),
                event.getAccountId(),
                event.getProjectId(),
                event.getApiKeyId(),
                event.getEndpoint(),
                event.getOccurredAt().toEpochMilli(),
                // The traffic lies in the past, so that no event is ahead of its append time.
                Long.MAX_VALUE,
                event.getPhase() == Phase.STARTED,
                event.getOutcome().name(),
                event.getUnits(),
                event.getInputTokens(),
                event.getOutputItems());
    }

    private static OraclePlan oraclePlan(Plan plan, Instant at) {
        PlanVersion version = plan.getVersions().stream()
                .filter(candidate -> !candidate.getEffectiveFrom().isAfter(at))
                .reduce((earlier, later) -> later)
                .orElseThrow(() ->
                        new CommandFailure("plan " + plan.getPlanId() + " has no version that is effective at " + at));
        return new OraclePlan(
                plan.getPlanId(),
                version.getVersion(),
                version.getMeters().stream().map(DemoRecount::meter).toList(),
                version.getLimits().stream().map(DemoRecount::limit).toList(),
                version.getPerCallCaps().stream().map(DemoRecount::cap).toList(),
                version.getChargedOutcomes().stream().map(Enum::name).collect(Collectors.toSet()));
    }

    private static OraclePlan.Meter meter(Meter meter) {
        return new OraclePlan.Meter(
                meter.getMeterId(),
                price(meter.getDefaultCost()),
                meter.getEndpointCosts().stream()
                        .map(cost -> new OraclePlan.PricedEndpoint(cost.getEndpoint(), price(cost.getCost())))
                        .toList());
    }

    private static OraclePlan.Price price(Cost cost) {
        return new OraclePlan.Price(cost.getBase(), cost.getPerUnit(), cost.getUnitSize());
    }

    private static OraclePlan.Limit limit(Limit limit) {
        if (limit.getWindow() == null) {
            throw new CommandFailure(
                    "the recount knows fixed windows; limit " + limit.getLimitId() + " is a " + limit.getAlgorithm());
        }
        return new OraclePlan.Limit(
                limit.getLimitId(),
                limit.getMeterId(),
                limit.getAmount(),
                limit.getWindow().name(),
                OraclePlan.Scope.valueOf(limit.getScope().name()),
                limit.getThresholds().stream().map(Threshold::getBasisPoints).toList(),
                limit.getGraceMs());
    }

    private static OraclePlan.Cap cap(PerCallCap cap) {
        return new OraclePlan.Cap(cap.getEndpoint(), cap.getDimension().name(), cap.getMax());
    }
}
