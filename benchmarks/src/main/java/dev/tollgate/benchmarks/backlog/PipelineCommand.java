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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How fast a backlog is worked off, by Tollgate and by what it can be compared with. */
@Command(
        name = "pipeline",
        mixinStandardHelpOptions = true,
        description = {
            "Works off the same backlog of request events in one process with a broker of its own:",
            "  decode    a bare consumer that decodes each event (the most that reading can give)",
            "  dsl       the stock Kafka Streams DSL: four windowed aggregations, cache, exactly once",
            "  flink     Apache Flink: four windows, state on the heap, exactly once, parallelism 1",
            "  tollgate  the accounting role with presets: duplicates told, journal, totals, snapshots, blocks, exactly"
                    + " once",
            "All have the same totals, which are compared with a sum of the events. A job whose totals differ half a"
                    + " minute after the last event is named, and the exit status is 1.",
            "",
            "Each runs twice, in turns. The second, warm run is the figure. Processor time is that of the whole"
                    + " process, broker included, and of the threads that handle the events. With --quick there are"
                    + " 100,000 events at the most."
        },
        footer = {
            "",
            "Examples:",
            "  tollgate bench pipeline --quick                 does it run? (figures of so few events say little)",
            "  tollgate bench pipeline --markdown --json p.json --svg p.svg",
            "  tollgate bench pipeline --job tollgate --threads 2 --set streams.commit-interval=500ms"
        })
public final class PipelineCommand implements Callable<Integer> {
    private static final int QUICK_EVENTS = 100_000;
    private static final Duration AGE = Duration.ofMinutes(10);

    /** Which job. */
    enum Contestant {
        DECODE,
        DSL,
        FLINK,
        TOLLGATE
    }

    @Option(names = "--events", defaultValue = "1000000", description = "Events of a run. Default: ${DEFAULT-VALUE}.")
    private int events;

