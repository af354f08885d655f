package dev.tollgate.benchmarks.gate;

import dev.tollgate.benchmarks.CpuTimeProfiler;
import dev.tollgate.benchmarks.engine.EngineEventBenchmark;
import dev.tollgate.benchmarks.report.BarChart;
import dev.tollgate.benchmarks.report.BenchOptions;
import dev.tollgate.benchmarks.report.Machine;
import dev.tollgate.benchmarks.report.Report;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What a decision of the gate takes, and an event in the engine, without any input or output. */
@Command(
        name = "gate",
        mixinStandardHelpOptions = true,
        description = {
            "Measures a decision of the gate beside Bucket4j and a plain cache look-up, and an event in the engine"
                    + " alone, by JMH in processes of their own.",
            "",
            "One thread. Bytes are those that an operation allocates. With --quick there is one iteration of each."
        },
        footer = {"", "Examples:", "  tollgate bench gate --quick", "  tollgate bench gate --markdown --json gate.json"
        })
public final class GateCommand implements Callable<Integer> {
    private static final TimeValue SECOND = TimeValue.seconds(1);

    @Mixin
    private BenchOptions bench = new BenchOptions();

    @Override
    public Integer call() throws Exception {
        Machine machine = Machine.present();
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(GateCheckBenchmark.class.getName())
                .include(EngineEventBenchmark.class.getName())
                .mode(Mode.AverageTime)
                .timeUnit(TimeUnit.NANOSECONDS)
                .threads(1)
                .forks(1)
                .warmupTime(SECOND)
                .measurementTime(SECOND)
                .warmupIterations(bench.isQuick() ? 1 : 3)
                .measurementIterations(bench.isQuick() ? 1 : 5)
                .jvmArgs("-Xms1g", "-Xmx1g", "-XX:+UseSerialGC", "--sun-misc-unsafe-memory-access=allow")
                .addProfiler(GCProfiler.class)
                .addProfiler(CpuTimeProfiler.class)
                .verbosity(VerboseMode.SILENT);
        System.err.println("JMH is running, a few minutes without a word");
        report(machine, new Runner(options.build()).run());
        return 0;
    }

    private void report(Machine machine, Collection<RunResult> ran) throws Exception {
        List<List<String>> rows = new ArrayList<>();
        List<Map<String, Object>> results = new ArrayList<>();
        List<BarChart.Bar> bars = new ArrayList<>();
        for (RunResult one : ran) {
            String name = name(one);
            Result<?> time = one.getPrimaryResult();
            double bytes = secondary(one, "gc.alloc.rate.norm");
            double processor = secondary(one, "cpu");
            rows.add(List.of(
                    name,
                    String.format(Locale.ROOT, "%.1f", time.getScore()),
                    String.format(Locale.ROOT, "%.1f", time.getScoreError()),
                    String.format(Locale.ROOT, "%.1f", processor),
                    String.format(Locale.ROOT, "%.0f", bytes)));
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("operation", name);
            json.put("ns", time.getScore());
            json.put("process_ns", processor);
            json.put("bytes", bytes);
            results.add(json);
            bars.add(new BarChart.Bar(
                    name,
                    time.getScore(),
                    String.format(Locale.ROOT, "%.0f ns", time.getScore()),
                    !name.startsWith("bucket4j") && !name.startsWith("caffeine")));
        }
        Report report = new Report(
                "gate",
                bench.command(),
                machine,
                Map.of("threads", 1, "iterations", bench.isQuick() ? 1 : 5),
                List.of("operation", "ns", "error (99.9 %)", "process ns", "bytes"),
                rows,
                results,
                List.of());
        bench.give(report, "Nanoseconds of an operation, one thread", bars);
    }

    private static double secondary(RunResult one, String name) {
        Result<?> found = one.getSecondaryResults().get(name);
        return found == null ? Double.NaN : found.getScore();
    }

    /** Method and parameters, without the class. */
    private static String name(RunResult one) {
        String benchmark = one.getParams().getBenchmark();
        StringBuilder name = new StringBuilder(benchmark.substring(benchmark.lastIndexOf('.') + 1));
        for (String key : one.getParams().getParamsKeys()) {
            name.append(", ").append(key).append(' ').append(one.getParams().getParam(key));
        }
        return name.toString();
    }
}
