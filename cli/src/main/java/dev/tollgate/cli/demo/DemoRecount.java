package dev.tollgate.cli.demo;

import dev.tollgate.planmodel.time.WindowAnchor;
import dev.tollgate.planmodel.time.WindowCalendar;
import dev.tollgate.planmodel.time.WindowLength;
import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.PerCallCap;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.Threshold;
import dev.tollgate.schemas.avro.ThresholdKind;
import dev.tollgate.schemas.plan.WindowTranslator;
import dev.tollgate.testkit.oracle.OracleCalendar;
import dev.tollgate.testkit.oracle.OracleEvent;
import dev.tollgate.testkit.oracle.OraclePlan;
import dev.tollgate.testkit.oracle.RecountPlan;
import dev.tollgate.testkit.oracle.TrafficOracle;
import dev.tollgate.testkit.traffic.TrafficGenerator;
import dev.tollgate.testkit.traffic.TrafficProfile;
import dev.tollgate.testkit.traffic.TrafficRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The independent recount: makes the traffic once more from its seed and counts it with the testkit's recount, which
 * shares no code with the engine.
 */
final class DemoRecount {
    private static final long ALLOWED_SKEW_MILLIS = Duration.ofSeconds(60).toMillis();
    private static final long DEDUPE_HORIZON_MILLIS = Duration.ofHours(24).toMillis();
    private static final int WHOLE_BASIS_POINTS = 10_000;

    private final TrafficOracle recount = new TrafficOracle(ALLOWED_SKEW_MILLIS, DEDUPE_HORIZON_MILLIS);
    private final Map<String, Long> deadLetters = new HashMap<>();

    private DemoRecount() {}

    /** @param times when the log took the events; each is taken out of it */
    static DemoRecount of(TrafficProfile profile, List<Plan> plans, AppendTimes times) {
        DemoRecount counted = new DemoRecount();
        List<RecountPlan> recountPlans = plans.stream().map(DemoRecount::plan).toList();
        for (int i = 0; i < profile.accounts(); i++) {
            counted.recount.assign(
                    TrafficGenerator.accountId(i), recountPlans.get(plans.indexOf(DemoPlans.planOf(i, plans))));
        }
        TrafficGenerator generator = new TrafficGenerator(profile);
        while (generator.hasNext()) {
            switch (generator.next()) {
                case TrafficRecord.Event(var event) -> counted.recount.add(oracleEvent(event, times));
                case TrafficRecord.Impossible impossible -> counted.reject(impossible.reason());
                case TrafficRecord.Malformed malformed -> counted.reject(malformed.reason());
            }
        }
        return counted;
    }

    private void reject(String reason) {
        deadLetters.merge(reason, 1L, Long::sum);
    }

    /**
     * What the recount says.
     *
     * @param nowMillis the moment at which what is left counts, later than the traffic
     */
    DemoLedger ledger(long nowMillis) {
        Map<String, Long> verdicts = new HashMap<>();
        recount.verdicts().forEach((verdict, count) -> verdicts.put(verdict.name(), count));
        Map<DemoLedger.Bucket, Long> totals = new HashMap<>();
        recount.totals()
                .forEach((window, used) -> totals.put(
                        new DemoLedger.Bucket(
                                window.account(), window.limit(), window.scopeKey(), window.windowStartMillis()),
                        used));
        Map<String, Long> usage = new HashMap<>();
        recount.streamTimes()
                .keySet()
                .forEach(account ->
                        recount.charged(account).forEach((meter, used) -> usage.put(account + " " + meter, used)));
        Map<DemoLedger.Crossing, DemoLedger.Reached> alerts = new HashMap<>();
        Map<DemoLedger.Crossing, DemoLedger.Reached> blocks = new HashMap<>();
        Map<DemoLedger.Crossing, DemoLedger.Reached> advice = new HashMap<>();
        for (TrafficOracle.Reached reached : recount.reached()) {
            (reached.advisory() ? advice : reached.usedBasisPoints() == null ? blocks : alerts)
                    .put(crossing(reached), DemoLedger.Reached.of(reached.used(), blockedUntil(reached)));
        }
        Map<DemoLedger.LimitKey, DemoLedger.Level> levels = new HashMap<>();
        recount.left(nowMillis)
                .forEach((limitKey, left) -> levels.put(
                        new DemoLedger.LimitKey(limitKey.account(), limitKey.limit(), limitKey.scopeKey()),
                        new DemoLedger.Level(left.windowed(), left.used(), left.untilMillis())));
        return new DemoLedger(
                "recount", verdicts, deadLetters, totals, usage, alerts, blocks, advice, levels, recount.streamTimes());
    }

