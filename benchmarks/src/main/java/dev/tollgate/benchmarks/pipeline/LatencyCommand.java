package dev.tollgate.benchmarks.pipeline;

import com.sun.management.OperatingSystemMXBean;
import dev.tollgate.benchmarks.Pauses;
import dev.tollgate.benchmarks.StepLog;
import dev.tollgate.benchmarks.report.BarChart;
import dev.tollgate.benchmarks.report.BenchOptions;
import dev.tollgate.benchmarks.report.Machine;
import dev.tollgate.benchmarks.report.Report;
import dev.tollgate.publisher.PublisherConfig;
import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.publisher.UsageCall;
import dev.tollgate.schemas.avro.WindowUnit;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * From {@code publish} of the event that reaches a limit until a gate in another process denies the account, at steady
 * rates of events. Accounts reach their limit one after the other, each by a hundred events in the midst of the others'
 * traffic.
 */
@Command(
        name = "latency",
        mixinStandardHelpOptions = true,
        description = {
            "Measures the time from publishing the event that reaches a limit until a gate in another process denies"
                    + " the account, at 1,000 and 20,000 events a second, exactly once, with presets.",
            "",
            "Each rate is run five times, each time with a stack of its own; the table has the median and, in brackets,"
                    + " the least and the greatest of the runs. Cores are those of the process with broker, registry's"
                    + " client, topology and publisher; the gate's and the registry's processes are not in it. With"
                    + " --quick each rate is run once, 5 s after 5 s of warm-up."
        },
        footer = {
            "",
            "Examples:",
            "  tollgate bench latency --quick                  one short run of each rate",
            "  tollgate bench latency --rate 20000 --runs 1 --topology streams.commit-interval=500ms"
        })
public final class LatencyCommand implements Callable<Integer> {
    private static final int LIMIT = 100;
    private static final int QUICK_SECONDS = 5;
    private static final String CROSSING = "crossing-";
    private static final String OTHERS = "others-";

    @Option(
            names = "--rate",
            split = ",",
            defaultValue = "1000,20000",
            description = "Events a second, all accounts; several by commas. Default: ${DEFAULT-VALUE}.")
    private List<Integer> rates = new ArrayList<>();

    @Option(names = "--runs", defaultValue = "5", description = "Runs of each rate. Default: ${DEFAULT-VALUE}.")
    private int runs;

    @Option(
            names = "--share",
            defaultValue = "200",
            description = "Events a second of these that are on the way to a limit. Default: ${DEFAULT-VALUE}.")
    private int share;

    @Option(names = "--seconds", defaultValue = "20", description = "How long a run. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--warm-up", defaultValue = "20", description = "Seconds before that. Default: ${DEFAULT-VALUE}.")
    private int warmUpSeconds;

    @Option(names = "--accounts", defaultValue = "2000", description = "Other accounts. Default: ${DEFAULT-VALUE}.")
    private int accounts;

    @Option(names = "--topology", paramLabel = "KEY=VALUE", description = "Setting of the topology; repeatable.")
    private Map<String, String> topology = new HashMap<>();

    @Mixin
    private BenchOptions bench = new BenchOptions();

    /**
     * What a run was.
     *
     * @param micros from publishing to denial, one for each crossing after the warm-up
     * @param neverDenied crossings that no gate has denied
     * @param counted events a second that the topology kept up with
     * @param cores processor time of this process for each second
     */
    private record Run(Histogram micros, int neverDenied, double counted, double cores) {
        double millis(double percentile) {
            return micros.getValueAtPercentile(percentile) / 1e3;
        }
    }

