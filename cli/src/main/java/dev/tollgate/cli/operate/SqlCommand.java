package dev.tollgate.cli.operate;

import dev.tollgate.cli.config.ConfigOptions;
import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.cli.terminal.CommandGroup;
import dev.tollgate.cli.terminal.Json;
import dev.tollgate.cli.terminal.TextTable;
import dev.tollgate.schemas.config.Secrets;
import dev.tollgate.schemas.config.SettingsReader;
import dev.tollgate.sql.AnalystQuery;
import dev.tollgate.sql.ClickHouseConfig;
import dev.tollgate.sql.MigrationReport;
import dev.tollgate.sql.MigrationStatus;
import dev.tollgate.sql.Migrator;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tollgate sql}. */
@Command(
        name = "sql",
        description = "Make and query the tables in ClickHouse.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {SqlCommand.Migrate.class, SqlCommand.Status.class, SqlCommand.Query.class})
public final class SqlCommand extends CommandGroup {

    /** What the commands have in common: they find ClickHouse. */
    abstract static class ClickHouseTask implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // Set by picocli before run.
        CommandSpec spec;

        @Mixin
        private final ConfigOptions config = new ConfigOptions();

        @Option(
                names = "--clickhouse-url",
                paramLabel = "URL",
                description = "jdbc:ch://HOST:8123/DATABASE; clickhouse.url.")
        private @Nullable String url;

        @Option(names = "--json", description = "Print one JSON object a line.")
        boolean json;

        ClickHouseConfig clickHouse() {
            Map<String, String> values = new LinkedHashMap<>(config.values());
            if (url != null) {
                values.put("clickhouse.url", url);
            }
            SettingsReader settings = new SettingsReader(values, List.of(ClickHouseConfig.SETTINGS));
            ClickHouseConfig read = ClickHouseConfig.read(settings);
            settings.rejectUnknown();
            settings.throwIfProblems();
            return read;
        }

        @Override
        public void run() {
            ClickHouseConfig clickHouse = clickHouse();
            try {
                run(clickHouse, spec.commandLine().getOut());
            } catch (SQLException e) {
                throw new CommandFailure(
                        "ClickHouse at " + Secrets.maskedWithin(clickHouse.url()) + ": " + firstLine(e.getMessage()),
                        e);
            }
        }

        abstract void run(ClickHouseConfig clickHouse, PrintWriter out) throws SQLException;

        private static String firstLine(@Nullable String text) {
            return text == null ? "no answer" : text.lines().findFirst().orElse(text);
        }
    }

    @Command(
            name = "migrate",
            description = {
                "Create the database and bring its tables and views to this build.",
                "Migrating again changes nothing. A file that was edited after it ran is rejected."
            },
            mixinStandardHelpOptions = true)
    static final class Migrate extends ClickHouseTask {
        @Override
        void run(ClickHouseConfig clickHouse, PrintWriter out) throws SQLException {
            MigrationReport report = new Migrator(clickHouse).migrate();
            if (json) {
                out.println(Json.line(Map.of(
                        "database", report.database(),
                        "applied",
                                report.applied().stream()
                                        .map(MigrationStatus::id)
                                        .toList(),
                        "unchanged", report.unchanged(),
                        "skipped",
                                report.skipped().stream()
                                        .map(MigrationStatus::id)
                                        .toList())));
                return;
            }
            report.applied().forEach(status -> out.println(status.describe()));
            report.skipped().forEach(status -> out.println(status.describe()));
            out.printf(
                    "database %s: %d applied, %d unchanged, %d skipped%n",
                    report.database(),
                    report.applied().size(),
                    report.unchanged(),
                    report.skipped().size());
        }
    }

    @Command(
            name = "status",
            description = "List the migrations and what became of them.",
            mixinStandardHelpOptions = true)
    static final class Status extends ClickHouseTask {
        @Override
        void run(ClickHouseConfig clickHouse, PrintWriter out) throws SQLException {
            for (MigrationStatus status : new Migrator(clickHouse).status()) {
                out.println(
                        json
                                ? Json.line(Map.of(
                                        "id",
                                        status.id(),
                                        "name",
                                        status.name(),
                                        "state",
                                        status.state().name()))
                                : status.describe());
            }
        }
    }

    @Command(
            name = "query",
            description = {
                "Run a query in Tollgate's database and print its rows.",
                "QUERY is SQL, or the name of one of the questions that ship with Tollgate (--list shows them)."
            },
            mixinStandardHelpOptions = true)
    static final class Query extends ClickHouseTask {
        @Parameters(arity = "0..1", paramLabel = "QUERY", description = "SQL text or the name of a shipped query.")
        private @Nullable String query;

        @Option(
                names = {"-p", "--param"},
                paramLabel = "NAME=VALUE",
                description = "Parameter of the query; repeatable.")
        private Map<String, String> parameters = new LinkedHashMap<>();

        @Option(names = "--list", description = "List the shipped queries and their parameters.")
        private boolean list;

        @Override
        public void run() {
            if (list) {
                PrintWriter out = spec.commandLine().getOut();
                AnalystQuery.all()
                        .forEach(one -> out.printf("%-28s %s %s%n", one.name(), one.description(), one.parameters()));
                return;
            }
            if (query == null) {
                throw new ParameterException(spec.commandLine(), "QUERY is missing; --list shows the shipped ones");
            }
            super.run();
        }

        @Override
        void run(ClickHouseConfig clickHouse, PrintWriter out) throws SQLException {
            String text = query == null ? "" : query.strip();
            try (Connection connection = clickHouse.dataSource().getConnection()) {
                if (text.matches("[a-z][a-z0-9_-]*")) {
                    try {
                        AnalystQuery.Answer answer =
                                AnalystQuery.named(text).run(connection, clickHouse.database(), parameters);
                        print(out, answer.columns(), answer.rows());
                    } catch (IllegalArgumentException e) {
                        throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
                    }
                    return;
                }
                connection.setSchema(clickHouse.database());
                try (Statement statement = connection.createStatement();
                        ResultSet result = statement.executeQuery(text)) {
                    AnalystQuery.Answer answer = AnalystQuery.Answer.read(result);
                    print(out, answer.columns(), answer.rows());
                }
            }
        }

        private void print(PrintWriter out, List<String> columns, List<List<@Nullable Object>> rows) {
            if (json) {
                for (List<@Nullable Object> row : rows) {
                    Map<String, @Nullable Object> object = new LinkedHashMap<>();
                    for (int i = 0; i < columns.size(); i++) {
                        object.put(columns.get(i), jsonValue(row.get(i)));
                    }
                    out.println(Json.line(object));
                }
                return;
            }
            TextTable.print(out, columns, rows);
        }

        /** What JSON has a form for stays what it is, also within lists and maps; times and the like are texts. */
        private static @Nullable Object jsonValue(@Nullable Object value) {
            return switch (value) {
                case null -> null;
                case Number number -> number;
                case Boolean flag -> flag;
                case Collection<?> items -> {
                    List<@Nullable Object> list = new ArrayList<>(items.size());
                    items.forEach(item -> list.add(jsonValue(item)));
                    yield list;
                }
                case Map<?, ?> map -> {
                    Map<String, @Nullable Object> object = new LinkedHashMap<>();
                    map.forEach((key, item) -> object.put(String.valueOf(key), jsonValue(item)));
                    yield object;
                }
                default -> value.toString();
            };
        }
    }
}
