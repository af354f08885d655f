package dev.tollgate.publisher;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.RequestEvent;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Events per second of the publisher beside a bare {@link KafkaProducer} that sends the same bytes to the same broker
 * with the same settings, in turns. Not part of the usual run; see docs/performance/publisher.md for the command.
 */
@EnabledIfSystemProperty(
        named = "tollgate.throughput.events",
        matches = "\\d+",
        disabledReason = "a measurement: set tollgate.throughput.events to the number of events per round")
class PublisherThroughputIT {
    private static final int ACCOUNTS = 10_000;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int ROUNDS = Integer.getInteger("tollgate.throughput.rounds", 5);

    @TempDir
    Path folder;

    @Test
    void givenTheSameBytes_whenSentByBothInTurns_thenTheRatioIsPrinted() throws Exception {
        int events = Integer.getInteger("tollgate.throughput.events");
        AvroTypes.trust();
        try (TestingRegistry registry = new TestingRegistry();
                TestingKafka kafka = TestingKafka.startedIn(folder.resolve("kafka"))) {
            Map<String, Object> properties = kafka.publisherProperties(registry);
            Map<String, Object> outage = kafka.publisherProperties(registry);
            outage.put("publisher.spool-folder", folder.resolve("spool").toString());
            Map<String, Object> always = kafka.publisherProperties(registry);
            always.put("publisher.spool-folder", folder.resolve("always").toString());
            always.put("publisher.spool-use", "always");
            Map<String, Supplier<Cost>> candidates = new LinkedHashMap<>();
            candidates.put("bare KafkaProducer", () -> bare(properties, events));
            candidates.put("publisher", () -> publisher(properties, events));
            candidates.put("publisher, spool-use=outage", () -> publisher(outage, events));
            candidates.put("publisher, spool-use=always", () -> publisher(always, events));
            Map<String, List<Cost>> costs = new LinkedHashMap<>();
            for (int round = 0; round <= ROUNDS; round++) {
                for (var candidate : candidates.entrySet()) {
                    Cost cost = candidate.getValue().get();
                    // The first round warms the JVM up.
                    if (round > 0) {
                        costs.computeIfAbsent(candidate.getKey(), name -> new ArrayList<>())
                                .add(cost);
                    }
                }
            }
            print(events, costs);
        }
    }

    private static void print(int events, Map<String, List<Cost>> costs) {
        double bareRate = median(costs.get("bare KafkaProducer"), Cost::perSecond);
        double bareCpu = median(costs.get("bare KafkaProducer"), Cost::cpuMicros);
        System.out.printf("median (best) of %d rounds of %,d events%n", ROUNDS, events);
        costs.forEach((name, rounds) -> System.out.printf(
                Locale.ROOT,
                "%-28s %,10.0f/s (%,.0f)  %.2f of bare   %.2f us CPU per event, %.2f of bare%n",
                name,
                median(rounds, Cost::perSecond),
                rounds.stream().mapToDouble(Cost::perSecond).max().orElseThrow(),
                median(rounds, Cost::perSecond) / bareRate,
                median(rounds, Cost::cpuMicros),
                median(rounds, Cost::cpuMicros) / bareCpu));
    }

    /** Of the whole process, broker included. */
    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    /** From the first event to the last acknowledgement, without opening the producer. */
    private static Cost bare(Map<String, Object> properties, int events) {
        PublisherConfig config = PublisherConfig.from(properties);
        Map<String, Object> clients = new HashMap<>(config.clientProperties());
        clients.put("max.block.ms", "60000");
        AtomicLong acknowledged = new AtomicLong();
        byte[][] keys = new byte[ACCOUNTS][];
        byte[][] values = new byte[ACCOUNTS][];
        EventEncoder encoder = new EventEncoder();
        for (int account = 0; account < ACCOUNTS; account++) {
            RequestEvent event = event(account);
            keys[account] = event.getAccountId().getBytes(StandardCharsets.UTF_8);
            values[account] = encoder.encode(event, System.currentTimeMillis(), "recall-service");
        }
        try (var producer = new KafkaProducer<>(clients, new ByteArraySerializer(), new ByteArraySerializer())) {
            assertThat(producer.partitionsFor(config.topic())).isNotEmpty();
            long cpuBefore = cpuNanos();
            long start = System.nanoTime();
            for (int i = 0; i < events; i++) {
                var _ = producer.send(
                        new ProducerRecord<>(config.topic(), keys[i % ACCOUNTS], values[i % ACCOUNTS]),
                        (metadata, failure) -> acknowledged.addAndGet(failure == null ? 1 : 0));
            }
            producer.flush();
            Cost cost = new Cost(events, System.nanoTime() - start, cpuNanos() - cpuBefore);
            assertThat(acknowledged.get()).isEqualTo(events);
            return cost;
        }
    }

    private static Cost publisher(Map<String, Object> properties, int events) {
        RequestEvent[] prepared = new RequestEvent[ACCOUNTS];
        Arrays.setAll(prepared, PublisherThroughputIT::event);
        properties.put("publisher.name", "recall-service");
        // The events' dates stay as they are while the clock goes on.
        properties.put("events.max-age", "36500d");
        try (RequestEventPublisher publisher = RequestEventPublisher.start(PublisherConfig.from(properties))) {
            publisher.publish(prepared[0]);
            assertThat(publisher.flush(PATIENCE)).isTrue();
            long cpuBefore = cpuNanos();
            long start = System.nanoTime();
            for (int i = 0; i < events; i++) {
                publisher.publishWaiting(prepared[i % ACCOUNTS], PATIENCE);
            }
            assertThat(publisher.flush(PATIENCE)).isTrue();
            Cost cost = new Cost(events, System.nanoTime() - start, cpuNanos() - cpuBefore);
            assertThat(publisher.counters().acknowledged()).isEqualTo(events + 1L);
            return cost;
        }
    }

    /**
     * Without id, which both paths fill in by the same encoder: the bare producer once per account, the publisher each
     * time.
     */
    private static RequestEvent event(int account) {
        RequestEvent event = UsageCall.of("account-" + account, account % 4 == 0 ? "/v2/mem-it" : "/v2/recall")
                .project("project-" + account % 7)
                .apiKey("key-" + account % 13)
                .outcome(Outcome.SUCCESS)
                .units(account % 50)
                .took(Duration.ofMillis(account % 900))
                .event();
        event.setOccurredAt(Instant.ofEpochMilli(1_795_000_000_000L + account));
        return event;
    }

    private static double median(@Nullable List<Cost> rounds, ToDoubleFunction<Cost> value) {
        double[] sorted = Objects.requireNonNull(rounds).stream()
                .mapToDouble(value)
                .sorted()
                .toArray();
        return sorted[sorted.length / 2];
    }

    private record Cost(int events, long nanos, long cpuNanos) {
        double perSecond() {
            return events * 1e9 / nanos;
        }

        double cpuMicros() {
            return cpuNanos / 1e3 / events;
        }
    }
}