    @Option(
            names = "--accounts",
            defaultValue = "10000",
            description = "Accounts; account i gets events as the square of a random number falls on it. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int accounts;

    @Option(
            names = "--hot-share",
            defaultValue = "0",
            description = "Part of the events that one account gets alone, 0 to 1. Default: ${DEFAULT-VALUE}.")
    private double hotShare;

    @Option(names = "--runs", defaultValue = "2", description = "Runs of each job. Default: ${DEFAULT-VALUE}.")
    private int runs;

    @Option(names = "--seed", defaultValue = "1", description = "Of the accounts. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--job",
            split = ",",
            paramLabel = "JOB",
            description = "Only these: ${COMPLETION-CANDIDATES}. Default: all.")
    private Set<Contestant> jobs = new LinkedHashSet<>();

    @Option(
            names = "--threads",
            defaultValue = "1",
            description = "Stream threads of Tollgate. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(
            names = "--limits",
            defaultValue = "4",
            description = "Limits of each account, and aggregations of the other jobs. Default: ${DEFAULT-VALUE}.")
    private int limits;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting of Tollgate's role that differs from its default; repeatable.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Mixin
    private BenchOptions bench = new BenchOptions();

    private record Ran(Job job, int run, Job.Result result) {}

    @Override
    public Integer call() throws Exception {
        if (events < 1 || accounts < 1 || runs < 1 || threads < 1 || limits < 1) {
            throw bench.wrongUsage("--events, --accounts, --runs, --threads and --limits must be 1 or more");
        }
        if (!(hotShare >= 0 && hotShare <= 1)) {
            throw bench.wrongUsage("--hot-share must be 0 to 1, was " + hotShare);
        }
        Machine machine = Machine.present();
        StepLog steps = new StepLog(System.err);
        Traffic traffic = new Traffic(
                bench.isQuick() ? Math.min(events, QUICK_EVENTS) : events,
                accounts,
                hotShare,
                seed,
                Instant.now().minus(AGE).toEpochMilli());
        List<Ran> ran = ran(traffic, steps);
        report(machine, traffic, ran);
        return ran.stream().allMatch(one -> one.result().difference() == null) ? 0 : 1;
    }

    private List<Ran> ran(Traffic traffic, StepLog steps) throws Exception {
        List<WindowedSum> sums = WindowedSum.many(limits);
        List<Ran> ran = new ArrayList<>();
        steps.begin("broker and registry", 0);
        try (BacklogStack stack = new BacklogStack()) {
            steps.end("");
            steps.begin("adding up the events", 0);
            Totals expected = Totals.of(traffic, sums);
            steps.end(expected.windows() + " totals");
            steps.begin("publishing the events", 0);
            EventLog log = EventLog.publish(stack, "events.", traffic, sums);
            steps.end("");
            List<Job> chosen = chosen(stack, log, traffic, sums, expected);
            for (int run = 1; run <= runs; run++) {
                for (Job job : chosen) {
                    System.gc();
                    steps.begin(job.name() + ", run " + run, traffic.events());
                    Job.Result result = job.run(run, steps);
                    steps.end(String.format(
                            Locale.ROOT,
                            "%,.0f events/s, %s",
                            result.throughput().perSecond(),
                            result.difference() == null ? "totals agree" : result.difference()));
                    ran.add(new Ran(job, run, result));
                }
            }
        }
        return ran;
    }

    private List<Job> chosen(
            BacklogStack stack, EventLog log, Traffic traffic, List<WindowedSum> sums, Totals expected) {
        List<Job> chosen = new ArrayList<>();
        for (Contestant contestant : Contestant.values()) {
            if (jobs.isEmpty() || jobs.contains(contestant)) {
                chosen.add(
                        switch (contestant) {
                            case DECODE -> new DecodeJob(stack, log, traffic);
                            case DSL -> new StreamsDslJob(stack, log, traffic, sums, expected);
                            case FLINK -> new FlinkJob(stack, log, traffic, sums, expected);
                            case TOLLGATE -> new TollgateJob(stack, traffic, sums, expected, threads, settings);
                        });
            }
        }
        return chosen;
    }

    private void report(Machine machine, Traffic traffic, List<Ran> ran) throws Exception {
        List<Ran> first = ran.stream().filter(one -> one.run() == 1).toList();
        List<Ran> last = ran.stream().filter(one -> one.run() == runs).toList();
        double decode = last.stream()
                .filter(one -> one.job() instanceof DecodeJob)
                .mapToDouble(one -> one.result().throughput().perSecond())
                .findFirst()
                .orElse(Double.NaN);
        List<List<String>> rows = new ArrayList<>();
        List<BarChart.Bar> bars = new ArrayList<>();
        for (int i = 0; i < last.size(); i++) {
            Ran one = last.get(i);
            Throughput throughput = one.result().throughput();
            rows.add(List.of(
                    one.job().name(),
                    String.format(
                            Locale.ROOT,
                            "%,.0f",
                            first.get(i).result().throughput().perSecond()),
                    String.format(Locale.ROOT, "%,.0f", throughput.perSecond()),
                    Double.isNaN(decode) ? "-" : String.format(Locale.ROOT, "%.3f", throughput.perSecond() / decode),
                    micros(throughput.processMicros()),
                    micros(throughput.micros(ProcessorUse.Group.JOB)),
                    String.format(Locale.ROOT, "%.2f", one.result().recordsPerEvent())));
            if (!(one.job() instanceof DecodeJob)) {
                bars.add(new BarChart.Bar(
                        one.job().name(),
                        throughput.perSecond(),
                        String.format(Locale.ROOT, "%,.0f", throughput.perSecond()),
                        one.job() instanceof TollgateJob));
            }
        }
        Report report = new Report(
                "pipeline",
                bench.command(),
                machine,
                parameters(traffic),
                List.of(
                        "job",
                        "events/s, cold",
                        "events/s, warm",
                        "of bare decode",
                        "process us/event",
                        "job's threads us/event",
                        "records/event"),
                rows,
                ran.stream().map(PipelineCommand::json).toList(),
                notes(ran));
        bench.give(report, "Events a second from a backlog, exactly once, warm", bars);
    }

    private static List<String> notes(List<Ran> ran) {
        List<String> notes = new ArrayList<>();
        for (Ran one : ran) {
            String difference = one.result().difference();
            if (difference != null) {
                notes.add("FAILED: " + one.job().name() + ", run " + one.run()
                        + ", half a minute after the last event: " + difference + ".");
            }
        }
        return notes.isEmpty() ? List.of("All jobs' totals are those of the events.") : notes;
    }

    private Map<String, Object> parameters(Traffic traffic) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("events", traffic.events());
        parameters.put("accounts", traffic.accounts());
        parameters.put("limits", limits);
        parameters.put("hot_share", hotShare);
        parameters.put("partitions", EventLog.PARTITIONS);
        parameters.put("seed", seed);
        parameters.put("settings", settings);
        return parameters;
    }

    private static Map<String, Object> json(Ran ran) {
        Throughput throughput = ran.result().throughput();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("job", ran.job().name());
        json.put("run", ran.run());
        json.put("events_per_second", throughput.perSecond());
        json.put("events", throughput.events());
        json.put("seconds", throughput.seconds());
        json.put("process_us_per_event", throughput.processMicros());
        json.put("job_threads_us_per_event", throughput.micros(ProcessorUse.Group.JOB));
        json.put("producers_us_per_event", throughput.micros(ProcessorUse.Group.PRODUCERS));
        json.put("broker_us_per_event", throughput.micros(ProcessorUse.Group.BROKER));
        json.put("totals_agree", ran.result().difference() == null);
        json.put("records_per_event", ran.result().recordsPerEvent());
        json.put("records_per_event_by_topic", ran.result().records());
        return json;
    }

    private static String micros(double micros) {
        return String.format(Locale.ROOT, "%.1f", micros);
    }
}
