package dev.tollgate.cli.logging;

import picocli.CommandLine.Option;

/** The options of a role's log. {@link LogFormat#choose} has looked at them before they are read. */
public final class LogOptions {
    @Option(
            names = "--log",
            paramLabel = "FORMAT",
            description = "How the log on standard error is written: ${COMPLETION-CANDIDATES}; json is one object a"
                    + " line. Also TOLLGATE_LOG_FORMAT. Default: text.")
    @SuppressWarnings("UnusedVariable") // Read before there are options; here it is checked, and listed in the help.
    private LogFormat format = LogFormat.TEXT;
}
