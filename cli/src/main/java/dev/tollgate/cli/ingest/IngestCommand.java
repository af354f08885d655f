package dev.tollgate.cli.ingest;

import dev.tollgate.cli.config.ConfigOptions;
import dev.tollgate.cli.config.KafkaAccess;
import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.cli.terminal.Json;
import dev.tollgate.cli.terminal.Progress;
import dev.tollgate.gateway.GatewayException;
import dev.tollgate.gateway.backfill.Backfill;
import dev.tollgate.gateway.backfill.BackfillListener;
import dev.tollgate.gateway.backfill.BackfillOptions;
import dev.tollgate.gateway.backfill.BackfillReport;
import dev.tollgate.gateway.backfill.BatchSender;
import dev.tollgate.gateway.backfill.Mapping;
import dev.tollgate.gateway.kafka.EventSender;
import dev.tollgate.schemas.config.Durations;
import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.topic.Topic;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tollgate ingest}: request events out of files. */
@Command(
        name = "ingest",
        description = {
            "Publish the request events of files: what happened before there was a publisher, or beside it.",
            "",
            "JSON lines (plain events or CloudEvents), CSV, and access logs of nginx, Apache, Caddy, Traefik, AWS load"
                + " balancers and IIS, plain or gzip. Without --mapping or --format the ending of the name says which"
                + " (.jsonl, .ndjson, .csv, .log, each also with .gz). A mapping file says which field is the account,"
                + " what endpoints are called and what is passed over; docs/gateway.md describes it.",
            "",
            "Running it again adds nothing: a state file remembers which content was published, under whatever name,"
                + " and an event without an id of its own gets one that follows from its line and place. So after a"
                + " crash or an interruption: the same command again. Give the oldest file first, since an event more"
                + " than 24 h older than its account's newest is journalled as late and not counted. An event older"
                + " than events.max-age (400d) is rejected, as the accounting role would."
        },
        footer = {
            "",
            "Exit status: 0 all published, 1 stopped or failed, 2 wrong usage, configuration or mapping, 3 published"
                    + " except for records that were rejected.",
            "",
            "Examples:",
            "  tollgate ingest --mapping nginx.yaml --dry-run access.log",
            "  tollgate ingest --format '$remote_addr - $http_x_account [$time_local] \"$request\" $status' --dry-run"
                    + " a.log",
            "  tollgate ingest --format vhost-combined --skip-without-account other_vhosts_access.log",
            "  tollgate ingest --mapping nginx.yaml --source web-1 access.log.2.gz access.log.1 access.log",
            "  export-events | tollgate ingest --format json-lines -"
        },
        mixinStandardHelpOptions = true)
public final class IngestCommand implements Callable<Integer> {
    /** Records were rejected, the rest is published. */
    public static final int PARTLY = 3;

