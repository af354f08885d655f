package dev.tollgate.cli;

import dev.tollgate.cli.accounts.AccountsCommand;
import dev.tollgate.cli.config.ConfigHelp;
import dev.tollgate.cli.demo.DemoCommand;
import dev.tollgate.cli.explain.ExplainCommand;
import dev.tollgate.cli.ingest.IngestCommand;
import dev.tollgate.cli.ingest.PublishCommand;
import dev.tollgate.cli.local.AotCacheCommand;
import dev.tollgate.cli.local.UpCommand;
import dev.tollgate.cli.logging.LogFormat;
import dev.tollgate.cli.operate.ApiCommand;
import dev.tollgate.cli.operate.GateCommand;
import dev.tollgate.cli.operate.GatewayCommand;
import dev.tollgate.cli.operate.NotifyCommand;
import dev.tollgate.cli.operate.ReconcileCommand;
import dev.tollgate.cli.operate.SinkCommand;
import dev.tollgate.cli.operate.SqlCommand;
import dev.tollgate.cli.operate.StreamsCommand;
import dev.tollgate.cli.operate.TailCommand;
import dev.tollgate.cli.operate.TopicsCommand;
import dev.tollgate.cli.plans.PlansCommand;
import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.text.PrintableText;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** Entry point of {@code tollgate}. Exit status: 0 done, 1 failed, 2 wrong usage or configuration. */
public final class Main {
    private static final String LOG_LEVEL = "TOLLGATE_LOG";
    private static final Set<String> VERSION = Set.of("--version", "-V");

    /** Commands below a role's name that are over when they have answered. */
    private static final Set<String> SHORT_COMMANDS_OF_ROLES = Set.of("hash-token", "list", "test", "resend", "enable");

    private static final Set<String> LOGGING_ROLES = Set.of("streams", "sink", "gateway", "gate", "api", "notify");

    /** Name to class, in the order of the help. */
    private static final Map<String, Class<?>> COMMANDS = commands();

    private Main() {}

    private static Map<String, Class<?>> commands() {
        Map<String, Class<?>> commands = new LinkedHashMap<>();
        commands.put("demo", DemoCommand.class);
        commands.put("up", UpCommand.class);
        commands.put("streams", StreamsCommand.class);
        commands.put("sink", SinkCommand.class);
        commands.put("gateway", GatewayCommand.class);
        commands.put("notify", NotifyCommand.class);
        commands.put("gate", GateCommand.class);
        commands.put("api", ApiCommand.class);
        commands.put("topics", TopicsCommand.class);
        commands.put("plans", PlansCommand.class);
        commands.put("accounts", AccountsCommand.class);
        commands.put("sql", SqlCommand.class);
        commands.put("reconcile", ReconcileCommand.class);
        commands.put("explain", ExplainCommand.class);
        commands.put("publish", PublishCommand.class);
        commands.put("ingest", IngestCommand.class);
        commands.put("tail", TailCommand.class);
        commands.put("bench", BenchCommand.class);
        commands.put("config", ConfigHelp.class);
        commands.put("aot-cache", AotCacheCommand.class);
        commands.put("help", CommandLine.HelpCommand.class);
        return commands;
    }

    public static void main(String[] args) {
        System.exit(run(args));
    }

    static int run(String... args) {
        // Read by logback.xml when the first logger is made, as the level below is. Long-running roles tell what they
        // do; commands only what
        // is wrong.
        if (args.length > 0
                && LOGGING_ROLES.contains(args[0])
                && Arrays.stream(args).noneMatch(SHORT_COMMANDS_OF_ROLES::contains)
                && System.getProperty(LOG_LEVEL) == null
                && System.getenv(LOG_LEVEL) == null) {
            System.setProperty(LOG_LEVEL, "INFO");
        }
        LogFormat.choose(List.of(args));
        CommandLine commandLine = commandLine(needed(args));
        int status = commandLine.execute(args);
        // The writer sends itself what ends in a line; a text that was merely printed would end with the process.
        commandLine.getOut().flush();
        commandLine.getErr().flush();
        return status;
    }

    /**
     * The commands that can be meant. Reading the options of all of them takes longer than most commands themselves, so
     * a line that begins with a command's name, or asks for the version, gets by without the others.
     */
    private static Map<String, Class<?>> needed(String... args) {
        String first = args.length == 0 ? "" : args[0];
        if (args.length == 1 && VERSION.contains(first)) {
            return Map.of();
        }
        Class<?> command = COMMANDS.get(first);
        return command == null || first.equals("help") ? COMMANDS : Map.of(first, command);
    }

    /** With all commands. */
    static CommandLine commandLine() {
        return commandLine(COMMANDS);
    }

    private static CommandLine commandLine(Map<String, Class<?>> commands) {
        CommandLine commandLine = new CommandLine(new TollgateCommand());
        commands.forEach(commandLine::addSubcommand);
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
            if (LogFormat.isJson()) {
                // Whoever collects the log wants to know why it ends, and reads nothing but JSON.
                LoggerFactory.getLogger(Main.class).error("{}", CommandFailure.explain(e), e);
                return status(e);
            }
            LoggerFactory.getLogger(Main.class).debug("command failed", e);
            failed.getErr()
                    .println(failed.getColorScheme()
                            .errorText("tollgate: " + PrintableText.lines(CommandFailure.explain(e))));
            return status(e);
        });
        return commandLine;
    }

    private static int status(Exception failure) {
        return failure instanceof InvalidSettingsException ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }
}
