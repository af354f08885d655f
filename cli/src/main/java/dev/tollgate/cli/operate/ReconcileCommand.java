package dev.tollgate.cli.operate;

import dev.tollgate.cli.config.ConfigOptions;
import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.cli.terminal.Json;
import dev.tollgate.cli.terminal.Progress;
import dev.tollgate.schemas.text.PrintableText;
import dev.tollgate.sink.SinkConfig;
import dev.tollgate.sink.reconcile.ReconcileListener;
import dev.tollgate.sink.reconcile.ReconcileOptions;
import dev.tollgate.sink.reconcile.ReconcileReport;
import dev.tollgate.sink.reconcile.Reconciler;
import dev.tollgate.sink.status.SinkException;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tollgate reconcile}: the books against each other. */
@Command(
        name = "reconcile",
        description = {
            "Hold the journal (Kafka) against its table, rollups, totals and positions in ClickHouse.",
            "",
            "Every journal record from the beginning of the log (14 days) up to where the sink has written must stand"
                + " in request_journal once, with the same content; rollups must sum up its rows; closed totals must"
                + " be what the journal adds up to. What differs is named: partition and offsets, and account, day,"
                + " limit and window. Run it beside a working sink, as often as you like: it only reads.",
            "",
            "--repair brings the table back to what the log says: rows that are doubled, foreign or changed are"
                + " deleted, records that are missing are read again, under the sink's own protocol, so that nothing"
                + " can be stored twice; totals are read again and rollups made anew. A block of 10,000 offsets with a"
                + " drift is repaired whole, whatever account was asked for. Then everything is compared once more."
                + " What neither log nor table has cannot come back: it is named as lost.",
            "",
            "The ClickHouse user needs the role tollgate_reader, and for --repair the role tollgate_repairer."
        },
        footer = {
            "",
            "Exit status: 0 the books agree (with --repair: agree now), 1 they drift, 2 wrong usage or configuration, 3"
                    + " could not be judged, for example because ClickHouse does not answer.",
            "",
            "Examples:",
            "  tollgate reconcile",
            "  tollgate reconcile --account acme --since 2026-11-01 --until 2026-12-01",
            "  tollgate reconcile --since 2026-11-27 --json | jq 'select(.drift)'",
            "  tollgate reconcile --repair",
            "",
            "docs/reconcile.md explains each drift and what to do about it."
        },
        mixinStandardHelpOptions = true)
public final class ReconcileCommand implements Callable<Integer> {
    /** The books drift. */
    static final int DRIFT = 1;
    /** It could not be told. */
    static final int UNJUDGED = 3;

    private static final int SHOWN = 50;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before call.
    private CommandSpec spec;

    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Option(names = "--account", paramLabel = "ID", description = "Only this account.")
    private @Nullable String account;

    @Option(
            names = "--since",
            paramLabel = "DAY",
            description = "First day of event time, UTC, inclusive: 2026-11-01. Default: all that the log has.")
    private @Nullable LocalDate since;

    @Option(
            names = "--until",
            paramLabel = "DAY",
            description = "Last day of event time, UTC, exclusive. Default: none.")
    private @Nullable LocalDate until;

    @Option(names = "--repair", description = "Mend what drifted, then compare again.")
    private boolean isRepair;

    @Option(names = "--json", description = "One JSON object a line: each drift, then a summary.")
    private boolean isJson;

    @Override
    public Integer call() {
        ReconcileOptions options = options();
        SinkConfig sinkConfig = SinkConfig.from(config.values());
        try (Progress progress = Progress.onStandardError()) {
            ReconcileReport report = new Reconciler(sinkConfig, options, new Steps(progress)).run();
            print(report);
            return report.agrees() ? 0 : DRIFT;
        } catch (KafkaException | SinkException | SQLException e) {
            LoggerFactory.getLogger(ReconcileCommand.class).debug("not judged", e);
            spec.commandLine()
                    .getErr()
                    .println(spec.commandLine()
                            .getColorScheme()
                            .errorText("tollgate: " + PrintableText.lines(CommandFailure.explain(e))));
            return UNJUDGED;
        }
    }

