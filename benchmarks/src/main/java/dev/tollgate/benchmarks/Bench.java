package dev.tollgate.benchmarks;

import dev.tollgate.benchmarks.backlog.PipelineCommand;
import dev.tollgate.benchmarks.backlog.ScaleCommand;
import dev.tollgate.benchmarks.gate.GateCommand;
import dev.tollgate.benchmarks.pipeline.LatencyCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Entry point of {@code tollgate bench}. Exit status: 0 done, 1 failed, 2 wrong usage. */
@Command(
        name = "bench",
        description = {
            "Measures Tollgate on this machine, beside what it can be compared with.",
            "",
            "Figures are worth something on a machine that does nothing else. Each table names machine, versions,"
                    + " commit and seed; with --json FILE programs get the same and more."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "BENCHMARK",
        commandListHeading = "%nBenchmarks:%n",
        footer = {"", "Begin with 'tollgate bench pipeline --quick'."},
        subcommands = {PipelineCommand.class, LatencyCommand.class, GateCommand.class, ScaleCommand.class})
public final class Bench implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before run.
    private CommandSpec spec;

    private Bench() {}

    /** Runs a benchmark. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Bench());
        commandLine.setCommandName("tollgate bench");
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setUsageHelpAutoWidth(true);
        return commandLine;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a benchmark is missing");
    }
}
