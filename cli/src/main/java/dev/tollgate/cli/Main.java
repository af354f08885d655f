package dev.tollgate.cli;

import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.text.PrintableText;
import java.util.Arrays;
import java.util.Set;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** Entry point of {@code tollgate}. Exit status: 0 done, 1 failed, 2 wrong usage or configuration. */
public final class Main {
    private static final String LOG_LEVEL = "TOLLGATE_LOG";
    private static final Set<String> LOGGING_ROLES = Set.of("streams", "sink", "gateway");

    private Main() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    static int run(String... args) {
        // Read by logback.xml when the first logger is made. Long-running roles tell what they do; commands only what
        // is wrong.
        if (args.length > 0
                && LOGGING_ROLES.contains(args[0])
                && !Arrays.asList(args).contains("hash-token")
                && System.getProperty(LOG_LEVEL) == null
                && System.getenv(LOG_LEVEL) == null) {
            System.setProperty(LOG_LEVEL, "INFO");
        }
        CommandLine commandLine = commandLine();
        int status = commandLine.execute(args);
        // The writer sends itself what ends in a line; a text that was merely printed would end with the process.
        commandLine.getOut().flush();
        commandLine.getErr().flush();
        return status;
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new TollgateCommand());
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setUsageHelpAutoWidth(true);
        commandLine.setExecutionStrategy(new CommandLine.RunLast());
        // The problem alone: a page of usage behind it would push it off the screen.
        commandLine.setParameterExceptionHandler((e, args) -> {
            CommandLine failed = e.getCommandLine();
            failed.getErr()
                    .println(failed.getColorScheme()
                            .errorText("tollgate: " + PrintableText.lines(String.valueOf(e.getMessage()))));
            CommandLine.UnmatchedArgumentException.printSuggestions(e, failed.getErr());
            failed.getErr().println("See '" + failed.getCommandSpec().qualifiedName() + " --help'.");
            return CommandLine.ExitCode.USAGE;
        });
        commandLine.setExecutionExceptionHandler((e, failed, parsed) -> {
            LoggerFactory.getLogger(Main.class).debug("command failed", e);
            failed.getErr()
                    .println(failed.getColorScheme()
                            .errorText("tollgate: " + PrintableText.lines(CommandFailure.explain(e))));
            return e instanceof InvalidSettingsException ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
        });
        return commandLine;
    }
}
