package dev.tollgate.benchmarks.pipeline;

import dev.tollgate.benchmarks.Pauses;
import dev.tollgate.publisher.PublisherConfig;
import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.publisher.UsageCall;
import dev.tollgate.schemas.avro.WindowUnit;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * From {@code publish} of the event that reaches a limit until a gate in another process denies the account, at a
 * steady rate of events. Accounts reach their limit one after the other, each by a hundred events in the midst of the
 * others' traffic.
 */
@Command(
        name = "block-latency",
        mixinStandardHelpOptions = true,
        description = "Measures the time from publishing the event that reaches a limit until a gate in another process"
                + " denies.")
final class BlockLatency implements Callable<Integer> {
    private static final int LIMIT = 100;
    private static final String CROSSING = "crossing-";
    private static final String OTHERS = "others-";

    @Option(
            names = "--rate",
            defaultValue = "1000",
            description = "Events a second, all accounts. Default: ${DEFAULT-VALUE}.")
    private int rate;

    @Option(
            names = "--share",
            defaultValue = "200",
            description = "Events a second of these that are on the way to a limit. Default: ${DEFAULT-VALUE}.")
    private int share;

    @Option(names = "--seconds", defaultValue = "60", description = "How long. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--warm-up", defaultValue = "20", description = "Seconds before that. Default: ${DEFAULT-VALUE}.")
    private int warmUpSeconds;

    @Option(names = "--accounts", defaultValue = "2000", description = "Other accounts. Default: ${DEFAULT-VALUE}.")
    private int accounts;

    @Option(names = "--topology", paramLabel = "KEY=VALUE", description = "Setting of the topology; repeatable.")
    private Map<String, String> topology = new HashMap<>();

    public static void main(String[] args) {
        System.exit(new CommandLine(new BlockLatency()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        int crossings = share * (seconds + warmUpSeconds) / LIMIT;
        Map<String, Long> crossedAt = new ConcurrentHashMap<>();
        Map<String, Long> deniedAt = new ConcurrentHashMap<>();
        try (Pipeline pipeline = new Pipeline(LIMIT, WindowUnit.DAY, topology)) {
            pipeline.assign(names(CROSSING, crossings));
            // The others are on no plan: they are counted and never stopped.
            try (ChildJvm gate = gate(pipeline, crossings);
                    RequestEventPublisher publisher = publisher(pipeline)) {
                gate.awaitReady(line -> note(line, deniedAt));
                int events = rate * (seconds + warmUpSeconds);
                offer(publisher, events, crossedAt);
                double sustained = sustained(pipeline, events);
                awaitDenials(deniedAt, crossings);
                report(crossedAt, deniedAt, sustained);
            }
        }
        return 0;
    }

    private void offer(RequestEventPublisher publisher, int events, Map<String, Long> crossedAt) {
        long start = System.nanoTime();
        long gap = 1_000_000_000L / rate;
        int crossing = 0;
        int inCrossing = 0;
        for (int i = 0; i < events; i++) {
            Pauses.untilNanos(start + i * gap);
            if ((long) i * share / rate != (long) (i + 1) * share / rate) {
                String account = CROSSING + crossing;
                inCrossing++;
                if (inCrossing == LIMIT) {
                    crossedAt.put(account, Pauses.nowMicros());
                    crossing++;
                    inCrossing = 0;
                }
                publish(publisher, account);
            } else {
                publish(publisher, OTHERS + i % accounts);
            }
        }
    }

    private static void publish(RequestEventPublisher publisher, String account) {
        if (!publisher.publish(UsageCall.of(account, Pipeline.ENDPOINT))) {
            throw new IllegalStateException("the publisher dropped an event: " + publisher.counters());
        }
    }

    /** Events a second that the topology kept up with: 1 of the rate if it was done when publishing was. */
    private double sustained(Pipeline pipeline, int events) {
        long behind = events - pipeline.counted();
        long start = System.nanoTime();
        pipeline.awaitCounted(events);
        double extraSeconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("behind when the last event was published: %d events, %.2f s%n", behind, extraSeconds);
        return events / (seconds + warmUpSeconds + extraSeconds);
    }

    private static void awaitDenials(Map<String, Long> deniedAt, int crossings) {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (deniedAt.size() < crossings && System.nanoTime() < deadline) {
            Pauses.millis(10);
        }
    }

    private void report(Map<String, Long> crossedAt, Map<String, Long> deniedAt, double sustained) {
        Histogram micros = new Histogram(3);
        int skipped = share * warmUpSeconds / LIMIT;
        List<String> never = new ArrayList<>();
        crossedAt.forEach((account, crossed) -> {
            Long denied = deniedAt.get(account);
            if (denied == null) {
                never.add(account);
            } else if (Integer.parseInt(account.substring(CROSSING.length())) >= skipped) {
                micros.recordValue(Math.max(0, denied - crossed));
            }
        });
        System.out.printf(
                "block latency at %d events/s (%.0f counted/s), exactly once, gate in another process:%n"
                        + "crossings %d, p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, max %.1f ms; never denied %d;"
                        + " load average %.1f%n",
                rate,
                sustained,
                micros.getTotalCount(),
                micros.getValueAtPercentile(50) / 1e3,
                micros.getValueAtPercentile(90) / 1e3,
                micros.getValueAtPercentile(99) / 1e3,
                micros.getMaxValue() / 1e3,
                never.size(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private static void note(String line, Map<String, Long> deniedAt) {
        String[] words = line.split(" ");
        if (words.length == 3 && words[0].equals("DENIED")) {
            deniedAt.put(words[1], Long.parseLong(words[2]));
        }
    }

    private static ChildJvm gate(Pipeline pipeline, int crossings) throws IOException {
        Map<String, String> properties = pipeline.clientProperties();
        return new ChildJvm(
                WatchingGate.class,
                List.of(
                        properties.getOrDefault("bootstrap.servers", ""),
                        properties.getOrDefault("schema.registry.url", ""),
                        CROSSING,
                        Integer.toString(crossings)));
    }

    private static RequestEventPublisher publisher(Pipeline pipeline) {
        Map<String, Object> properties = new HashMap<>(pipeline.clientProperties());
        properties.put("linger.ms", 1);
        return RequestEventPublisher.start(PublisherConfig.from(properties));
    }

    private static List<String> names(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    }
}
