package dev.tollgate.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists the configuration keys; shown as {@code tollgate config}. */
@Command(
        name = "config",
        description = "List the configuration keys, with presets and ranges.",
        mixinStandardHelpOptions = true)
final class ConfigHelp implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before run.
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().getOut().print(ConfigKeys.text());
    }
}
