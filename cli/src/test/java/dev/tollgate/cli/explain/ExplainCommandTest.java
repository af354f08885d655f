package dev.tollgate.cli.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ExplainCommandTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "''|LIMIT_EVENT_ID is missing, or --account ID --check",
                "--account acme|LIMIT_EVENT_ID is missing",
                "--check|--check needs --account ID",
                "some-id --account acme --check|--check compares all events of an account and takes no LIMIT_EVENT_ID",
                "some-id --calls -1|--calls must be from 0 to 10000, was -1",
                "some-id --calls 10001|--calls must be from 0 to 10000, was 10001",
                "some-id --calls many|Invalid value for option '--calls'",
                "some-id other-id|Unmatched argument",
            })
    void givenWrongUse_whenRun_thenTheProblemIsNamedAndNothingIsAsked(String arguments, String problem) {
        StringWriter err = new StringWriter();
        CommandLine commandLine = new CommandLine(new ExplainCommand());
        commandLine.setErr(new PrintWriter(err, true));

        int status = commandLine.execute(arguments.isEmpty() ? new String[0] : arguments.split(" "));

        assertThat(status).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString()).contains(problem);
    }
}
