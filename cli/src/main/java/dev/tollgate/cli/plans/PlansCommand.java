package dev.tollgate.cli.plans;

import dev.tollgate.cli.config.ConfigOptions;
import dev.tollgate.cli.config.KafkaAccess;
import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.cli.terminal.CommandGroup;
import dev.tollgate.cli.terminal.Json;
import dev.tollgate.cli.terminal.TextTable;
import dev.tollgate.plans.Difference;
import dev.tollgate.plans.PlanDiff;
import dev.tollgate.plans.PlanFile;
import dev.tollgate.plans.PlanFileReport;
import dev.tollgate.plans.catalog.ApplyMode;
import dev.tollgate.plans.catalog.PlanApplier;
import dev.tollgate.plans.catalog.PlanCatalogClient;
import dev.tollgate.plans.catalog.PlanChange;
import dev.tollgate.plans.catalog.PlanRejectedException;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tollgate plans}. */
@Command(
        name = "plans",
        description = "Check and compare plan files, and put them into the catalog.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            PlansCommand.Apply.class,
            PlansCommand.Validate.class,
            PlansCommand.Diff.class,
            PlansCommand.ListPlans.class
        })
public final class PlansCommand extends CommandGroup {

    @Command(
            name = "apply",
            description = {
                "Put the plans of a YAML file into the catalog.",
                "Versions are immutable: a file whose version differs from the catalog's is rejected. Applying again"
                        + " changes nothing."
            },
            mixinStandardHelpOptions = true)
    static final class Apply implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // Set by picocli before call.
        private CommandSpec spec;

        @Mixin
        private final ConfigOptions config = new ConfigOptions();

        @Parameters(paramLabel = "FILE", description = "Plan catalog in YAML.")
        @SuppressWarnings("NullAway.Init") // Required by picocli.
        private Path file;

        @Option(names = "--dry-run", description = "Say what would change and change nothing.")
        private boolean dryRun;

        @Option(
                names = "--force",
                description = "Take versions whose effective_from is past; decisions already made do not change.")
        private boolean force;

        @Option(names = "--json", description = "Print one JSON object a plan.")
        private boolean json;

