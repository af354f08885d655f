package dev.tollgate.benchmarks.pipeline;

import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How fast the topology works off a backlog, what an event costs, and how many records it writes. Broker, registry and
 * topology are one process; a bare consumer that only decodes the same events is run beside it. The first run is cold,
 * the others are warm. Each run has topics and state of its own, and ends with a look at the totals: the usage of the
 * day of all accounts together has to be the number of events.
 */
@Command(
        name = "backlog",
        mixinStandardHelpOptions = true,
        description = "Measures how fast the topology works off a backlog, and what an event costs.")
final class Backlog implements Callable<Integer> {
    @Option(names = "--events", defaultValue = "1000000", description = "Events of a run. Default: ${DEFAULT-VALUE}.")
    private int events;

    @Option(
            names = "--accounts",
            defaultValue = "10000",
            description = "Accounts; account i gets events as the square of a random number falls on it. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int accounts;

    @Option(names = "--runs", defaultValue = "2", description = "Runs in this process. Default: ${DEFAULT-VALUE}.")
    private int runs;

    @Option(names = "--threads", defaultValue = "1", description = "Stream threads. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting of the topology that differs from its default.")
    private Map<String, String> settings = new HashMap<>();

    @Option(names = "--seed", defaultValue = "1", description = "Of the accounts. Default: ${DEFAULT-VALUE}.")
    private long seed;

    private Backlog() {}

    /** Runs the program. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Backlog()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        Map<String, String> overrides = new HashMap<>(settings);
        overrides.put("streams.threads", Integer.toString(threads));
        try (BacklogStack stack = new BacklogStack()) {
            System.out.printf(
                    Locale.ROOT,
                    "backlog: events=%d accounts=%d threads=%d settings=%s processors=%d java=%s%n",
                    events,
                    accounts,
                    threads,
                    settings,
                    Runtime.getRuntime().availableProcessors(),
                    Runtime.version());
            for (int run = 1; run <= runs; run++) {
                try (BacklogRun present = new BacklogRun(stack, "run" + run + ".", overrides)) {
                    present.publish(events, accounts, seed);
                    double decoded = present.decode();
                    System.out.printf(
                            Locale.ROOT, "run %d %s%n  bare decode: %.0f events/s%n", run, warmth(run), decoded);
                    System.out.println(present.account(decoded));
                }
            }
        }
        return 0;
    }

    private static String warmth(int run) {
        return run == 1 ? "(cold)" : "(warm)";
    }
}
