package dev.tollgate.benchmarks.report;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a benchmark gives out what it found; the same options for each. */
public final class ReportOptions {
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

    /**
     * Prints the table and writes the files that were asked for.
     *
     * @param title of the chart
     * @param bars of the chart
     */
    public void give(PrintWriter out, Report report, String title, List<BarChart.Bar> bars) throws IOException {
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
