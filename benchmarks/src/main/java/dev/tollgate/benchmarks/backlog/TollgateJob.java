package dev.tollgate.benchmarks.backlog;

import dev.tollgate.benchmarks.StepLog;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.AccountingApp;
import dev.tollgate.streams.config.AccountingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Tollgate's accounting as it is delivered: duplicates told, every event journalled, totals, snapshots, alerts and
 * blocks, exactly once. It writes where it reads, so each run has topics of its own with the same events in them.
 */
final class TollgateJob implements Job {

    private final BacklogStack stack;
    private final Traffic traffic;
    private final List<WindowedSum> sums;
    private final Totals expected;
    private final int threads;
    private final Map<String, String> overrides;
    private Footprint footprint = new Footprint(0, 0);

    /**
     * What the role held when all events were counted.
     *
     * @param heapBytes more on the heap than before it was made; the broker's share of that is in it
     * @param diskBytes of its state folder
     */
    record Footprint(long heapBytes, long diskBytes) {}

    /**
     * @param threads stream threads
     * @param overrides settings of the role that differ from its presets
     */
    TollgateJob(
            BacklogStack stack,
            Traffic traffic,
            List<WindowedSum> sums,
            Totals expected,
            int threads,
            Map<String, String> overrides) {
        this.stack = stack;
        this.traffic = traffic;
        this.sums = sums;
        this.expected = expected;
        this.threads = threads;
        this.overrides = overrides;
    }

    @Override
    public String name() {
        return "Tollgate, " + (threads == 1 ? "one thread" : threads + " threads");
    }

    @Override
    public Result run(int run, StepLog steps) throws Exception {
        String prefix = "tollgate-" + run + ".";
        EventLog log = EventLog.publish(stack, prefix, traffic, sums);
        long heapBefore = heapBytes();
        try (AccountingApp app = new AccountingApp(AccountingConfig.from(settings(prefix)))) {
            app.start();
            long before = app.metrics().journal.count(Verdict.COUNTED);
            Map<String, Double> sentBefore = sent(app, prefix);
            Throughput throughput =
                    Throughput.watch(() -> app.metrics().journal.count(Verdict.COUNTED), traffic.events(), steps);
            TotalsReader.Reading reading = TotalsReader.await(
                    stack,
                    log.layout().name(Topic.USAGE_TOTALS),
                    new AvroDeserializer<>(UsageTotal.class, stack.registry()),
                    TollgateJob::put,
                    expected);
            footprint = new Footprint(
                    heapBytes() - heapBefore, diskBytes(stack.folder().resolve(prefix + "streams")));
            // Counted is not sent yet: what is committed is.
            Map<String, Double> records = sent(app, prefix);
            records.replaceAll(
                    (topic, sent) -> (sent - sentBefore.getOrDefault(topic, 0.0)) / (traffic.events() - before));
            return new Result(throughput, records, reading.difference());
        }
    }

    /** Of the last run. */
    Footprint footprint() {
        return footprint;
    }

    /** What is on the heap once nothing is there that nobody needs. */
    private static long heapBytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static long diskBytes(Path folder) throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                try {
                    bytes += Files.size(file);
                } catch (NoSuchFileException e) {
                    // RocksDB has merged it into another.
                }
            }
        }
        return bytes;
    }

    private static Map<String, Double> sent(AccountingApp app, String prefix) {
        return SentRecords.of(app.kafkaMetrics(), prefix, "accounting-");
    }

    private static void put(Totals totals, String key, UsageTotal total) {
        totals.put(
                Totals.key(
                        total.getLimitId(),
                        total.getAccountId(),
                        total.getWindowStart().toEpochMilli()),
                total.getUsed());
    }

    private Map<String, String> settings(String prefix) throws IOException {
        Path state = Files.createDirectories(stack.folder().resolve(prefix + "streams"));
        Map<String, String> settings = new HashMap<>();
        settings.put("kafka.bootstrap-servers", stack.bootstrapServers());
        settings.put("registry.url", stack.registryUrl());
        settings.put("topics.prefix", prefix);
        settings.put("topics.partitions", Integer.toString(EventLog.PARTITIONS));
        settings.put("topics.replication", "1");
        settings.put("streams.application-id", prefix + "accounting");
        settings.put("streams.state-dir", state.toString());
        settings.put("streams.threads", Integer.toString(threads));
        settings.put("accounting.plan-settle-time", EventLog.SETTLE_TIME.toMillis() + "ms");
        settings.put("accounting.default-plan", EventLog.PLAN);
        settings.putAll(overrides);
        return settings;
    }
}