    private ReconcileOptions options() {
        try {
            return new ReconcileOptions(since, until, account, isRepair);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), "--since must be before --until: " + since + ", " + until, e);
        }
    }

    private void print(ReconcileReport report) {
        PrintWriter out = spec.commandLine().getOut();
        if (isJson) {
            lines(report).forEach(line -> out.println(Json.line(line)));
        } else {
            text(report).forEach(line -> out.println(PrintableText.of(line)));
        }
        out.flush();
    }

    private List<Map<String, Object>> lines(ReconcileReport report) {
        List<Map<String, Object>> lines = new ArrayList<>();
        report.positions().forEach(drift -> {
            Map<String, Object> line = line("record");
            line.put("kind", drift.kind().name());
            line.put("partition", drift.partition());
            line.put("from", drift.from());
            line.put("to", drift.to());
            line.put("records", drift.records());
            lines.add(line);
        });
        report.usage().forEach(drift -> {
            Map<String, Object> line = line("usage");
            line.put("account_id", drift.accountId());
            line.put("day", drift.day().toString());
            line.put("verdict", drift.verdict());
            line.put("meter_id", drift.meterId());
            line.put("log", drift.log());
            line.put("table", drift.table());
            line.put("partition", drift.partition());
            line.put("from", drift.from());
            line.put("to", drift.to());
            lines.add(line);
        });
        report.tables().forEach(drift -> {
            Map<String, Object> line = line(drift.check());
            line.putAll(drift.fields());
            lines.add(line);
        });
        report.lost().forEach(range -> {
            Map<String, Object> line = line("lost");
            line.put("partition", range.partition());
            line.put("from", range.from());
            line.put("to", range.to());
            lines.add(line);
        });
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("agrees", report.agrees());
        summary.put(
                "records",
                report.partitions().stream()
                        .mapToLong(ReconcileReport.Compared::logRecords)
                        .sum());
        summary.put(
                "partitions",
                report.partitions().stream()
                        .map(compared -> Map.of(
                                "partition", compared.partition(),
                                "from", compared.from(),
                                "to", compared.to(),
                                "log_records", compared.logRecords(),
                                "table_rows", compared.tableRows()))
                        .toList());
        summary.put(
                "known_lost",
                report.knownLost().stream()
                        .map(range -> Map.of(
                                "partition", range.partition(),
                                "from", range.from(),
                                "to", range.to()))
                        .toList());
        summary.put("notes", report.notes());
        ReconcileReport.Repair repair = report.repair();
        if (repair != null) {
            summary.put(
                    "repair",
                    Map.of(
                            "deleted_offsets", repair.deletedOffsets(),
                            "inserted_rows", repair.insertedRows(),
                            "totals", repair.totals(),
                            "rollups", repair.rollups()));
        }
        lines.add(summary);
        return lines;
    }

    private static Map<String, Object> line(String drift) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("drift", drift);
        return line;
    }

    private static List<String> text(ReconcileReport report) {
        List<String> lines = new ArrayList<>();
        report.positions().stream()
                .limit(SHOWN)
                .forEach(drift -> lines.add(String.format(
                        Locale.ROOT,
                        "%s: partition %d, offsets %d to %d: %,d record(s)",
                        drift.kind(),
                        drift.partition(),
                        drift.from(),
                        drift.to(),
                        drift.records())));
        more(lines, report.positions().size());
        report.usage().stream()
                .limit(SHOWN)
                .forEach(drift -> lines.add(String.format(
                        Locale.ROOT,
                        "usage: account %s, %s, %s %s: the log has %,d, the table %,d (partition %d, offsets %d to %d)",
                        drift.accountId(),
                        drift.day(),
                        drift.verdict(),
                        drift.meterId().isEmpty() ? "events" : drift.meterId(),
                        drift.log(),
                        drift.table(),
                        drift.partition(),
                        drift.from(),
                        drift.to())));
        more(lines, report.usage().size());
        report.tables().stream().limit(SHOWN).forEach(drift -> lines.add(drift.check() + ": " + drift.fields()));
        more(lines, report.tables().size());
        report.lost()
                .forEach(range -> lines.add("LOST: partition " + range.partition() + ", offsets " + range.from()
                        + " to " + range.to() + " are neither in the log nor in the table"));
        report.knownLost()
                .forEach(range -> lines.add("known lost: partition " + range.partition() + ", offsets " + range.from()
                        + " to " + range.to() + ", as a sink has noted in lost_range"));
        report.notes().forEach(note -> lines.add("note: " + note));
        ReconcileReport.Repair repair = report.repair();
        if (repair != null) {
            lines.add(String.format(
                    Locale.ROOT,
                    "repaired: rows of %,d position(s) deleted, %,d row(s) and %,d total(s) read again, rollups made"
                            + " anew: %s",
                    repair.deletedOffsets(),
                    repair.insertedRows(),
                    repair.totals(),
                    repair.rollups().isEmpty() ? "none" : String.join(", ", repair.rollups())));
        }
        long records = report.partitions().stream()
                .mapToLong(ReconcileReport.Compared::logRecords)
                .sum();
        lines.add(String.format(
                Locale.ROOT,
                report.agrees()
                        ? "The books agree: %,d journal record(s) of %d partition(s), rollups, totals and positions."
                        : "The books drift: %,d journal record(s) of %d partition(s) were compared; see above.",
                records,
                report.partitions().size()));
        return lines;
    }

    private static void more(List<String> lines, int size) {
        if (size > SHOWN) {
            lines.add("... and " + (size - SHOWN) + " more; --json prints all");
        }
    }

    /** One bar for each partition that is read. */
    private static final class Steps implements ReconcileListener {
        private final Progress progress;
        private @Nullable String current;

        Steps(Progress progress) {
            this.progress = progress;
        }

        @Override
        public void onProgress(String what, long done, long total) {
            if (!what.equals(current)) {
                current = what;
                progress.begin(what, total);
            }
            progress.at(done, total);
        }
    }
}