    private static final String STANDARD_INPUT = "-";
    private static final Duration CONFIRMATION = Duration.ofSeconds(10);
    private static final Duration CLUSTER_PATIENCE = Duration.ofSeconds(15);

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before call.
    private CommandSpec spec;

    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description =
                    "Files, the oldest first; - for standard input, which is read to its end before anything is sent.")
    private List<String> files = new ArrayList<>();

    @Option(
            names = {"-m", "--mapping"},
            paramLabel = "FILE",
            description = "YAML that says how a record becomes an event.")
    private @Nullable Path mappingFile;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description =
                    "json-lines, csv, combined, vhost-combined, caddy, traefik, alb or iis, or a layout as nginx's"
                            + " log_format or Apache's LogFormat has it, where there is no mapping.")
    private @Nullable String format;

    @Option(
            names = "--skip-without-account",
            description = "Count records that have no account and pass them over, such as those of port scanners.")
    private boolean isSkippingWithoutAccount;

    @Option(
            names = "--source",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Part of the ids that are made: files of different machines need different ones.")
    @SuppressWarnings("NullAway.Init") // Has a default value.
    private String source;

    @Option(
            names = "--state",
            paramLabel = "FILE",
            description = "Remembers what was published. Default: a file for each Kafka cluster and topic in"
                    + " $XDG_STATE_HOME/tollgate/ingest or ~/.local/state/tollgate/ingest.")
    private @Nullable Path stateFile;

    @Option(names = "--no-state", description = "Remember nothing and send everything.")
    private boolean isStateless;

    @Option(
            names = "--max-errors",
            paramLabel = "N",
            defaultValue = "100",
            description = "Stop when more records than this are rejected. Default: ${DEFAULT-VALUE}.")
    private long maxErrors;

    @Option(
            names = "--show-errors",
            paramLabel = "N",
            defaultValue = "20",
            description = "How many rejected records are named, with file and line. Default: ${DEFAULT-VALUE}.")
    private long shownErrors;

    @Option(
            names = "--patience",
            paramLabel = "DURATION",
            defaultValue = "60s",
            description = "How long to try again while Kafka does not confirm. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // Has a default value.
    private String patience;

    @Option(names = "--dry-run", description = "Read and check everything, publish nothing; needs no Kafka.")
    private boolean isDryRun;

    @Option(names = "--json", description = "Print the summary as one line of JSON.")
    private boolean isJson;

    @Override
    public Integer call() throws IOException {
        checkUsage();
        Mapping mapping = isSkippingWithoutAccount ? mapping().skippingWithoutAccount() : mapping();
        Duration patienceTime = patience();
        Inputs inputs = Inputs.of(files);
        try {
            BackfillOptions options = BackfillOptions.of(inputs.paths(), mapping)
                    .withSource(source)
                    .withMaxErrors(maxErrors)
                    .withMaxAge(config.maxEventAge())
                    .withMaxAhead(config.maxEventAhead())
                    .withPatience(patienceTime);
            if (isDryRun) {
                return finish(
                        run(
                                stateFile == null ? options : options.withReadOnlyStateFile(stateFile),
                                BatchSender.NOWHERE,
                                inputs),
                        null);
            }
            KafkaAccess kafka = config.kafka();
            Path state = isStateless ? null : stateFile != null ? stateFile : presetStateFile(kafka);
            checkTopic(kafka);
            try (EventSender sender =
                    new EventSender(kafka.clientSettings(), kafka.layout().name(Topic.REQUEST_EVENTS), CONFIRMATION)) {
                return finish(run(state == null ? options : options.withStateFile(state), sender::send, inputs), state);
            }
        } finally {
            inputs.discard();
        }
    }

    private void checkUsage() {
        if (mappingFile != null && format != null) {
            throw usage("--format is said by the mapping file; leave one of them out");
        }
        if (stateFile != null && isStateless) {
            throw usage("--state and --no-state exclude each other");
        }
        if (maxErrors < 0) {
            throw usage("--max-errors must be >= 0, was " + maxErrors);
        }
        if (shownErrors < 0) {
            throw usage("--show-errors must be >= 0, was " + shownErrors);
        }
        if (source.chars().anyMatch(Character::isISOControl)) {
            throw usage("--source must not have control characters");
        }
        for (String file : files) {
            if (!file.equals(STANDARD_INPUT) && Files.isDirectory(Path.of(file))) {
                throw usage(file + " is a folder; name the files in it, the oldest first");
            }
        }
        if (files.stream().filter(STANDARD_INPUT::equals).count() > 1) {
            throw usage("standard input (-) can be read once only");
        }
    }

    private Duration patience() {
        try {
            return Durations.parse(patience);
        } catch (IllegalArgumentException e) {
            throw usage("--patience: " + e.getMessage());
        }
    }

    private Mapping mapping() throws IOException {
        if (mappingFile == null) {
            try {
                return Mapping.of(format != null ? format : formatOfNames());
            } catch (InvalidSettingsException e) {
                String problems = String.join("; ", e.problems());
                throw usage(
                        problems.startsWith("format")
                                ? "--" + problems
                                : "--format " + format + ": " + problems + "; give a --mapping file");
            }
        }
        try {
            return Mapping.load(mappingFile);
        } catch (InvalidSettingsException e) {
            throw new InvalidSettingsException(e.problems().stream()
                    .map(problem -> mappingFile + ": " + problem)
                    .toList());
        } catch (NoSuchFileException e) {
            throw usage("the mapping file " + mappingFile + " does not exist");
        }
    }

    private String formatOfNames() {
        Set<String> formats = new TreeSet<>();
        for (String file : files) {
            String name = file.toLowerCase(Locale.ROOT);
            String plain = name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
            if (plain.endsWith(".jsonl") || plain.endsWith(".ndjson") || plain.endsWith(".json")) {
                formats.add("json-lines");
            } else if (plain.endsWith(".csv")) {
                formats.add("csv");
            } else if (plain.endsWith(".log")) {
                formats.add("combined");
            } else {
                throw usage("what is in " + (file.equals(STANDARD_INPUT) ? "standard input" : file) + "? Say --format "
                        + Mapping.formats() + "; or give a --mapping file");
            }
        }
        if (formats.size() > 1) {
            throw usage("files of one run must have the same format; these look like " + formats);
        }
        return formats.iterator().next();
    }

    /** Of a cluster, not of its address: what one cluster has, another at the same address has not. */
    private Path presetStateFile(KafkaAccess kafka) {
        try (Admin admin = kafka.admin()) {
            String cluster =
                    admin.describeCluster().clusterId().get(CLUSTER_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            String home = System.getenv("XDG_STATE_HOME");
            Path base = home == null || home.isBlank()
                    ? Path.of(System.getProperty("user.home"), ".local", "state")
                    : Path.of(home);
            return base.resolve("tollgate")
                    .resolve("ingest")
                    .resolve(cluster + "-" + kafka.layout().name(Topic.REQUEST_EVENTS) + ".json");
        } catch (ExecutionException | TimeoutException e) {
            throw unreachable(kafka, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted", e);
        }
    }

    private static void checkTopic(KafkaAccess kafka) {
        String topic = kafka.layout().name(Topic.REQUEST_EVENTS);
        try (Admin admin = kafka.admin()) {
            admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get(CLUSTER_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new CommandFailure(
                        "the topic " + topic + " does not exist on " + kafka.bootstrapServers()
                                + "; make it with 'tollgate topics apply', or check topics.prefix",
                        e);
            }
            throw unreachable(kafka, e);
        } catch (TimeoutException e) {
            throw unreachable(kafka, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted", e);
        }
    }

    private static CommandFailure unreachable(KafkaAccess kafka, Exception cause) {
        return new CommandFailure("Kafka does not answer at " + kafka.bootstrapServers(), cause);
    }

    private BackfillReport run(BackfillOptions options, BatchSender sender, Inputs inputs) {
        try (Progress progress = Progress.onStandardError()) {
            ProgressListener showing = new ProgressListener(progress, inputs);
            ShutdownNotice notice = ShutdownNotice.of(() -> interrupted(options, showing));
            try {
                return Backfill.run(options, sender, showing);
            } finally {
                notice.withdraw();
            }
        } catch (GatewayException e) {
            throw new CommandFailure(inputs.renamed(String.valueOf(e.getMessage())), e.getCause());
        }
    }

    private void interrupted(BackfillOptions options, ProgressListener showing) {
        PrintWriter err = spec.commandLine().getErr();
        err.printf(
                "%ntollgate: interrupted; %,d event(s) %s%n",
                showing.published,
                isDryRun
                        ? "had been looked at"
                        : options.stateFile() == null
                                ? "had been published"
                                : "had been published, and the same command goes on behind them");
        err.flush();
    }

    private int finish(BackfillReport report, @Nullable Path state) {
        PrintWriter out = spec.commandLine().getOut();
        if (isJson) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("end", report.end().name().toLowerCase(Locale.ROOT));
            fields.put("dry_run", isDryRun);
            fields.put("files", files.size());
            fields.put("published", report.published());
            fields.put("rejected", report.rejected());
            fields.put("skipped", report.passedOver());
            fields.put("without_account", report.unattributed());
            fields.put("without_details", report.withoutDetails());
            fields.put("bytes_published_before", report.skippedBytes());
            if (state != null) {
                fields.put("state_file", state.toString());
            }
            out.println(Json.line(fields));
        } else {
            out.println(summary(report));
            String advice = advice(report);
            if (!advice.isEmpty()) {
                out.println(advice);
            }
        }
        out.flush();
        return switch (report.end()) {
            case COMPLETE -> report.rejected() == 0 ? 0 : PARTLY;
            case TOO_MANY_ERRORS, KAFKA_UNAVAILABLE -> 1;
        };
    }

    private String summary(BackfillReport report) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%,d event(s) of %d file(s) %s",
                report.published(),
                files.size(),
                isDryRun ? "would be published" : "published"));
        text.append(String.format(
                Locale.ROOT, "; %,d record(s) rejected, %,d passed over", report.rejected(), report.passedOver()));
        if (report.unattributed() > 0) {
            text.append(String.format(Locale.ROOT, "; %,d had no account", report.unattributed()));
        }
        if (report.withoutDetails() > 0) {
            text.append(String.format(
                    Locale.ROOT, "; of %,d event(s) a duration was left out or a label cut", report.withoutDetails()));
        }
        if (report.skippedBytes() > 0) {
            text.append(String.format(
                    Locale.ROOT, "; %,d bytes had been published by an earlier run", report.skippedBytes()));
        }
        return text.append('.').toString();
    }

    private String advice(BackfillReport report) {
        return switch (report.end()) {
            case COMPLETE ->
                report.rejected() == 0 || isDryRun
                        ? ""
                        : "Rejected records were not published. Correct the file and run the same command again, or"
                              + " correct the mapping and run it with --no-state: what was published keeps its ids and"
                              + " is not counted twice.";
            case TOO_MANY_ERRORS ->
                "Stopped: more than " + maxErrors + " records were rejected. Correct the file or the mapping, or raise"
                        + " --max-errors"
                        + (isDryRun ? "." : ", and run the same command again: it goes on where it was.");
            case KAFKA_UNAVAILABLE ->
                "Stopped: Kafka did not confirm within " + patience
                        + ". Run the same command again when Kafka is back: it" + " goes on where it was.";
        };
    }

    private ParameterException usage(String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }

    /** Progress and rejected records on standard error. */
    private final class ProgressListener implements BackfillListener {
        private final Progress progress;
        private final Inputs inputs;
        private @Nullable Path current;
        private long rejected;
        private volatile long published;

        ProgressListener(Progress progress, Inputs inputs) {
            this.progress = progress;
            this.inputs = inputs;
        }

        @Override
        public void onProgress(Path file, long bytesRead, long bytesTotal, long publishedSoFar) {
            published = publishedSoFar;
            if (!file.equals(current)) {
                current = file;
                progress.begin(inputs.shortName(file), bytesTotal);
            }
            progress.at(bytesRead, bytesTotal);
        }

        @Override
        public void onBadRecord(Path file, long line, String detail) {
            rejected++;
            if (rejected <= shownErrors) {
                progress.say(inputs.name(file) + ":" + line + ": " + detail);
            } else if (rejected == shownErrors + 1) {
                progress.say("tollgate: further rejected records are counted and not named (--show-errors)");
            }
        }
    }

    /** Last words if the process is told to end: what was done, and how to go on. */
    private record ShutdownNotice(Thread hook) {
        static ShutdownNotice of(Runnable words) {
            ShutdownNotice notice = new ShutdownNotice(new Thread(words, "ingest-notice"));
            Runtime.getRuntime().addShutdownHook(notice.hook);
            return notice;
        }

        void withdraw() {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The process is ending already; then they are said.
                LoggerFactory.getLogger(IngestCommand.class).debug("ending", e);
            }
        }
    }

    /**
     * The files as given, and as the library reads them: standard input is copied, so that it can be resumed like a
     * file.
     */
    private record Inputs(Map<Path, String> names, @Nullable Path copy) {
        static Inputs of(List<String> files) throws IOException {
            Map<Path, String> names = new LinkedHashMap<>();
            Path copy = null;
            for (String file : files) {
                if (file.equals(STANDARD_INPUT)) {
                    copy = copyOfStandardInput();
                    names.put(copy, "standard input");
                } else {
                    names.put(Path.of(file), file);
                }
            }
            return new Inputs(names, copy);
        }

        private static Path copyOfStandardInput() throws IOException {
            Path copy = Files.createTempFile("tollgate-ingest-", ".in");
            boolean copied = false;
            try {
                Files.copy(System.in, copy, StandardCopyOption.REPLACE_EXISTING);
                copied = true;
                return copy;
            } finally {
                if (!copied) {
                    Files.deleteIfExists(copy);
                }
            }
        }

        List<Path> paths() {
            return List.copyOf(names.keySet());
        }

        String name(Path path) {
            return names.getOrDefault(path, path.toString());
        }

        String shortName(Path path) {
            return path.equals(copy) ? name(path) : String.valueOf(path.getFileName());
        }

        /** A message with the copy's name as the user knows it. */
        String renamed(String message) {
            return copy == null ? message : message.replace(copy.toString(), name(copy));
        }

        void discard() throws IOException {
            if (copy != null) {
                Files.deleteIfExists(copy);
            }
        }
    }
}
