package dev.tollgate.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.registry.RegistryRejection;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.topology.TestingEvents;
import dev.tollgate.testkit.stack.Stacks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
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

    /** Append of the crossing event to block readable, at 1,000 events a second. */
    @Test
    void measureBlockLatency() {
        int accounts = 1_000;
        int perSecond = 1_000;
        int seconds = Integer.getInteger("tollgate.measure.seconds", 60);
        cluster.putOnPlan(accounts, 10);
        Map<String, Long> appended = new ConcurrentHashMap<>();

        try (AccountingApp app = new AccountingApp(config());
                Reader uncommitted = new Reader("read_uncommitted");
                Reader committed = new Reader("read_committed")) {
            app.start();
            TestingCluster.await("commands", () -> app.metrics().read("commands") == accounts);
            long start = System.nanoTime();
            for (int i = 0; i < perSecond * seconds; i++) {
                long due = start + i * (1_000_000_000L / perSecond);
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                RequestEvent event =
                        TestingEvents.request(TestingCluster.account(i % accounts), "e" + i, Instant.now());
                // Delivery shows in the callback.
                var _ = cluster.producer.send(
                        new ProducerRecord<>(
                                cluster.layout.name(Topic.REQUEST_EVENTS),
                                event.getAccountId().getBytes(StandardCharsets.UTF_8),
                                cluster.bytes(Topic.REQUEST_EVENTS, event)),
                        (metadata, fault) -> {
                            if (fault == null) {
                                appended.put(metadata.partition() + "@" + metadata.offset(), metadata.timestamp());
                            }
                        });
            }
            cluster.producer.flush();
            TestingCluster.await(
                    "the whole journal", () -> app.metrics().read("journal.counted") >= (long) perSecond * seconds);
            TestingCluster.pause(Duration.ofSeconds(2));

            uncommitted.report("read_uncommitted", appended);
            committed.report("read_committed", appended);
            assertThat(appended).hasSize(perSecond * seconds);
        }
    }

    /** Events a second from a backlog. */
    @Test
    void measureSaturation() {
        int accounts = Integer.getInteger("tollgate.measure.accounts", 10_000);
        int events = Integer.getInteger("tollgate.measure.events", 300_000);
        cluster.putOnPlan(accounts, 1_000_000);
        Instant base = Instant.now().minus(Duration.ofHours(1));
        for (int i = 0; i < events; i++) {
            cluster.publish(
                    TestingEvents.request(TestingCluster.account(i % accounts), "e" + i, base.plusMillis(i / 100)));
        }
        cluster.producer.flush();

        try (AccountingApp app = new AccountingApp(config())) {
            app.start();
            TestingCluster.await("the commands", () -> app.metrics().read("commands") == accounts);
            long before = app.metrics().read("journal.counted");
            long start = System.nanoTime();
            TestingCluster.await("the backlog", () -> app.metrics().read("journal.counted") >= events);
            double elapsedSeconds = (System.nanoTime() - start) / 1e9;
            System.out.printf(
                    "saturation: events=%d accounts=%d seconds=%.1f eventsPerSecond=%.0f counters=%s%n",
                    events,
                    accounts,
                    elapsedSeconds,
                    (events - before) / elapsedSeconds,
                    app.metrics().read());
        }
    }

    private AccountingConfig config() {
        Map<String, String> settings = cluster.settings(folder);
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("measure."))
                .forEach(name -> settings.put(name.substring("measure.".length()), System.getProperty(name)));
        return AccountingConfig.from(settings);
    }

    /** Notes when limit events arrive. */
    private final class Reader implements AutoCloseable {
        private record Arrival(String crossing, long atMillis) {}

        private final List<Arrival> arrivals = Collections.synchronizedList(new ArrayList<>());
        private final Thread thread;
        private volatile boolean closed;

        Reader(String isolation) {
            thread = new Thread(() -> read(isolation), isolation);
            thread.start();
        }

        private void read(String isolation) {
            try (KafkaConsumer<String, LimitEvent> consumer = cluster.consumer(LimitEvent.class, isolation)) {
                consumer.assign(cluster.partitions(Topic.LIMIT_EVENTS));
                consumer.seekToBeginning(consumer.assignment());
                while (!closed) {
                    for (ConsumerRecord<String, LimitEvent> record : consumer.poll(Duration.ofMillis(50))) {
                        LimitEvent event = record.value();
                        if (event.getKind() == LimitEventKind.HARD_LIMIT_REACHED) {
                            arrivals.add(new Arrival(
                                    event.getCrossingPartition() + "@" + event.getCrossingOffset(),
                                    System.currentTimeMillis()));
                        }
                    }
                }
            }
        }

        void report(String name, Map<String, Long> appended) {
            List<Long> millis = arrivals.stream()
                    .filter(arrival -> appended.containsKey(arrival.crossing()))
                    .map(arrival -> arrival.atMillis() - appended.getOrDefault(arrival.crossing(), 0L))
                    .sorted()
                    .toList();
            System.out.printf(
                    "block latency %s: blocks=%d p50=%d p90=%d p99=%d max=%d ms%n",
                    name, millis.size(), at(millis, 50), at(millis, 90), at(millis, 99), at(millis, 100));
        }

        private long at(List<Long> sorted, int percent) {
            return sorted.isEmpty() ? -1 : sorted.get(Math.max(0, (sorted.size() * percent + 99) / 100 - 1));
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
