package dev.tollgate.publisher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.publisher.TestingKafka.Arrived;
import dev.tollgate.publisher.spool.SpoolLockedException;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.event.DeliveryListener;
import dev.tollgate.schemas.topic.AccountPartitioner;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka goes, comes back, and processes die in between. */
class PublisherOutageIT {
    private static final Duration PATIENCE = PublishingProcess.patience();
    private static final int THREADS = 3;

    /** How long Kafka is away at least before the process is killed; docs/performance/publisher.md has the command. */
    private static final Duration OUTAGE = Duration.ofSeconds(Integer.getInteger("tollgate.outage.seconds", 0));

    @TempDir
    Path folder;

    private TestingKafka kafka;
    private TestingRegistry registry;

    @BeforeEach
    void startStack() throws Exception {
        registry = new TestingRegistry();
        kafka = TestingKafka.startedIn(folder.resolve("kafka"));
    }

    @AfterEach
    void stopStack() {
        kafka.close();
        registry.close();
    }

    @Test
    void givenTraffic_whenKafkaGoesAndComesBackTwice_thenEveryEventArrivesOnceAndInOrder() throws Exception {
        outageInTraffic(Map.of("publisher.spool-folder", spoolFolder(), "publisher.spool-after", "100ms"), true);
    }

    @Test
    void givenEverythingGoesThroughTheSpool_whenKafkaGoesAndComesBackTwice_thenEveryEventArrivesOnceAndInOrder()
            throws Exception {
        outageInTraffic(
                Map.of(
                        "publisher.spool-folder",
                        spoolFolder(),
                        "publisher.spool-use",
                        "always",
                        "publisher.spool-sync",
                        "every-second"),
                true);
    }

    @Test
    void givenNoSpool_whenKafkaGoesAndComesBackTwice_thenMemoryHoldsTheEvents() throws Exception {
        outageInTraffic(Map.of(), false);
    }