    private static DemoLedger.Crossing crossing(TrafficOracle.Reached reached) {
        Long windowStart = reached.windowStartMillis();
        String eventId = reached.eventId();
        Integer threshold = reached.usedBasisPoints();
        return new DemoLedger.Crossing(
                new DemoLedger.Bucket(
                        reached.account(),
                        reached.limit(),
                        reached.scopeKey(),
                        windowStart == null ? DemoLedger.Crossing.NO_WINDOW : windowStart),
                eventId == null ? "" : eventId,
                threshold == null ? DemoLedger.Crossing.FULL : threshold);
    }

    private static long blockedUntil(TrafficOracle.Reached reached) {
        Long until = reached.blockedUntilMillis();
        return until == null ? DemoLedger.Reached.NO_BLOCK : until;
    }

    private static OracleEvent oracleEvent(RequestEvent event, AppendTimes times) {
        return new OracleEvent(
                event.getEventId(),
                event.getAccountId(),
                event.getProjectId(),
                event.getApiKeyId(),
                event.getEndpoint(),
                event.getOccurredAt().toEpochMilli(),
                times.next(event.getAccountId(), event.getEventId()),
                event.getPhase() == Phase.STARTED,
                event.getOutcome().name(),
                event.getUnits(),
                event.getInputTokens(),
                event.getOutputItems());
    }

    private static RecountPlan plan(Plan plan) {
        return new RecountPlan(
                plan.getPlanId(),
                plan.getVersions().stream().map(DemoRecount::version).toList(),
                calendar(plan));
    }

    private static RecountPlan.Version version(PlanVersion version) {
        return new RecountPlan.Version(
                version.getVersion(),
                version.getEffectiveFrom().toEpochMilli(),
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

    private static RecountPlan.Limit limit(Limit limit) {
        OraclePlan.Limit counting = new OraclePlan.Limit(
                limit.getLimitId(),
                limit.getMeterId(),
                limit.getAmount(),
                OraclePlan.Kind.valueOf(limit.getAlgorithm().name()),
                window(WindowTranslator.length(limit)),
                millis(limit.getPeriodMs(), limit.getLeaseMs()),
                OraclePlan.Scope.valueOf(limit.getScope().name()),
                List.of(),
                limit.getGraceMs());
        return new RecountPlan.Limit(
                counting,
                limit.getMode() == Mode.ADVISORY,
                limit.getThresholds().stream().map(DemoRecount::threshold).toList());
    }

    private static String window(@Nullable WindowLength length) {
        return length == null ? "" : length.count() + " " + length.unit().name();
    }

    private static OracleCalendar calendar(Plan plan) {
        WindowCalendar calendar =
                WindowTranslator.calendar(plan.getVersions().getFirst().getCalendar());
        WindowAnchor anchor = calendar.anchor();
        return new OracleCalendar(calendar.timeZone(), anchor.month(), anchor.day(), anchor.weekday(), anchor.hour());
    }

    private static long millis(@Nullable Long period, @Nullable Long lease) {
        return period != null ? period : lease != null ? lease : 0;
    }

    private static RecountPlan.Threshold threshold(Threshold threshold) {
        return threshold.getKind() == ThresholdKind.REMAINING_BELOW
                ? new RecountPlan.Threshold(WHOLE_BASIS_POINTS - threshold.getBasisPoints(), true)
                : new RecountPlan.Threshold(threshold.getBasisPoints(), false);
    }

    private static OraclePlan.Cap cap(PerCallCap cap) {
        return new OraclePlan.Cap(cap.getEndpoint(), cap.getDimension().name(), cap.getMax());
    }
}
