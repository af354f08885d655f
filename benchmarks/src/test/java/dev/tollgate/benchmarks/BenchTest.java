package dev.tollgate.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What the benchmarks share on the command line. */
class BenchTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        CommandLine commandLine = Bench.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(args);
    }

    @Test
    void givenAnyBenchmark_whenItsOptionsAreListed_thenTheCommonOnesAreThere() {
        assertThat(Bench.commandLine().getSubcommands().values())
                .hasSize(4)
                .extracting(CommandLine::getCommandSpec)
                .allSatisfy(BenchTest::hasTheCommonOptions);
    }

    private static void hasTheCommonOptions(CommandSpec benchmark) {
        assertThat(benchmark.optionsMap().keySet())
                .as(benchmark.name())
                .contains("--quick", "--markdown", "--json", "--svg", "--help");
    }

    @ParameterizedTest
    @CsvSource({
        "pipeline,--events,0,must be 1 or more",
        "pipeline,--hot-share,1.5,'--hot-share must be 0 to 1, was 1.5'",
        "scale,--events,0,--events must be 1 or more",
        "latency,--runs,0,--runs and --seconds must be 1 or more",
        "latency,--rate,1,each --rate at least --share",
        "gate,--quick,surplus,Unmatched argument"
    })
    void givenOptionsThatCannotBe_whenStarted_thenTheUsageIsWrongAndNothingRuns(
            String benchmark, String option, String value, String problem) {
        assertThat(run(benchmark, option, value)).isEqualTo(CommandLine.ExitCode.USAGE);

        assertThat(err.toString()).contains(problem);
        assertThat(out.toString()).isEmpty();
    }
}
