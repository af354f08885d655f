package dev.tollgate.benchmarks.report;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of each benchmark: whether it is only tried, and how it gives out what it found. */
public final class BenchOptions {
    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // Set by picocli before the command runs.
    private CommandSpec spec;

    @Option(names = "--quick", description = "A short run, to see that it works; its figures say little.")
    private boolean quick;

    @Option(
            names = "--markdown",
            description = "Print the table in Markdown, with command and machine, as docs/PERFORMANCE.md has it.")
    private boolean markdown;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Also write all figures as JSON: machine, versions, commit, seed, results.")
    private @Nullable Path json;

    @Option(names = "--svg", paramLabel = "FILE", description = "Also write a chart of the main figure.")
    private @Nullable Path svg;

    /** Whether a short run is enough. */
    public boolean isQuick() {
        return quick;
    }

    /** The command line that the benchmark was started with, as the launcher takes it. */
    public String command() {
        return Stream.concat(
                        Stream.of("./tollgate", "bench", spec.name()),
                        spec.commandLine().getParseResult().originalArgs().stream())
                .collect(Collectors.joining(" "));
    }

    /** What is thrown where options cannot be as they are: says so, and the exit status is 2. */
    public ParameterException wrongUsage(String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }

    /**
     * Prints the table and writes the files that were asked for.
     *
     * @param title of the chart
     * @param bars of the chart
     */
    public void give(Report report, String title, List<BarChart.Bar> bars) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        out.print(markdown ? report.toMarkdown() : report.toText());
        out.flush();
        if (json != null) {
            Files.writeString(json, report.toJson());
        }
        if (svg != null) {
            Files.writeString(svg, BarChart.svg(title, bars));
        }
    }
}
