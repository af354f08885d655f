package dev.tollgate.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tollgate.embedded.Stack;
import dev.tollgate.plans.PlanFile;
import dev.tollgate.plans.catalog.ApplyMode;
import dev.tollgate.plans.catalog.PlanApplier;
import dev.tollgate.plans.catalog.PlanCatalogClient;
import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.Verdict;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicAdmin;
import dev.tollgate.schemas.topic.TopicLayout;
import dev.tollgate.streams.AccountingApp;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.testkit.stack.Stacks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of docs/foreign-clients.md as they stand there: their events are counted, and they read the block. */
class ForeignClientsIT {
    private static final Path PAGE = Path.of("..", "docs", "foreign-clients.md");
    private static final Path FOREIGN = Path.of(System.getProperty("foreign.folder", "target/foreign"));
    private static final String PREFIX = "interop.";
    private static final int CALLS = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    /** The fifth call raises the block, whenever the others were. */
    private static final String PLAN = """
        plans:
          - id: five
            title: Five calls
            versions:
              - version: 1
                effective_from: 2026-01-01T00:00:00Z
                meters: {requests: {default: 1}}
                limits: [{id: requests-per-month, meter: requests, amount: 5, window: month}]
        """;

    @TempDir
    static Path folder;

    private static Stack stack;
    private static SchemaRegistryClient registry;
    private static final Duration SETTLE_TIME = Duration.ofMillis(200);
    private static AccountingApp accounting;
    private static final TopicLayout LAYOUT = new TopicLayout(PREFIX, 4, (short) 1);

    @BeforeAll
    static void start() throws Exception {
        stack = Stacks.forTests();
        registry = new SchemaRegistryClient(RegistryConfig.ofUrl(stack.registryUrl()));
        Map<String, Object> clients =
                Map.of("bootstrap.servers", stack.bootstrapServers(), "schema.registry.url", stack.registryUrl());
        try (Admin admin = Admin.create(clients)) {
            TopicAdmin topics = new TopicAdmin(admin, LAYOUT);
            topics.apply();
            topics.registerSchemas(registry);
        }
        PlanApplier plans = new PlanApplier(new PlanCatalogClient(clients, LAYOUT), InstantSource.system());
        plans.apply(PlanFile.read(PLAN, "interop"), ApplyMode.FORCED);
        plans.awaitSettled(SETTLE_TIME);
        accounting = new AccountingApp(AccountingConfig.from(Map.of(
                "kafka.bootstrap-servers",
                stack.bootstrapServers(),
                "registry.url",
                stack.registryUrl(),
                "topics.prefix",
                PREFIX,
                "streams.application-id",
                "interop",
                "streams.state-dir",
                folder.resolve("streams").toString(),
                "accounting.plan-settle-time",
                SETTLE_TIME.toMillis() + "ms",
                "accounting.default-plan",
                "five")));
        accounting.start();
    }

    @AfterAll
    static void stop() {
        accounting.close();
    }

    @Test
    void confluentSerializersOfJava() throws Exception {
        Path jar = FOREIGN.resolve("confluent-serializers.jar").toAbsolutePath();
        Path source = write("java", "ConfluentClient", "ConfluentClient.java");

        String printed = run(
                "java-client",
                folder,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                jar.toString(),
                source.toString());

        assertCountedAndBlocked("java-client", printed);
    }

    @Test
    void kafkajsWithItsRegistryClient() throws Exception {
        Path npm = npm("kafkajs-registry", "kafkajs@2.2.4", "@kafkajs/confluent-schema-registry@4.1.0");
        Path source = write("javascript", "@kafkajs/confluent-schema-registry", npm, "client.cjs");

        assertCountedAndBlocked("kafkajs-client", run("kafkajs-client", npm, "node", source.toString()));
    }

    @Test
    void kafkajsWithConfluentsRegistryClient() throws Exception {
        Path npm = npm("confluentinc-registry", "kafkajs@2.2.4", "@confluentinc/schemaregistry@1.10.1");
        Path source = write("javascript", "@confluentinc/schemaregistry", npm, "client.cjs");

        assertCountedAndBlocked("confluentinc-client", run("confluentinc-client", npm, "node", source.toString()));
    }

    @Test
    void confluentKafkaOfPython() throws Exception {
        String python = python();
        Path source = write("python", "murmur2_random", "client.py");

        assertCountedAndBlocked("python-client", run("python-client", folder, python, source.toString()));
    }

    @Test
    void pythonWithLibrdkafkasOwnPartitionerIsRejectedAndNotMiscounted() throws Exception {
        String python = python();
        String program = block("python", "murmur2_random").replace("\"murmur2_random\"", "\"consistent_random\"");
        assertThat(program).contains("consistent_random");
        // Publishes only; what it would wait for does not come.
        String publishes = program.substring(0, program.indexOf("consumer = Consumer({"));
        Path source = Files.writeString(folder.resolve("partitioner.py"), publishes);

        // Some accounts have the same partition by both; over these at least one has not.
        for (int i = 0; i < 8; i++) {
            run("elsewhere-" + i, folder, python, source.toString());
        }

        await("rejected or counted, all of them", () -> {
            long counted =
                    entries(Topic.USAGE_JOURNAL, new AvroDeserializer<>(UsageJournalEntry.class, registry)).stream()
                            .filter(entry -> entry.getAccountId().startsWith("elsewhere-"))
                            .count();
            long rejected = entries(Topic.DEAD_LETTERS, new AvroDeserializer<>(DeadLetter.class, registry)).stream()
                    .filter(letter -> letter.getReason().equals("WRONG_PARTITION"))
                    .count();
            return counted + rejected == 8L * CALLS && rejected > 0;
        });
    }