        @Override
        public Integer call() {
            PrintWriter err = spec.commandLine().getErr();
            PlanFileReport report = check(file);
            report.warnings().forEach(err::println);
            if (!report.isValid()) {
                report.errors().forEach(err::println);
                err.println(report.errors().size() + " problem(s) in " + file + "; nothing was applied");
                return ExitCode.USAGE;
            }
            KafkaAccess kafka = config.kafka();
            PlanCatalogClient catalog = PlanCatalogs.client(kafka);
            PlanApplier applier = new PlanApplier(catalog, InstantSource.system());
            ApplyMode mode = force ? ApplyMode.FORCED : ApplyMode.STRICT;
            try {
                List<PlanChange> changes =
                        dryRun ? applier.preview(report.plans(), mode) : applier.apply(report.plans(), mode);
                for (PlanChange change : changes) {
                    spec.commandLine()
                            .getOut()
                            .println(
                                    json
                                            ? Json.line(Map.of(
                                                    "plan", change.planId(),
                                                    "change", change.kind().name(),
                                                    "addedVersions",
                                                            change.added().stream()
                                                                    .map(PlanVersion::getVersion)
                                                                    .toList()))
                                            : change.sentence());
                }
                spec.commandLine().getOut().flush();
                if (!dryRun) {
                    PlanCatalogs.awaitSettled(
                            catalog,
                            kafka,
                            rest -> err.printf(
                                    Locale.ROOT,
                                    "waiting %.1f s until the plans count everywhere%n",
                                    rest.toMillis() / 1e3));
                }
                return ExitCode.OK;
            } catch (PlanRejectedException e) {
                e.rejections().forEach(err::println);
                err.println("nothing was applied");
                return ExitCode.SOFTWARE;
            }
        }
    }

    @Command(
            name = "validate",
            description = "Check a plan file; every problem is listed.",
            mixinStandardHelpOptions = true)
    static final class Validate implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // Set by picocli before call.
        private CommandSpec spec;

        @Parameters(paramLabel = "FILE", arity = "1..*", description = "Plan catalogs in YAML.")
        private List<Path> files = new ArrayList<>();

        @Override
        public Integer call() {
            boolean valid = true;
            for (Path file : files) {
                PlanFileReport report = check(file);
                report.warnings().forEach(spec.commandLine().getErr()::println);
                report.errors().forEach(spec.commandLine().getErr()::println);
                if (report.isValid()) {
                    spec.commandLine()
                            .getOut()
                            .println(file + ": valid, " + report.plans().size() + " plan(s)");
                }
                valid &= report.isValid();
            }
            return valid ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    @Command(
            name = "diff",
            description = {
                "Say in words what one plan file says differently than another.",
                "Each is a YAML file or the name of a catalog that ships with Tollgate (mem, memos, memory-crystal,"
                        + " memories-ai). What is the same is not mentioned. Exits with 0 if they say the same, with"
                        + " 1 if not, with 2 if one cannot be read."
            },
            mixinStandardHelpOptions = true)
    static final class Diff implements Callable<Integer> {
        private static final int DIFFERENT = 1;

        @Spec
        @SuppressWarnings("NullAway.Init") // Set by picocli before call.
        private CommandSpec spec;

        @Parameters(index = "0", paramLabel = "BEFORE", description = "Plan file or shipped catalog.")
        @SuppressWarnings("NullAway.Init") // Required by picocli.
        private String before;

        @Parameters(index = "1", paramLabel = "AFTER", description = "Plan file or shipped catalog.")
        @SuppressWarnings("NullAway.Init") // Required by picocli.
        private String after;

        @Option(names = "--json", description = "Print one JSON object a difference.")
        private boolean json;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            List<Difference> differences;
            try {
                differences = PlanDiff.ofCatalogs(ShippedPlans.read(before), ShippedPlans.read(after));
            } catch (CommandFailure e) {
                spec.commandLine().getErr().println(e.getMessage());
                return ExitCode.USAGE;
            }
            if (json) {
                differences.forEach(difference -> out.println(Json.line(fields(difference))));
            } else if (differences.isEmpty()) {
                out.println(before + " and " + after + " say the same.");
            } else {
                differences.forEach(difference -> out.println(difference.sentence()));
            }
            return differences.isEmpty() ? ExitCode.OK : DIFFERENT;
        }

        private static Map<String, @Nullable Object> fields(Difference difference) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            fields.put("kind", difference.kind().name());
            fields.put("subject", difference.subject().name());
            fields.put("id", difference.id());
            fields.put("property", difference.property());
            fields.put("before", difference.before());
            fields.put("after", difference.after());
            fields.put("effect", difference.effect().name());
            fields.put("sentence", difference.sentence());
            return fields;
        }
    }

    @Command(name = "list", description = "List the plans of the catalog.", mixinStandardHelpOptions = true)
    static final class ListPlans implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // Set by picocli before run.
        private CommandSpec spec;

        @Mixin
        private final ConfigOptions config = new ConfigOptions();

        @Option(names = "--json", description = "Print each plan as one JSON object.")
        private boolean json;

        @Override
        public void run() {
            Map<String, Plan> plans = PlanCatalogs.client(config.kafka()).read();
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                plans.values().forEach(plan -> out.println(Json.line(plan)));
                return;
            }
            Instant now = Instant.now();
            List<List<@Nullable Object>> rows = new ArrayList<>();
            for (Plan plan : plans.values()) {
                for (PlanVersion version : plan.getVersions()) {
                    rows.add(List.of(
                            plan.getPlanId(),
                            version.getVersion(),
                            version.getEffectiveFrom().toString(),
                            version.getEffectiveFrom().isAfter(now) ? "announced" : "published",
                            version.getLimits().size(),
                            plan.getTitle()));
                }
            }
            TextTable.print(out, List.of("plan", "version", "effective_from", "state", "limits", "title"), rows);
        }
    }

    private static PlanFileReport check(Path file) {
        try {
            return PlanFile.check(file);
        } catch (IOException e) {
            throw new CommandFailure("plan file " + file + " cannot be read", e);
        }
    }
}
