package dev.tollgate.cli.demo;

import dev.tollgate.cli.config.KafkaAccess;
import dev.tollgate.cli.local.LocalPipeline;
import dev.tollgate.cli.local.StackProgress;
import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.cli.terminal.Progress;
import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.embedded.EmbeddedStackOptions;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.testkit.traffic.TrafficGenerator;
import dev.tollgate.testkit.traffic.TrafficProfile;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One demo from start to report. */
final class DemoRun {
    static final int MIN_EVENTS = 1_000;

    private static final int PARTITIONS = 4;
    private static final int PACED_PER_SECOND = 1_000;
    private static final int MAX_PACED = 5_000;
    private static final int TOP_ACCOUNTS = 5;
    /** How long the pipeline may make no progress before the demo gives up and reports what differs. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final TrafficProfile profile;
    private final List<Plan> plans;
    private final @Nullable Path keep;
    private final Progress progress;

    DemoRun(int events, int accounts, long seed, List<Plan> plans, @Nullable Path keep, Progress progress) {
        Instant today = LocalDate.now(ZoneOffset.UTC).atStartOfDay().toInstant(ZoneOffset.UTC);
        TrafficProfile anyTime = new TrafficProfile(seed, events, accounts, today, DemoPlans.workloads(plans));
        // The shape of the traffic depends on the seed alone; only the day that it happened on moves.
        this.profile = anyTime.from(DemoPlans.startOf(anyTime, plans, today));
        this.plans = plans;
        this.keep = keep;
        this.progress = progress;
    }

    DemoReport run() throws SQLException {
        long begun = System.nanoTime();
        EmbeddedStackOptions options = (keep == null
                        ? EmbeddedStackOptions.ephemeral()
                        : EmbeddedStackOptions.lastingIn(keep.toAbsolutePath()))
                .withProgress(new StackProgress(progress));
        try (EmbeddedStack stack = EmbeddedStack.start(options)) {
            double stackSeconds = secondsSince(begun);
            progress.begin("topics, tables, plans, roles", -1);
            try (LocalPipeline pipeline =
                    LocalPipeline.start(stack, stack.folder(), PARTITIONS, plans, new SimpleMeterRegistry())) {
                // Ctrl-C: the roles leave before the stack does.
                stack.beforeExit(pipeline::close);
                return run(pipeline, begun, stackSeconds);
            }
        }
    }

    private DemoReport run(LocalPipeline pipeline, long begun, double stackSeconds) throws SQLException {
        KafkaAccess kafka = pipeline.kafka();
        SchemaRegistryClient registry = kafka.registryClient();
        int paced = Math.min(MAX_PACED, profile.events() / 5);
        int flood = profile.events() - paced;
        Set<String> windowed = DemoPlans.windowedLimits(plans);

        try (DemoTraffic traffic = new DemoTraffic(kafka, registry, profile);
                RequestLog requests = new RequestLog(kafka, registry);
                TopologyLedger topology = new TopologyLedger(kafka, registry, windowed);
                ClickHouseLedger clickHouse = new ClickHouseLedger(pipeline.clickHouse(), windowed);
                BlockLatencyProbe probe = new BlockLatencyProbe(kafka, registry)) {
            traffic.assignAccounts(plans);

            progress.begin("publishing " + flood + " events", flood);
            traffic.publish(flood, progress);
            progress.begin("accounting", flood);
            waitFor(() -> topology.readVerdicts(), flood, "verdicts");
            long throughput = topology.eventsPerSecond();

            long pacedFromMillis = System.currentTimeMillis();
            progress.begin("publishing " + PACED_PER_SECOND + " events/s", paced);
            traffic.publishPaced(paced, PACED_PER_SECOND, progress);
            waitFor(() -> topology.readVerdicts(), profile.events(), "verdicts");

            progress.begin("landing in ClickHouse", profile.events());
            waitFor(clickHouse::landed, profile.events(), "rows in ClickHouse");

            progress.begin("recounting", -1);
            DemoRecount recount = DemoRecount.of(profile, plans, requests.read());
            progress.begin("reconciling", -1);
            Reconciliation reconciliation = reconcile(recount, topology, clickHouse);
            DemoLedger topologyLedger = topology.read();
            progress.end();

            Map<Boolean, Map<BlockLatencyProbe.Position, Long>> byPhase = topology.appendedAt().entrySet().stream()
                    .collect(Collectors.partitioningBy(
                            entry -> entry.getValue() >= pacedFromMillis,
                            Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
            return new DemoReport(
                    plans.stream().map(Plan::getPlanId).toList(),
                    profile.start(),
                    Instant.ofEpochMilli(topologyLedger.streamTimes().values().stream()
                            .max(Comparator.naturalOrder())
                            .orElse(profile.start().toEpochMilli())),
                    traffic.published(),
                    topologyLedger,
                    topAccounts(topology, topologyLedger),
                    probe.latencies(byPhase.getOrDefault(true, Map.of())),
                    PACED_PER_SECOND,
                    probe.latencies(byPhase.getOrDefault(false, Map.of())),
                    throughput,
                    reconciliation,
                    profile.seed(),
                    stackSeconds,
                    secondsSince(begun));
        }
    }

    /** Totals are published at most once a second and land after that: compare until all agree or time is up. */
    private static Reconciliation reconcile(DemoRecount recount, TopologyLedger topology, ClickHouseLedger clickHouse)
            throws SQLException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            List<DemoLedger> books = List.of(topology.read(), clickHouse.read());
            long now = System.currentTimeMillis();
            Reconciliation reconciliation = Reconciliation.of(recount.ledger(now), books, now);
            if (reconciliation.isClean() || System.nanoTime() >= deadline) {
                return reconciliation;
            }
            pause();
        }
    }

    private void waitFor(java.util.function.LongSupplier figure, long goal, String what) {
        long best = -1;
        while (true) {
            long before = best;
            if (progress.follow(figure, goal, PATIENCE)) {
                return;
            }
            best = figure.getAsLong();
            if (best <= before) {
                throw new CommandFailure("no progress for " + PATIENCE.toSeconds() + " s: " + best + " of " + goal + " "
                        + what + " (seed " + profile.seed() + ")");
            }
        }
    }

    private List<DemoReport.AccountLine> topAccounts(TopologyLedger topology, DemoLedger ledger) {
        Map<String, Long> alerts = byAccount(ledger.alerts());
        Map<String, Long> blocks = byAccount(ledger.blocks());
        Map<String, String> planIds = new HashMap<>();
        for (int i = 0; i < profile.accounts(); i++) {
            planIds.put(
                    TrafficGenerator.accountId(i), DemoPlans.planOf(i, plans).getPlanId());
        }
        return topology.countedByAccount().entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(TOP_ACCOUNTS)
                .map(entry -> new DemoReport.AccountLine(
                        entry.getKey(),
                        planIds.getOrDefault(entry.getKey(), ""),
                        entry.getValue(),
                        alerts.getOrDefault(entry.getKey(), 0L),
                        blocks.getOrDefault(entry.getKey(), 0L)))
                .toList();
    }

    private static Map<String, Long> byAccount(Map<DemoLedger.Crossing, DemoLedger.Reached> crossings) {
        return crossings.keySet().stream()
                .collect(Collectors.groupingBy(crossing -> crossing.bucket().accountId(), Collectors.counting()));
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted", e);
        }
    }
}