    @Override
    public Integer call() throws Exception {
        if (bench.isQuick()) {
            runs = 1;
            seconds = QUICK_SECONDS;
            warmUpSeconds = QUICK_SECONDS;
        }
        if (runs < 1 || seconds < 1 || warmUpSeconds < 0 || rates.stream().anyMatch(rate -> rate < share)) {
            throw bench.wrongUsage("--runs and --seconds must be 1 or more, each --rate at least --share");
        }
        Machine machine = Machine.present();
        StepLog steps = new StepLog(System.err);
        List<List<String>> rows = new ArrayList<>();
        List<Map<String, Object>> results = new ArrayList<>();
        List<BarChart.Bar> bars = new ArrayList<>();
        for (int rate : rates) {
            List<Run> ran = new ArrayList<>();
            for (int run = 1; run <= runs; run++) {
                steps.begin(rate + " events/s, run " + run, 0);
                Run one = run(rate);
                steps.end(String.format(Locale.ROOT, "p50 %.1f ms, p99 %.1f ms", one.millis(50), one.millis(99)));
                ran.add(one);
                results.add(json(rate, run, one));
            }
            rows.add(List.of(
                    String.format(Locale.ROOT, "%,d", rate),
                    spread(ran, one -> one.millis(50)),
                    spread(ran, one -> one.millis(90)),
                    spread(ran, one -> one.millis(99)),
                    spread(ran, one -> one.micros().getMaxValue() / 1e3),
                    Integer.toString(ran.stream().mapToInt(Run::neverDenied).sum()),
                    spread(ran, Run::counted),
                    spread(ran, Run::cores)));
            double median = median(ran, one -> one.millis(99));
            bars.add(new BarChart.Bar(
                    rate + " events/s, p99", median, String.format(Locale.ROOT, "%.1f ms", median), true));
        }
        Map<String, Object> parameters = new TreeMap<>();
        parameters.put("runs", runs);
        parameters.put("seconds", seconds);
        parameters.put("warm_up_seconds", warmUpSeconds);
        parameters.put("accounts", accounts);
        parameters.put("share", share);
        parameters.put("settings", topology);
        Report report = new Report(
                "latency",
                bench.command(),
                machine,
                parameters,
                List.of("events/s", "p50 ms", "p90 ms", "p99 ms", "max ms", "never denied", "counted/s", "cores"),
                rows,
                results,
                List.of("Median of the runs (least to greatest); " + share * seconds / LIMIT + " crossings a run."));
        bench.give(report, "From publishing to denial in another process", bars);
        return 0;
    }

    private Run run(int rate) throws Exception {
        int crossings = share * (seconds + warmUpSeconds) / LIMIT;
        Map<String, Long> crossedAt = new ConcurrentHashMap<>();
        Map<String, Long> deniedAt = new ConcurrentHashMap<>();
        try (Pipeline pipeline = new Pipeline(LIMIT, WindowUnit.DAY, topology)) {
            pipeline.assign(names(CROSSING, crossings));
            // The others are on no plan: they are counted and never stopped.
            try (GateProcess gate = gate(pipeline, crossings);
                    RequestEventPublisher publisher = publisher(pipeline)) {
                gate.awaitReady(line -> note(line, deniedAt));
                int events = rate * (seconds + warmUpSeconds);
                OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
                long[] processor = new long[1];
                offer(publisher, rate, events, crossedAt, () -> processor[0] = system.getProcessCpuTime());
                double cores = (system.getProcessCpuTime() - processor[0]) / 1e9 / seconds;
                double counted = counted(pipeline, events);
                awaitDenials(deniedAt, crossings);
                return result(crossedAt, deniedAt, counted, cores);
            }
        }
    }

    /**
     * Publishes at a steady rate.
     *
     * @param warm called when the warm-up is over
     */
    private void offer(
            RequestEventPublisher publisher, int rate, int events, Map<String, Long> crossedAt, Runnable warm) {
        long start = System.nanoTime();
        long gap = 1_000_000_000L / rate;
        int crossing = 0;
        int inCrossing = 0;
        for (int i = 0; i < events; i++) {
            Pauses.untilNanos(start + i * gap);
            if (i == rate * warmUpSeconds) {
                warm.run();
            }
            if ((long) i * share / rate != (long) (i + 1) * share / rate) {
                String account = CROSSING + crossing;
                inCrossing++;
                if (inCrossing == LIMIT) {
                    crossedAt.put(account, Pauses.nowMicros());
                    crossing++;
                    inCrossing = 0;
                }
                publish(publisher, account);
            } else {
                publish(publisher, OTHERS + i % accounts);
            }
        }
    }

