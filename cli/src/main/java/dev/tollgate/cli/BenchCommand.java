package dev.tollgate.cli;

import dev.tollgate.cli.terminal.CommandFailure;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/**
 * Stands for the benchmarks where they are not: they are no part of a release, and in a checkout the launcher starts
 * them without coming here.
 */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures Tollgate on this machine, beside a bare consumer, Kafka Streams and Apache Flink (in a"
                    + " checkout).",
            "",
            "Benchmarks are no part of a release: in a clone of the repository, './tollgate bench --help' lists them."
        })
final class BenchCommand implements Runnable {
    /** Whatever would be meant for a benchmark. */
    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public void run() {
        throw new CommandFailure("benchmarks are no part of a release: clone the repository and run './tollgate bench"
                + (arguments.isEmpty() ? "" : " " + String.join(" ", arguments)) + "' there");
    }
}
