package dev.tollgate.cli;

import dev.tollgate.cli.accounts.AccountsCommand;
import dev.tollgate.cli.config.ConfigHelp;
import dev.tollgate.cli.demo.DemoCommand;
import dev.tollgate.cli.ingest.IngestCommand;
import dev.tollgate.cli.ingest.PublishCommand;
import dev.tollgate.cli.local.UpCommand;
import dev.tollgate.cli.operate.GatewayCommand;
import dev.tollgate.cli.operate.ReconcileCommand;
import dev.tollgate.cli.operate.SinkCommand;
import dev.tollgate.cli.operate.SqlCommand;
import dev.tollgate.cli.operate.StreamsCommand;
import dev.tollgate.cli.operate.TailCommand;
import dev.tollgate.cli.operate.TopicsCommand;
import dev.tollgate.cli.plans.PlansCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root: says what there is. */
@Command(
        name = "tollgate",
        description = {
            "Usage accounting for APIs: request events in, exact totals, alerts and blocks out.",
            "",
            "Start with 'tollgate demo' (the whole pipeline on this machine, checked to the last unit) or 'tollgate up'"
                    + " (the same stack to play with)."
        },
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footer = {
            "",
            "Configuration: flags over environment over file. A key such as kafka.bootstrap-servers is"
                    + " TOLLGATE_KAFKA_BOOTSTRAP_SERVERS in the environment; see 'tollgate config'.",
            "Exit status: 0 done, 1 failed, 2 wrong usage or configuration."
        },
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            StreamsCommand.class,
            SinkCommand.class,
            GatewayCommand.class,
            TopicsCommand.class,
            PlansCommand.class,
            AccountsCommand.class,
            SqlCommand.class,
            ReconcileCommand.class,
            PublishCommand.class,
            IngestCommand.class,
            TailCommand.class,
            BenchCommand.class,
            ConfigHelp.class,
            picocli.CommandLine.HelpCommand.class
        })
final class TollgateCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before run.
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
