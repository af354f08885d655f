package dev.tollgate.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.output.Verdict;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.registry.RegistryRejection;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.task.TestingEvents;
import dev.tollgate.testkit.stack.Stacks;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures; part of no build. Broker, registry, publisher, topology and readers share the machine. Command and numbers:
 * docs/performance/topology.md.
 */
@EnabledIfSystemProperty(named = "tollgate.measure", matches = "true")
class TopologyMeasurementIT {
    @TempDir
    Path folder;

    private TestingCluster cluster;

    @BeforeEach
    void start() throws RegistryRejection {
        cluster = new TestingCluster(Stacks.forTests());
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /**
     * The crossing event handed to the publisher's producer to block readable, at a rate that leaves the machine idle.
     */
    @Test
    void measureBlockLatencyAt1000() {
        measureBlockLatency(1_000, 1_000);
    }

    /** The same at a rate that keeps it busy. */
    @Test
    void measureBlockLatencyAt20000() {
        measureBlockLatency(20_000, Integer.getInteger("tollgate.measure.accounts", 4_000));
    }

    /** Accounts take events at random, and each reaches its limit some ten seconds into every minute. */
    private void measureBlockLatency(int perSecond, int accounts) {
        int events = perSecond * Integer.getInteger("tollgate.measure.seconds", 60);
        cluster.putOnPlan(accounts, 10L * perSecond / accounts);
        long[] published = new long[events];
        Random random = new Random(1);

        try (AccountingApp app = new AccountingApp(config());
                Reader uncommitted = new Reader("read_uncommitted");
                Reader committed = new Reader("read_committed")) {
            app.start();
            TestingCluster.await("commands", () -> app.metrics().commands.count() == accounts);
            ProcessorUse use = new ProcessorUse();
            long start = System.nanoTime();
            for (int i = 0; i < events; i++) {
                long due = start + i * 1_000_000_000L / perSecond;
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                Instant now = Instant.now();
                published[i] = now.toEpochMilli();
                cluster.publish(
                        TestingEvents.request(TestingCluster.account(random.nextInt(accounts)), id(now, i), now));
            }
            double rate = events / ((System.nanoTime() - start) / 1e9);
            cluster.producer.flush();
            TestingCluster.await(
                    "the whole journal", () -> app.metrics().journal.count(Verdict.COUNTED) >= events);
            String processorUse = use.perEvent(events);
            TestingCluster.await(
                    "both readers to have the same blocks", () -> uncommitted.blocks() == committed.blocks());

            System.out.printf(
                    Locale.ROOT,
                    "block latency: offered=%d publishedPerSecond=%.0f accounts=%d events=%d %s%n",
                    perSecond,
                    rate,
                    accounts,
                    events,
                    processorUse);
            uncommitted.report(published);
            committed.report(published);
            System.out.println("  " + app.metrics());
            assertThat(uncommitted.blocks()).isPositive();
        }
    }

    /** Events a second from a backlog. */
    @Test
    void measureSaturation() {
        int accounts = Integer.getInteger("tollgate.measure.accounts", 10_000);
        int events = Integer.getInteger("tollgate.measure.events", 600_000);
        cluster.putOnPlan(accounts, 1_000_000);
        Instant base = Instant.now().minus(Duration.ofHours(1));
        for (int i = 0; i < events; i++) {
            Instant at = base.plusMillis(i / 100);
            cluster.publish(TestingEvents.request(TestingCluster.account(i % accounts), id(at, i), at));
        }
        cluster.producer.flush();

        try (AccountingApp app = new AccountingApp(config())) {
            app.start();
            TestingCluster.await("the commands", () -> app.metrics().commands.count() == accounts);
            long before = app.metrics().journal.count(Verdict.COUNTED);
            ProcessorUse use = new ProcessorUse();
            long start = System.nanoTime();
            TestingCluster.await("the backlog", () -> app.metrics().journal.count(Verdict.COUNTED) >= events);
            double elapsedSeconds = (System.nanoTime() - start) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "saturation: events=%d accounts=%d seconds=%.1f eventsPerSecond=%.0f %s%n  %s%n",
                    events,
                    accounts,
                    elapsedSeconds,
                    (events - before) / elapsedSeconds,
                    use.perEvent(events - before),
                    app.metrics());
        }
    }