    @Test
    void confluentKafkaOfGo() throws Exception {
        Map<String, String> places =
                Map.of("GO111MODULE", "off", "GOPATH", System.getProperty("tollgate.gopath", "/usr/share/gocode"));
        String missing = missing(
                places, "go", "list", "github.com/confluentinc/confluent-kafka-go/kafka", "github.com/linkedin/goavro");
        assumeTrue(
                missing == null,
                () -> "no Go with confluent-kafka-go and goavro (" + missing
                        + "); another GOPATH can be named with -Dtollgate.gopath");
        Path source = write("go", "package main", "client.go");

        assertCountedAndBlocked("go-client", run("go-client", folder, places, "go", "run", source.toString()));
    }

    /**
     * An interpreter that has the packages: the one on the path may be another than the one that Debian's packages are
     * for.
     */
    private static String python() throws Exception {
        String named = System.getProperty("tollgate.python");
        List<String> candidates = named == null ? List.of("python3", "/usr/bin/python3") : List.of(named);
        List<String> reasons = new ArrayList<>();
        for (String python : candidates) {
            String missing = missing(Map.of(), python, "-c", "import confluent_kafka, avro, requests");
            if (missing == null) {
                return python;
            }
            reasons.add(python + ": " + missing);
        }
        return abort("no Python with confluent_kafka, avro and requests " + reasons
                + "; another interpreter can be named with -Dtollgate.python");
    }

    /** The last thing that a probe said when it failed, or null if it did not. */
    private static @Nullable String missing(Map<String, String> environment, String... probe) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(probe).redirectErrorStream(true);
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 ? null : said.substring(said.lastIndexOf('\n') + 1);
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Packages of npm in a folder of the build, fetched once. */
    private static Path npm(String name, String... packages) throws Exception {
        Path place = Files.createDirectories(FOREIGN.resolve(name)).toAbsolutePath();
        if (!Files.exists(place.resolve("node_modules"))) {
            Files.writeString(place.resolve("package.json"), "{\"private\": true}");
            List<String> command = new ArrayList<>(
                    List.of("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"));
            command.addAll(List.of(packages));
            Process npm = new ProcessBuilder(command)
                    .directory(place.toFile())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(npm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(npm.waitFor()).as(said).isZero();
        }
        return place;
    }

    private static Path write(String language, String mark, String name) throws IOException {
        return write(language, mark, folder, name);
    }

    private static Path write(String language, String mark, Path place, String name) throws IOException {
        return Files.writeString(place.resolve(name), block(language, mark));
    }

    /** The one program of the page in a language that has a mark in it. */
    private static String block(String language, String mark) throws IOException {
        Matcher matcher = Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(PAGE));
        List<String> found = new ArrayList<>();
        while (matcher.find()) {
            if (matcher.group(1).contains(mark)) {
                found.add(matcher.group(1));
            }
        }
        assertThat(found).as(language + " with " + mark).hasSize(1);
        return found.getFirst();
    }

    private static String run(String account, Path workingFolder, String... command) throws Exception {
        return run(account, workingFolder, Map.of(), command);
    }

    private static String run(String account, Path workingFolder, Map<String, String> environment, String... command)
            throws Exception {
        Path output = folder.resolve(account + ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(workingFolder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        builder.environment()
                .putAll(Map.of(
                        "TOLLGATE_KAFKA",
                        stack.bootstrapServers(),
                        "TOLLGATE_REGISTRY",
                        stack.registryUrl(),
                        "TOLLGATE_PREFIX",
                        PREFIX,
                        "TOLLGATE_ACCOUNT",
                        account,
                        "KAFKAJS_NO_PARTITIONER_WARNING",
                        "1"));
        Process process = builder.start();
        boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        process.destroyForcibly();
        String printed = Files.readString(output);
        assertThat(ended).as(printed).isTrue();
        assertThat(process.exitValue()).as(printed).isZero();
        return printed;
    }

    private static void assertCountedAndBlocked(String account, String printed) {
        assertThat(printed).contains("HARD_LIMIT_REACHED requests-per-month 5 of 5");
        Map<Verdict, Integer> verdicts = new TreeMap<>();
        for (UsageJournalEntry entry :
                entries(Topic.USAGE_JOURNAL, new AvroDeserializer<>(UsageJournalEntry.class, registry))) {
            if (entry.getAccountId().equals(account)) {
                verdicts.merge(entry.getVerdict(), 1, Math::addExact);
            }
        }
        assertThat(verdicts).containsOnly(Map.entry(Verdict.COUNTED, CALLS));
    }

    /** All committed records of a topic. */
    private static <T> List<T> entries(Topic topic, Deserializer<T> values) {
        List<T> found = new ArrayList<>();
        try (KafkaConsumer<String, T> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", stack.bootstrapServers(), "isolation.level", "read_committed"),
                new StringDeserializer(),
                values)) {
            List<TopicPartition> partitions = consumer.partitionsFor(LAYOUT.name(topic)).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(polled -> found.add(polled.value()));
            }
        }
        return found;
    }

    private static void await(String what, java.util.function.BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline >= 0) {
                throw new AssertionError("not within " + PATIENCE.toSeconds() + " s: " + what);
            }
        }
    }
}