    private void outageInTraffic(Map<String, String> settings, boolean spooling) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        List<Integer> published = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (RequestEventPublisher publisher = start(settings)) {
            List<Future<Integer>> running = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                String account = "traffic-" + thread;
                running.add(threads.submit(() -> publishUntil(stop, publisher, account)));
            }
            PublisherCounters counters = publisher.counters();
            for (int outage = 0; outage < 2; outage++) {
                long acknowledged = counters.acknowledged();
                await(() -> counters.acknowledged() > acknowledged + 2_000);
                kafka.stop();
                if (spooling) {
                    long spooled = counters.spooled();
                    await(() -> counters.spooled() > spooled + 2_000);
                } else {
                    await(() -> publisher.pendingEvents() > 2_000);
                }
                kafka.start();
            }
            long acknowledged = counters.acknowledged();
            await(() -> counters.acknowledged() > acknowledged + 2_000);
            stop.set(true);
            for (Future<Integer> each : running) {
                published.add(each.get());
            }
            assertThat(publisher.flush(PATIENCE)).isTrue();
            assertThat(counters.acknowledged()).isEqualTo(counters.published());
            assertThat(publisher.pendingEvents()).isZero();
            assertThat(publisher.eventsInMemoryOnly()).isZero();
            assertThat(counters.dropped()).isZero();
        } finally {
            threads.shutdownNow();
        }

        Map<String, List<Integer>> arrived = idsByAccount();
        for (int thread = 0; thread < THREADS; thread++) {
            assertThat(arrived.get("traffic-" + thread))
                    .as("events of thread %d", thread)
                    .isEqualTo(numbers(published.get(thread)));
        }
        assertThat(segments()).isEmpty();
    }

    private static int publishUntil(AtomicBoolean stop, RequestEventPublisher publisher, String account) {
        int number = 0;
        while (!stop.get()) {
            RequestEvent event = UsageCall.of(account, "/e")
                    .eventId(Integer.toString(number))
                    .event();
            assertThat(publisher.publishWaiting(event, PATIENCE)).isTrue();
            number++;
            // About 5,000 events a second and thread, so that memory lasts for the length of an outage.
            LockSupport.parkNanos(100_000);
        }
        return number;
    }

    @Test
    void givenKafkaIsAwayFromStartToClose_whenTheNextPublisherFindsIt_thenTheEventsOfBothArriveInOrder()
            throws Exception {
        kafka.stop();
        try (RequestEventPublisher first = start(Map.of("publisher.spool-folder", spoolFolder()))) {
            for (int i = 0; i < 1_000; i++) {
                assertThat(first.publish(UsageCall.of("patient", "/e").eventId(Integer.toString(i))))
                        .isTrue();
            }
            await(() -> first.counters().spooled() == 1_000);
            // An hour would be too long for a service that ends: in an outage, the spool is enough.
            first.close(Duration.ofHours(1));
            assertThat(first.counters().spooled()).isEqualTo(1_000);
            assertThat(first.counters().dropped()).isZero();
            assertThat(first.pendingEvents()).isEqualTo(1_000);
        }
        kafka.start();
        try (RequestEventPublisher second = start(Map.of("publisher.spool-folder", spoolFolder()))) {
            second.publish(UsageCall.of("patient", "/e").eventId("1000"));

            assertThat(second.flush(PATIENCE)).isTrue();
            assertThat(second.counters().recovered()).isEqualTo(1_000);
            assertThat(second.counters().acknowledged()).isEqualTo(1_001);
        }
        assertThat(idsByAccount().get("patient")).isEqualTo(numbers(1_001));
        assertThat(segments()).isEmpty();
    }

    @Test
    void givenAnOutage_whenTheProcessIsKilledInIt_thenAllThatWasSafeArrivesInOrder() throws Exception {
        Map<String, Object> properties = childProperties("outage-");
        Process child = PublishingProcess.start(properties);
        try (BufferedReader output = output(child)) {
            long before = safe(output, 1_000);
            kafka.stop();
            long end = System.nanoTime() + OUTAGE.toNanos();
            long safe = safe(output, before + 3_000);
            while (System.nanoTime() - end < 0) {
                safe = safe(output, safe + 1);
            }
            child.destroyForcibly().waitFor();

            kafka.start();
            long start = System.nanoTime();
            deliverWhatIsLeft();
            System.out.printf(
                    "outage of at least %d s: %d events were safe when the process was killed; the rest was sent in"
                            + " %.1f s%n",
                    OUTAGE.toSeconds(), safe, (System.nanoTime() - start) / 1e9);

            assertFirstArrivals("outage-", safe);
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void givenEverythingGoesThroughTheSpool_whenTheProcessIsKilledInTraffic_thenAllThatWasSafeArrivesInOrder()
            throws Exception {
        Map<String, Object> properties = childProperties("always-");
        properties.put("publisher.spool-use", "always");
        Process child = PublishingProcess.start(properties);
        try (BufferedReader output = output(child)) {
            long safe = safe(output, 5_000);
            child.destroyForcibly().waitFor();

            deliverWhatIsLeft();

            assertFirstArrivals("always-", safe);
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void givenAFolderInUseByAnotherProcess_whenAPublisherStarts_thenItIsRejectedAndNamesTheOther() throws Exception {
        Process child = PublishingProcess.start(childProperties("locked-"));
        try (BufferedReader output = output(child)) {
            safe(output, 100);

            assertThatThrownBy(() -> start(Map.of("publisher.spool-folder", spoolFolder())))
                    .isInstanceOf(SpoolLockedException.class)
                    .hasMessageContaining(spoolFolder())
                    .hasMessageContaining("process " + child.pid());

            child.destroyForcibly().waitFor();
            start(Map.of("publisher.spool-folder", spoolFolder())).close();
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void givenASmallSpool_whenTheOutageOutlastsIt_thenNewEventsAreDroppedAndCountedAndTheOthersArriveInOrder()
            throws Exception {
        kafka.stop();
        int rejected = 0;
        AtomicInteger acknowledged = new AtomicInteger();
        AtomicInteger dropped = new AtomicInteger();
        AtomicInteger unknown = new AtomicInteger();
        DeliveryListener told = new DeliveryListener() {
            @Override
            public void acknowledged(int partition, long offset) {
                acknowledged.incrementAndGet();
            }

            @Override
            public void dropped() {
                dropped.incrementAndGet();
            }

            @Override
            public void unknown() {
                unknown.incrementAndGet();
            }
        };
        List<Integer> accepted = new ArrayList<>();
        try (RequestEventPublisher publisher = start(Map.of(
                "publisher.spool-folder", spoolFolder(),
                "publisher.spool-bytes", "262144",
                "publisher.spool-segment-bytes", "65536",
                "publisher.spool-after", "10ms",
                "publisher.queue-events", "256"))) {
            PublisherCounters counters = publisher.counters();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            for (int i = 0; counters.dropped(DropReason.SPOOL_FULL) < 100; i++) {
                assertThat(System.nanoTime() - deadline).isNegative();
                if (publisher.publish(UsageCall.of("bounded", "/e")
                        .eventId(Integer.toString(i))
                        .onDelivery(told))) {
                    accepted.add(i);
                } else {
                    rejected++;
                    LockSupport.parkNanos(100_000);
                }
            }
            assertThat(publisher.spoolBytes()).isLessThanOrEqualTo(262_144);
            assertThat(counters.dropped()).isEqualTo(rejected);
            assertThat(counters.published()).isEqualTo(accepted.size());
            kafka.start();

            assertThat(publisher.flush(PATIENCE)).isTrue();
            assertThat(counters.acknowledged()).isEqualTo(accepted.size());
            // Where those are that had no place but on disk is not told.
            assertThat(acknowledged.get() + unknown.get()).isEqualTo(accepted.size());
            assertThat(unknown).hasPositiveValue();
            assertThat(dropped).hasValue(rejected);
        }
        assertThat(idsByAccount().get("bounded")).isEqualTo(accepted);
    }

    @Test
    void givenDropOldest_whenTheOutageOutlastsTheSpool_thenTheNewestArriveAndTheOthersAreCounted() throws Exception {
        kafka.stop();
        int published = 20_000;
        long overwritten;
        try (RequestEventPublisher publisher = start(Map.of(
                "publisher.spool-folder", spoolFolder(),
                "publisher.spool-bytes", "262144",
                "publisher.spool-segment-bytes", "65536",
                "publisher.spool-after", "10ms",
                "publisher.in-flight-bytes", "65536",
                "publisher.spool-overflow", "drop-oldest"))) {
            PublisherCounters counters = publisher.counters();
            for (int i = 0; i < published; i++) {
                assertThat(publisher.publishWaiting(
                                UsageCall.of("newest", "/e")
                                        .eventId(Integer.toString(i))
                                        .event(),
                                PATIENCE))
                        .isTrue();
            }
            await(() -> publisher.eventsInMemoryOnly() == 0);
            kafka.start();

            assertThat(publisher.flush(PATIENCE)).isTrue();
            overwritten = counters.dropped(DropReason.SPOOL_OVERWRITTEN);
            assertThat(overwritten).isPositive();
            assertThat(counters.acknowledged()).isEqualTo(published - overwritten);
            assertThat(publisher.pendingEvents()).isZero();
        }
        List<Integer> arrived = idsByAccount().get("newest");
        assertThat(arrived).hasSize((int) (published - overwritten)).isSorted().contains(published - 1);
        assertThat(new HashSet<>(arrived)).hasSameSizeAs(arrived);
    }

    @Test
    void givenABrokerThatRejectsBatchesForGood_whenItTakesThemAgain_thenTheReplacedProducerSendsEverythingInOrder()
            throws Exception {
        try (RequestEventPublisher publisher = start(Map.of())) {
            for (int i = 0; i < 100; i++) {
                publisher.publish(UsageCall.of("rejected", "/e").eventId(Integer.toString(i)));
            }
            assertThat(publisher.flush(PATIENCE)).isTrue();
            // Every record is older than 0 ms when the broker looks at it: a failure that the producer does not retry.
            kafka.alterTopic("message.timestamp.before.max.ms", "0");
            for (int i = 100; i < 5_000; i++) {
                publisher.publish(UsageCall.of("rejected", "/e").eventId(Integer.toString(i)));
            }
            assertThat(publisher.flush(Duration.ofMillis(200))).isFalse();

            kafka.alterTopic("message.timestamp.before.max.ms", Long.toString(Long.MAX_VALUE));

            assertThat(publisher.flush(PATIENCE)).isTrue();
            assertThat(publisher.counters().acknowledged()).isEqualTo(5_000);
            assertThat(publisher.counters().dropped()).isZero();
        }
        assertThat(idsByAccount().get("rejected")).isEqualTo(numbers(5_000));
    }

    @Test
    void givenAnEventTooLargeForTheTopic_whenPublished_thenItAloneIsDroppedAndCounted() throws Exception {
        kafka.alterTopic("max.message.bytes", "1000");
        try (RequestEventPublisher publisher = start(Map.of("compression.type", "none"))) {
            for (int i = 0; i < 50; i++) {
                UsageCall call = UsageCall.of("large", "/e").eventId(Integer.toString(i));
                if (i == 20) {
                    for (int attribute = 0; attribute < 8; attribute++) {
                        call.attribute("name-" + attribute, "x".repeat(256));
                    }
                }
                publisher.publish(call);
            }

            assertThat(publisher.flush(PATIENCE)).isTrue();
            assertThat(publisher.counters().dropped(DropReason.TOO_LARGE_FOR_KAFKA))
                    .isEqualTo(1);
            assertThat(publisher.counters().acknowledged()).isEqualTo(49);
            assertThat(publisher.pendingEvents()).isZero();
        }
        List<Integer> expected = new ArrayList<>(numbers(50));
        expected.remove(Integer.valueOf(20));
        assertThat(idsByAccount().get("large")).isEqualTo(expected);
    }

    @Test
    void givenAnEventThatKafkaRejectsForGood_whenPublished_thenItAloneIsGivenUpAndThoseBehindItArriveInOrder()
            throws Exception {
        String bad = IntStream.range(0, 1_000)
                .mapToObj(i -> "bad-" + i)
                .filter(account -> AccountPartitioner.partition(account, TestingKafka.PARTITIONS)
                        == AccountPartitioner.partition("good", TestingKafka.PARTITIONS))
                .findFirst()
                .orElseThrow();
        try (RequestEventPublisher publisher =
                start(Map.of("interceptor.classes", FarFuture.class.getName(), "publisher.reject-after", "1s"))) {
            for (int i = 0; i < 200; i++) {
                publisher.publish(
                        UsageCall.of(i == 50 || i == 51 ? bad : "good", "/e").eventId(Integer.toString(i)));
            }

            assertThat(publisher.flush(PATIENCE)).isTrue();
            assertThat(publisher.counters().dropped(DropReason.REJECTED_BY_KAFKA))
                    .isEqualTo(2);
            assertThat(publisher.counters().acknowledged()).isEqualTo(198);
            assertThat(publisher.pendingEvents()).isZero();
        }
        List<Integer> expected = new ArrayList<>(numbers(200));
        expected.removeAll(List.of(50, 51));
        assertThat(idsByAccount().get("good")).isEqualTo(expected);
        assertThat(idsByAccount()).doesNotContainKey(bad);
    }

    /** Gives records of some accounts a time that no broker takes: two hours ahead. */
    public static final class FarFuture implements ProducerInterceptor<byte[], byte[]> {
        @Override
        public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
            return new String(record.key(), StandardCharsets.UTF_8).startsWith("bad-")
                    ? new ProducerRecord<>(
                            record.topic(),
                            record.partition(),
                            System.currentTimeMillis() + 7_200_000,
                            record.key(),
                            record.value())
                    : record;
        }

        @Override
        public void onAcknowledgement(RecordMetadata metadata, Exception exception) {}

        @Override
        public void close() {}

        @Override
        public void configure(Map<String, ?> configs) {}
    }

    private Map<String, Object> childProperties(String accountPrefix) throws IOException {
        Map<String, Object> properties = kafka.publisherProperties(registry);
        properties.put("publisher.spool-folder", spoolFolder());
        properties.put("publisher.spool-after", "100ms");
        properties.put("test.account-prefix", accountPrefix);
        properties.put("test.most-a-second", "15000");
        return properties;
    }

    private static BufferedReader output(Process child) {
        return new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Reads on until the child says that at least so many events are safe; how many it says. */
    private static long safe(BufferedReader output, long least) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith("SAFE ") && Long.parseLong(line.substring(5)) >= least) {
                return Long.parseLong(line.substring(5));
            }
        }
        throw new AssertionError("the child ended before " + least + " events were safe");
    }

    /** A new publisher on the same folder sends what the dead one left. */
    private void deliverWhatIsLeft() throws Exception {
        try (RequestEventPublisher publisher = start(Map.of("publisher.spool-folder", spoolFolder()))) {
            assertThat(publisher.flush(PATIENCE)).isTrue();
            assertThat(publisher.counters().recovered()).isPositive();
            assertThat(publisher.pendingEvents()).isZero();
        }
        assertThat(segments()).isEmpty();
    }

    private void assertFirstArrivals(String accountPrefix, long safe) throws Exception {
        Map<String, List<Integer>> arrived = idsByAccount();
        int accounts = PublishingProcess.ACCOUNTS;
        for (int account = 0; account < accounts; account++) {
            Set<Integer> seen = new HashSet<>();
            List<Integer> first = new ArrayList<>();
            for (int id : arrived.getOrDefault(accountPrefix + account, List.of())) {
                if (seen.add(id)) {
                    first.add(id);
                }
            }
            List<Integer> expected = new ArrayList<>();
            for (int id = account; id < safe; id += accounts) {
                expected.add(id);
            }
            assertThat(first)
                    .as("account %d, of %d safe events", account, safe)
                    .startsWith(expected.toArray(Integer[]::new));
            assertThat(first).isSorted();
        }
    }

    private RequestEventPublisher start(Map<String, String> settings) {
        Map<String, Object> properties = kafka.publisherProperties(registry);
        properties.putAll(settings);
        return RequestEventPublisher.start(PublisherConfig.from(properties));
    }

    private String spoolFolder() {
        return folder.resolve("spool").toString();
    }

    private List<Path> segments() throws IOException {
        Path spool = folder.resolve("spool");
        if (!Files.exists(spool)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(spool)) {
            return files.filter(file -> file.toString().contains(".spool")).toList();
        }
    }

    private Map<String, List<Integer>> idsByAccount() throws IOException {
        Map<String, List<Integer>> ids = new LinkedHashMap<>();
        for (Arrived record : kafka.readAll()) {
            ids.computeIfAbsent(record.key(), key -> new ArrayList<>())
                    .add(Integer.parseInt(record.event().getEventId()));
        }
        return ids;
    }

    private static List<Integer> numbers(int count) {
        return Stream.iterate(0, number -> number + 1).limit(count).toList();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as("took too long").isNegative();
            LockSupport.parkNanos(1_000_000);
        }
    }
}