    /** Ids in order of time, as our publisher makes them; the last digits are the number of the event. */
    private static String id(Instant at, int number) {
        return "%08x-%04x-7000-8000-%012x".formatted(at.toEpochMilli() >>> 16, at.toEpochMilli() & 0xffff, number);
    }

    private static int numberOf(String id) {
        return Integer.parseInt(id.substring(id.lastIndexOf('-') + 1), 16);
    }

    private AccountingConfig config() {
        Map<String, String> settings = cluster.settings(folder);
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("measure."))
                .forEach(name -> settings.put(name.substring("measure.".length()), System.getProperty(name)));
        return AccountingConfig.from(settings);
    }

    /** What this process, and groups of its threads, have used of the processors since the object was made. */
    private static final class ProcessorUse {
        private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        private final com.sun.management.OperatingSystemMXBean system =
                ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
        private final long processNanos = system.getProcessCpuTime();
        private final Map<String, Long> groupNanos = byGroup();

        String perEvent(long events) {
            Map<String, Long> now = byGroup();
            StringBuilder text = new StringBuilder("loadAverage=%.1f cpuMicrosPerEvent: process=%.1f"
                    .formatted(
                            system.getSystemLoadAverage(), (system.getProcessCpuTime() - processNanos) / 1e3 / events));
            now.forEach((group, nanos) -> text.append(
                    " %s=%.1f".formatted(group, (nanos - groupNanos.getOrDefault(group, 0L)) / 1e3 / events)));
            return text.toString();
        }

        private Map<String, Long> byGroup() {
            Map<String, Long> nanos = new TreeMap<>();
            for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
                if (thread != null) {
                    nanos.merge(
                            group(thread.getThreadName()),
                            Math.max(0, threads.getThreadCpuTime(thread.getThreadId())),
                            Long::sum);
                }
            }
            return nanos;
        }

        private static String group(String thread) {
            if (thread.contains("StreamThread")) {
                return thread.contains("producer") ? "streamProducers" : "streamThreads";
            }
            return thread.startsWith("data-plane") || thread.contains("Txn") || thread.startsWith("group-coordinator")
                    ? "broker"
                    : "others";
        }
    }

    /** Notes when limit events arrive. */
    private final class Reader implements AutoCloseable {
        private record Arrival(String crossingEventId, long atMillis) {}

        private final String isolation;
        private final List<Arrival> arrivals = Collections.synchronizedList(new ArrayList<>());
        private final Thread thread;
        private volatile boolean closed;

        Reader(String isolation) {
            this.isolation = isolation;
            thread = new Thread(this::read, isolation);
            thread.start();
        }

        private void read() {
            try (KafkaConsumer<String, LimitEvent> consumer = cluster.consumer(LimitEvent.class, isolation)) {
                consumer.assign(cluster.partitions(Topic.LIMIT_EVENTS));
                consumer.seekToBeginning(consumer.assignment());
                while (!closed) {
                    for (ConsumerRecord<String, LimitEvent> record : consumer.poll(Duration.ofMillis(50))) {
                        LimitEvent event = record.value();
                        if (event.getKind() == LimitEventKind.HARD_LIMIT_REACHED) {
                            arrivals.add(new Arrival(event.getCrossingEventId(), System.currentTimeMillis()));
                        }
                    }
                }
            }
        }

        int blocks() {
            return arrivals.size();
        }

        void report(long[] published) {
            List<Long> millis = arrivals.stream()
                    .map(arrival -> arrival.atMillis() - published[numberOf(arrival.crossingEventId())])
                    .sorted()
                    .toList();
            System.out.printf(
                    "  %s: blocks=%d p50=%d p90=%d p99=%d p99.9=%d max=%d ms%n",
                    isolation,
                    millis.size(),
                    at(millis, 500),
                    at(millis, 900),
                    at(millis, 990),
                    at(millis, 999),
                    at(millis, 1_000));
        }

        private long at(List<Long> sorted, int perMille) {
            return sorted.isEmpty() ? -1 : sorted.get(Math.max(0, (sorted.size() * perMille + 999) / 1_000 - 1));
        }

        @Override
        public void close() {
            closed = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
