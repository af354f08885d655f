package dev.tollgate.cli;

import dev.tollgate.cli.config.KafkaAccess;
import dev.tollgate.embedded.Stack;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.config.SettingsReader;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicAdmin;
import dev.tollgate.streams.AccountingApp;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.testkit.stack.Stacks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** Topics of their own on the shared stack, the accounting role on them, and the launcher as a process beside it. */
final class TestingCluster implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path folder;
    private final Map<String, String> configuration = new LinkedHashMap<>();
    private final KafkaAccess kafka;
    private final AccountingApp accounting;
    private final Consumer<String, UsageJournalEntry> journal;
    private final List<UsageJournalEntry> entries = new ArrayList<>();
    private final List<Process> children = new ArrayList<>();

    TestingCluster(Path folder) throws Exception {
        this.folder = folder;
        Stack stack = Stacks.forTests();
        String name = "cli-" + UUID.randomUUID().toString().substring(0, 8);
        configuration.put("kafka.bootstrap-servers", stack.bootstrapServers());
        configuration.put("registry.url", stack.registryUrl());
        configuration.put("topics.prefix", name + ".");
        configuration.put("topics.partitions", "2");
        configuration.put("streams.application-id", name);
        configuration.put("streams.state-dir", folder.resolve("streams").toString());
        configuration.put("accounting.plan-settle-time", "200ms");
        SettingsReader settings = new SettingsReader(configuration, KafkaAccess.SETTINGS);
        kafka = KafkaAccess.from(settings);
        settings.throwIfProblems();
        try (Admin admin = kafka.admin()) {
            TopicAdmin topics = new TopicAdmin(admin, kafka.layout());
            topics.apply();
            topics.registerSchemas(kafka.registryClient());
        }
        accounting = new AccountingApp(AccountingConfig.from(configuration));
        accounting.start();
        journal = kafka.consumer(UsageJournalEntry.class, kafka.registryClient(), true);
        List<TopicPartition> partitions = journal.partitionsFor(kafka.layout().name(Topic.USAGE_JOURNAL)).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        journal.assign(partitions);
        journal.seekToBeginning(partitions);
    }

    /** Adds the stack's ClickHouse, with a database of this cluster's own, to the configuration; returns all of it. */
    Map<String, String> withClickHouse() {
        configuration.put("clickhouse.url", Stacks.forTests().clickHouseUrl());
        configuration.put(
                "clickhouse.database", "cli_" + kafka.layout().prefix().replaceAll("[^a-z0-9]", ""));
        return Map.copyOf(configuration);
    }

    /** The configuration as a file of the launcher. */
    Path configFile() throws IOException {
        StringBuilder text = new StringBuilder();
        configuration.forEach(
                (key, value) -> text.append(key).append('=').append(value).append('\n'));
        return Files.writeString(folder.resolve("tollgate.properties"), text);
    }

    /** All verdicts that are committed by now. */
    List<UsageJournalEntry> journal() {
        journal.poll(Duration.ofMillis(100)).forEach(record -> entries.add(record.value()));
        return entries;
    }

    /** Number of committed verdicts of one account. */
    long verdicts(String account, dev.tollgate.schemas.avro.Verdict verdict) {
        return journal().stream()
                .filter(entry -> entry.getAccountId().equals(account) && entry.getVerdict() == verdict)
                .count();
    }

    KafkaAccess kafka() {
        return kafka;
    }

    /** The launcher in a JVM of its own, standard output and error in files named after it. */
    Process launch(String name, String... args) throws IOException {
        return launch(name, Main.class, args);
    }

    /** A program in a JVM of its own, on the class path of this one. */
    Process launch(String name, Class<?> program, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .redirectOutput(folder.resolve(name + ".out").toFile())
                .redirectError(folder.resolve(name + ".err").toFile())
                .start();
        children.add(process);
        return process;
    }

    /** What a launched process has printed so far: {@code NAME.out} or {@code NAME.err}. */
    String printed(String file) {
        try {
            return Files.readString(folder.resolve(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline >= 0) {
                throw new AssertionError("not within " + PATIENCE.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() {
        children.forEach(Process::destroyForcibly);
        journal.close();
        accounting.close();
    }
}
