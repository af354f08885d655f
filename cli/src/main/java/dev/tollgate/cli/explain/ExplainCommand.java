package dev.tollgate.cli.explain;

import dev.tollgate.cli.config.ConfigOptions;
import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.cli.terminal.Json;
import dev.tollgate.cli.terminal.Progress;
import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.schemas.config.Secrets;
import dev.tollgate.schemas.config.SettingsReader;
import dev.tollgate.schemas.text.PrintableText;
import dev.tollgate.sql.ClickHouseConfig;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.explain.Explainer;
import dev.tollgate.streams.explain.Explanation;
import dev.tollgate.streams.explain.ReplayCheck;
import dev.tollgate.streams.explain.ReplayOutcome;
import dev.tollgate.streams.replay.ReplayProgress;
import dev.tollgate.streams.replay.TruncatedLogException;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tollgate explain}. */
@Command(
        name = "explain",
        description = {
            "Explain why an account was warned or blocked, and check that the log says so once more.",
            "",
            "Reads the account's records from the beginning of the log, applies them with the code that accounts live,"
                    + " and compares the event that comes out with the one that went out, field by field. Shows the"
                    + " limit, the total before and after, the call that crossed it and where it stands in the log, the"
                    + " calls that used the limit, and who changed the account before. Nothing is written.",
            "",
            "Where the log has expired the event is explained from ClickHouse (clickhouse.url), and not replayed."
        },
        footer = {
            "",
            "Ids of limit events: 'tollgate tail limit-events --from-beginning --json', or limit_event_id in"
                    + " ClickHouse.",
            "",
            "Examples:",
            "  tollgate explain 06c2cc0a-1f94-8b8c-84ca-1324c90269e5",
            "  tollgate explain --account acme --check",
            "",
            "The accounting role's settings must be those that it runs with: give the same --config. Exit status: 0 if"
                    + " the replay says the same, 1 if not, or if the log has expired."
        },
        mixinStandardHelpOptions = true)
public final class ExplainCommand implements Callable<Integer> {
    private static final int MOST_CALLS = 10_000;
    private static final String CLICKHOUSE_URL = "clickhouse.url";

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before call.
    private CommandSpec spec;

    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Parameters(arity = "0..1", paramLabel = "LIMIT_EVENT_ID", description = "The event to explain.")
    private @Nullable String limitEventId;

    @Option(
            names = "--account",
            paramLabel = "ID",
            description = "Whose event it is: spares looking for it in every partition.")
    private @Nullable String account;

    @Option(names = "--check", description = "Compare all limit events of --account with a replay instead.")
    private boolean check;

    @Option(
            names = "--calls",
            paramLabel = "N",
            defaultValue = "20",
            description = "How many of the last calls that used the limit are shown, 0 to 10000. Default: 20.")
    private int calls;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        validate();
        Explainer explainer = new Explainer(AccountingConfig.from(config.values()), System::currentTimeMillis);
        PrintWriter out = spec.commandLine().getOut();
        try (Progress progress = Progress.onStandardError()) {
            return check ? check(explainer, out, progress) : explain(explainer, out, progress);
        }
    }

    private void validate() {
        if (check == (limitEventId != null)) {
            throw wrong(
                    check
                            ? "--check compares all events of an account and takes no LIMIT_EVENT_ID"
                            : "LIMIT_EVENT_ID is missing, or --account ID --check to compare all events of an account");
        }
        if (check && account == null) {
            throw wrong("--check needs --account ID");
        }
        if (calls < 0 || calls > MOST_CALLS) {
            throw wrong("--calls must be from 0 to " + MOST_CALLS + ", was " + calls);
        }
        if (account != null && (account.isBlank() || account.length() > Bounds.MAX_ID_CHARACTERS)) {
            throw wrong("--account must have 1 to " + Bounds.MAX_ID_CHARACTERS + " characters, has " + account.length()
                    + (account.isBlank() ? ", all blank" : ""));
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private int explain(Explainer explainer, PrintWriter out, Progress progress) {
        String id = limitEventId == null ? "" : limitEventId;
        Optional<Explanation> fromLog = explainer.explain(id, account, calls, shown(progress));
        Explanation explanation = fromLog.filter(found -> found.replay().result() != ReplayOutcome.Result.LOG_EXPIRED)
                .or(() -> fromTables(id, fromLog, progress))
                .or(() -> fromLog)
                .orElseThrow(() -> new CommandFailure("limit event '" + id + "'"
                        + (account == null ? "" : " of account '" + account + "'") + " is not in topic limit-events"
                        + (hasClickHouse()
                                ? " and not in ClickHouse"
                                : "; it may have expired there: with clickhouse.url" + " ClickHouse is asked, too")));
        progress.end();
        if (json) {
            out.println(ExplanationJson.line(explanation));
        } else {
            new ExplanationText(out).print(explanation);
        }
        return explanation.replay().isSame() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private boolean hasClickHouse() {
        return config.values().containsKey(CLICKHOUSE_URL);
    }

    private Optional<Explanation> fromTables(String id, Optional<Explanation> fromLog, Progress progress) {
        if (!hasClickHouse()) {
            return Optional.empty();
        }
        progress.begin("asking ClickHouse", -1);
        SettingsReader settings = new SettingsReader(config.values(), List.of(ClickHouseConfig.SETTINGS));
        ClickHouseConfig clickHouse = ClickHouseConfig.read(settings);
        settings.throwIfProblems();
        String why = fromLog.map(found -> String.join("; ", found.replay().differences()))
                .orElse("topic limit-events does not have the event any more");
        try {
            return new ClickHouseExplanations(clickHouse).explain(id, account, calls, why);
        } catch (SQLException e) {
            throw new CommandFailure(
                    "ClickHouse at " + Secrets.maskedWithin(clickHouse.url()) + " did not answer: " + e.getMessage(),
                    e);
        }
    }

    private int check(Explainer explainer, PrintWriter out, Progress progress) {
        String id = account == null ? "" : account;
        ReplayCheck result;
        try {
            result = explainer.check(id, shown(progress));
        } catch (TruncatedLogException e) {
            throw new CommandFailure(
                    "the limit events of account '" + id + "' cannot be replayed: " + e.getMessage(), e);
        }
        progress.end();
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("account_id", id);
            object.put("limit_events", result.events());
            object.put("same", result.same());
            object.put("records", result.records());
            object.put("differences", result.differences());
            out.println(Json.line(object));
        } else {
            out.printf(
                    "%d of %d limit events of account %s are the same in a replay of its %d records%n",
                    result.same(), result.events(), PrintableText.of(id), result.records());
            result.differences().forEach(difference -> out.println("  " + PrintableText.of(difference)));
        }
        return result.isSame() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    /** Each step once, with how far it is. */
    private static ReplayProgress shown(Progress progress) {
        return (step, done, total) -> {
            if (!step.equals(progress.current())) {
                progress.begin(step, total);
            }
            progress.at(done, total);
        };
    }
}
