package dev.tollgate.benchmarks.backlog;

import dev.tollgate.benchmarks.StepLog;
import dev.tollgate.benchmarks.report.BarChart;
import dev.tollgate.benchmarks.report.BenchOptions;
import dev.tollgate.benchmarks.report.Machine;
import dev.tollgate.benchmarks.report.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What becomes of throughput, heap and disk with more accounts, limits and threads, and with one account above all. */
@Command(
        name = "scale",
        mixinStandardHelpOptions = true,
        description = {
            "Works off backlogs of Tollgate's accounting role that differ in one respect each: accounts (1,000 to"
                    + " 1,000,000), one account with 20 % of the events, limits (1, 4, 12), stream threads (1, 2, 4).",
            "",
            "A run before them warms the process. Heap and disk are what the role holds at the end, by account.",
            "The largest runs want a heap of 6 GB: TOLLGATE_JAVA_OPTS=-Xmx6g. With --quick there are 20,000 events and"
                    + " 10,000 accounts at the most."
        },
        footer = {"", "Examples:", "  tollgate bench scale --quick", "  TOLLGATE_JAVA_OPTS=-Xmx6g tollgate bench scale"
        })
public final class ScaleCommand implements Callable<Integer> {
    private static final Duration AGE = Duration.ofMinutes(10);
    private static final double HOT = 0.2;

    @Option(names = "--events", defaultValue = "500000", description = "Events of a run. Default: ${DEFAULT-VALUE}.")
    private int events;

    @Option(names = "--seed", defaultValue = "1", description = "Of the accounts. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Mixin
    private BenchOptions bench = new BenchOptions();

    /** One backlog and how it is worked off. */
    private record Case(int accounts, double hotShare, int limits, int threads) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%,d accounts%s, %d limits, %d threads",
                    accounts,
                    hotShare > 0 ? ", one has 20 %" : "",
                    limits,
                    threads);
        }
    }

    @Override
    public Integer call() throws Exception {
        if (events < 1) {
            throw bench.wrongUsage("--events must be 1 or more");
        }
        Machine machine = Machine.present();
        StepLog steps = new StepLog(System.err);
        List<List<String>> rows = new ArrayList<>();
        List<Map<String, Object>> results = new ArrayList<>();
        List<BarChart.Bar> bars = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        List<Case> cases = cases();
        double first = 0;
        steps.begin("broker and registry", 0);
        try (BacklogStack stack = new BacklogStack()) {
            steps.end("");
            // The first is the warm-up, and shows in no row.
            for (int i = 0; i < cases.size(); i++) {
                Case one = cases.get(i);
                TollgateJob.Footprint footprint;
                Job.Result result;
                steps.begin(i == 0 ? "warm-up" : one.toString(), events());
                TollgateJob job = job(stack, one);
                result = job.run(i, steps);
                footprint = job.footprint();
                double perSecond = result.throughput().perSecond();
                steps.end(String.format(
                        Locale.ROOT,
                        "%,.0f events/s, %s",
                        perSecond,
                        result.difference() == null ? "totals agree" : result.difference()));
                if (result.difference() != null) {
                    notes.add("FAILED: " + one + ", half a minute after the last event: " + result.difference() + ".");
                }
                if (i == 0) {
                    continue;
                }
                first = first == 0 ? perSecond : first;
                rows.add(List.of(
                        one.toString(),
                        String.format(Locale.ROOT, "%,.0f", perSecond),
                        String.format(Locale.ROOT, "%.2f", perSecond / first),
                        String.format(Locale.ROOT, "%.1f", result.throughput().processMicros()),
                        String.format(Locale.ROOT, "%.2f", result.recordsPerEvent()),
                        String.format(Locale.ROOT, "%,d", footprint.heapBytes() / one.accounts()),
                        String.format(Locale.ROOT, "%,d", footprint.diskBytes() / one.accounts())));
                results.add(json(one, result, footprint));
                bars.add(new BarChart.Bar(
                        one.toString(), perSecond, String.format(Locale.ROOT, "%,.0f", perSecond), true));
            }
        }
        Report report = new Report(
                "scale",
                bench.command(),
                machine,
                parameters(),
                List.of(
                        "backlog",
                        "events/s",
                        "of the first",
                        "process us/event",
                        "records/event",
                        "heap bytes/account",
                        "disk bytes/account"),
                rows,
                results,
                notes.isEmpty() ? List.of("All totals are those of the events.") : notes);
        bench.give(report, "Events a second from a backlog", bars);
        return notes.isEmpty() ? 0 : 1;
    }

    private int events() {
        return bench.isQuick() ? Math.min(events, 20_000) : events;
    }

    private List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        int usual = bench.isQuick() ? 1_000 : 10_000;
        cases.add(new Case(usual, 0, 4, 1));
        List<Integer> accountCounts =
                bench.isQuick() ? List.of(1_000, 10_000) : List.of(1_000, 10_000, 100_000, 1_000_000);
        for (int accounts : accountCounts) {
            cases.add(new Case(accounts, 0, 4, 1));
        }
        cases.add(new Case(usual, HOT, 4, 1));
        cases.add(new Case(usual, 0, 1, 1));
        cases.add(new Case(usual, 0, 12, 1));
        cases.add(new Case(usual, 0, 4, 2));
        cases.add(new Case(usual, 0, 4, 4));
        return cases;
    }

    private TollgateJob job(BacklogStack stack, Case one) {
        Traffic traffic = new Traffic(
                events(),
                one.accounts(),
                one.hotShare(),
                seed,
                Instant.now().minus(AGE).toEpochMilli());
        List<WindowedSum> sums = WindowedSum.many(one.limits());
        return new TollgateJob(stack, traffic, sums, Totals.of(traffic, sums), one.threads(), Map.of());
    }

    private Map<String, Object> parameters() {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("events", events());
        parameters.put("partitions", EventLog.PARTITIONS);
        parameters.put("seed", seed);
        return parameters;
    }

    private static Map<String, Object> json(Case one, Job.Result result, TollgateJob.Footprint footprint) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("accounts", one.accounts());
        json.put("hot_share", one.hotShare());
        json.put("limits", one.limits());
        json.put("threads", one.threads());
        json.put("events_per_second", result.throughput().perSecond());
        json.put("process_us_per_event", result.throughput().processMicros());
        json.put("job_threads_us_per_event", result.throughput().micros(ProcessorUse.Group.JOB));
        json.put("records_per_event", result.recordsPerEvent());
        json.put("heap_bytes", footprint.heapBytes());
        json.put("disk_bytes", footprint.diskBytes());
        return json;
    }
}
