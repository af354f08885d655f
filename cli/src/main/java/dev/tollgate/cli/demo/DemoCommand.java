package dev.tollgate.cli.demo;

import dev.tollgate.cli.local.FullRelease;
import dev.tollgate.cli.plans.ShippedPlans;
import dev.tollgate.cli.terminal.Json;
import dev.tollgate.cli.terminal.Progress;
import dev.tollgate.schemas.avro.Plan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tollgate demo}. */
@Command(
        name = "demo",
        description = {
            "Run the whole pipeline on this machine and check it to the last unit.",
            "",
            "Starts Kafka, a schema registry and the ClickHouse engine in a temporary folder, applies a plan,"
                + " publishes deterministic traffic with duplicates, failed calls, late and broken events, waits until"
                + " everything has landed in ClickHouse, and holds an independent recount of the traffic against the"
                + " topology and against ClickHouse.",
            "",
            "Exit status 0 only if all three agree. The first run fetches the registry and the ClickHouse engine (340"
                    + " MB) into the cache (TOLLGATE_CACHE, default ~/.cache/tollgate)."
        },
        mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
    private static final int MAX_EVENTS = 10_000_000;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before call.
    private CommandSpec spec;

    @Option(
            names = "--events",
            paramLabel = "N",
            defaultValue = "50000",
            description = "Records to publish. Default: ${DEFAULT-VALUE}.")
    private int events;

    @Option(
            names = "--accounts",
            paramLabel = "N",
            defaultValue = "100",
            description = "Accounts. Default: ${DEFAULT-VALUE}.")
    private int accounts;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Makes the same traffic again. Default: random, and printed.")
    private @Nullable Long seed;

    @Option(
            names = "--plan",
            paramLabel = "PLANS",
            description = {
                "Plan catalog: a file, or the name of one that ships with Tollgate (mem, memos, memory-crystal,"
                        + " memories-ai). Accounts take its plans in turn, and the traffic is drawn from its endpoints,"
                        + " limits and caps. Default: mem."
            })
    private @Nullable String plan;

    @Option(names = "--json", description = "Print one JSON object and nothing else on standard output.")
    private boolean json;

    @Option(
            names = "--keep",
            paramLabel = "FOLDER",
            description = "Keep the data in this folder instead of a temporary one.")
    private @Nullable Path keep;

    @Override
    public Integer call() throws Exception {
        FullRelease.require("demo");
        if (events < DemoRun.MIN_EVENTS || events > MAX_EVENTS) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--events must be from " + DemoRun.MIN_EVENTS + " to " + MAX_EVENTS + ", was " + events);
        }
        if (accounts < 1 || accounts > 1_000_000) {
            throw new ParameterException(spec.commandLine(), "--accounts must be from 1 to 1000000, was " + accounts);
        }
        if (keep != null && Files.exists(keep)) {
            try (Stream<Path> content = Files.list(keep)) {
                if (content.findAny().isPresent()) {
                    throw new ParameterException(
                            spec.commandLine(), "--keep must name a new or empty folder, was '" + keep + "'");
                }
            }
        }
        long chosen = seed == null ? ThreadLocalRandom.current().nextLong(1, 1_000_000) : seed;
        try (Progress progress = Progress.onStandardError()) {
            List<Plan> plans = ShippedPlans.read(plan);
            DemoReport report = new DemoRun(events, accounts, chosen, plans, keep, progress).run();
            progress.end();
            if (json) {
                spec.commandLine().getOut().println(Json.line(report.toMap()));
            } else {
                report.print(spec.commandLine().getOut());
            }
            return report.reconciliation().isClean() ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }
}