    private static void publish(RequestEventPublisher publisher, String account) {
        if (!publisher.publish(UsageCall.of(account, Pipeline.ENDPOINT))) {
            throw new IllegalStateException("the publisher dropped an event: " + publisher.counters());
        }
    }

    /** Events a second that the topology kept up with: the rate if it was done when publishing was. */
    private double counted(Pipeline pipeline, int events) {
        long start = System.nanoTime();
        pipeline.awaitCounted(events);
        return events / (seconds + warmUpSeconds + (System.nanoTime() - start) / 1e9);
    }

    private static void awaitDenials(Map<String, Long> deniedAt, int crossings) {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (deniedAt.size() < crossings && System.nanoTime() < deadline) {
            Pauses.millis(10);
        }
    }

    private Run result(Map<String, Long> crossedAt, Map<String, Long> deniedAt, double counted, double cores) {
        Histogram micros = new Histogram(3);
        int skipped = share * warmUpSeconds / LIMIT;
        int never = 0;
        for (Map.Entry<String, Long> crossed : crossedAt.entrySet()) {
            Long denied = deniedAt.get(crossed.getKey());
            if (denied == null) {
                never++;
            } else if (Integer.parseInt(crossed.getKey().substring(CROSSING.length())) >= skipped) {
                micros.recordValue(Math.max(0, denied - crossed.getValue()));
            }
        }
        return new Run(micros, never, counted, cores);
    }

    private static Map<String, Object> json(int rate, int run, Run one) {
        Map<String, Object> json = new TreeMap<>();
        json.put("rate", rate);
        json.put("run", run);
        json.put("crossings", one.micros().getTotalCount());
        json.put("p50_ms", one.millis(50));
        json.put("p90_ms", one.millis(90));
        json.put("p99_ms", one.millis(99));
        json.put("max_ms", one.micros().getMaxValue() / 1e3);
        json.put("never_denied", one.neverDenied());
        json.put("counted_per_second", one.counted());
        json.put("cores", one.cores());
        return json;
    }

    private static String spread(List<Run> ran, ToDoubleFunction<Run> figure) {
        return String.format(
                Locale.ROOT,
                "%,.1f (%,.1f to %,.1f)",
                median(ran, figure),
                ran.stream().mapToDouble(figure).min().orElseThrow(),
                ran.stream().mapToDouble(figure).max().orElseThrow());
    }

    /** The middle one; of an even number of runs the mean of the two in the middle. */
    private static double median(List<Run> ran, ToDoubleFunction<Run> figure) {
        double[] sorted = ran.stream().mapToDouble(figure).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private static void note(String line, Map<String, Long> deniedAt) {
        String[] words = line.split(" ");
        if (words.length == 3 && words[0].equals("DENIED")) {
            deniedAt.put(words[1], Long.parseLong(words[2]));
        }
    }

    private static GateProcess gate(Pipeline pipeline, int crossings) throws IOException {
        Map<String, String> properties = pipeline.clientProperties();
        return new GateProcess(
                WatchingGate.class,
                List.of(
                        properties.getOrDefault("bootstrap.servers", ""),
                        properties.getOrDefault("schema.registry.url", ""),
                        CROSSING,
                        Integer.toString(crossings)));
    }

    private static RequestEventPublisher publisher(Pipeline pipeline) {
        Map<String, Object> properties = new HashMap<>(pipeline.clientProperties());
        properties.put("linger.ms", 1);
        return RequestEventPublisher.start(PublisherConfig.from(properties));
    }

    private static List<String> names(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    }
}
