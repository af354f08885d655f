package dev.tollgate.publisher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.publisher.TestingKafka.Arrived;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.event.DeliveryListener;
import dev.tollgate.schemas.topic.AccountPartitioner;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestEventPublisherIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int THREADS = 4;
    private static final int EVENTS_PER_THREAD = 25_000;

    @TempDir
    static Path folder;

    private static TestingKafka kafka;
    private static TestingRegistry registry;

    @BeforeAll
    static void startStack() throws Exception {
        registry = new TestingRegistry();
        kafka = TestingKafka.startedIn(folder.resolve("kafka"));
    }

    @AfterAll
    static void stopStack() {
        kafka.close();
        registry.close();
    }

    @Test
    void givenListeners_whenEventsArrive_thenEachIsToldItsOwnPlaceInTheLog() throws Exception {
        Map<String, String> told = new ConcurrentHashMap<>();
        try (RequestEventPublisher publisher = start(Map.of())) {
            for (int i = 0; i < 500; i++) {
                String id = "told-" + i;
                publisher.publish(UsageCall.of("told-" + i % 7, "/e")
                        .eventId(id)
                        .onDelivery(new DeliveryListener() {
                            @Override
                            public void acknowledged(int partition, long offset) {
                                told.merge(id, partition + "@" + offset, String::concat);
                            }
                        }));
            }
            publisher.publish(UsageCall.of("", "/e").onDelivery(new DeliveryListener() {
                @Override
                public void dropped() {
                    told.merge("", "dropped", String::concat);
                }
            }));
            assertThat(publisher.flush(PATIENCE)).isTrue();
        }

        assertThat(told.remove("")).isEqualTo("dropped");
        Map<String, String> arrived = new HashMap<>();
        for (Arrived record : kafka.readAll()) {
            if (record.key().startsWith("told-")) {
                arrived.put(record.event().getEventId(), record.partition() + "@" + record.offset());
            }
        }
        assertThat(told).hasSize(500).isEqualTo(arrived);
    }

    @Test
    void givenACall_whenPublished_thenTheEventArrivesWholeInItsAccountsPartition() throws Exception {
        Instant time = Instant.now().minus(Duration.ofDays(27)).truncatedTo(ChronoUnit.MILLIS);
        try (RequestEventPublisher publisher = start(Map.of("publisher.name", "recall"))) {
            boolean accepted = publisher.publish(UsageCall.of("whole", "/v2/mem-it")
                    .eventId("e-1")
                    .occurredAt(time)
                    .project("p-7")
                    .apiKey("k-1")
                    .outcome(Outcome.INVALID)
                    .units(12)
                    .inputTokens(800)
                    .outputItems(3)
                    .took(Duration.ofMillis(45))
                    .attribute("region", "eu"));

            assertThat(accepted).isTrue();
            assertThat(publisher.flush(PATIENCE)).isTrue();
            assertThat(publisher.counters().acknowledged()).isEqualTo(1);
            assertThat(publisher.pendingEvents()).isZero();
        }
        List<Arrived> arrived = arrived("whole");
        assertThat(arrived).singleElement().satisfies(record -> {
            assertThat(record.partition()).isEqualTo(AccountPartitioner.partition("whole", TestingKafka.PARTITIONS));
            RequestEvent event = record.event();
            assertThat(event.getEventId()).isEqualTo("e-1");
            assertThat(event.getOccurredAt()).isEqualTo(time);
            assertThat(event.getProjectId()).isEqualTo("p-7");
            assertThat(event.getApiKeyId()).isEqualTo("k-1");
            assertThat(event.getOutcome()).isEqualTo(Outcome.INVALID);
            assertThat(event.getUnits()).isEqualTo(12);
            assertThat(event.getInputTokens()).isEqualTo(800);
            assertThat(event.getOutputItems()).isEqualTo(3);
            assertThat(event.getDurationMs()).isEqualTo(45);
            assertThat(event.getProducer()).isEqualTo("recall");
            assertThat(event.getAttributes()).containsExactly(Map.entry("region", "eu"));
        });
    }

    @Test
    void givenManyThreads_whenTheyPublish_thenEveryEventArrivesOnceAndInItsThreadsOrder() throws Exception {
        try (RequestEventPublisher publisher = start(Map.of())) {
            ExecutorService threads = Executors.newFixedThreadPool(THREADS);
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                String account = "order-" + thread;
                running.add(threads.submit(() -> {
                    for (int i = 0; i < EVENTS_PER_THREAD; i++) {
                        RequestEvent event = UsageCall.of(account, "/e")
                                .eventId(Integer.toString(i))
                                .event();
                        assertThat(publisher.publishWaiting(event, PATIENCE)).isTrue();
                    }
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
            threads.shutdown();
        }

        for (int thread = 0; thread < THREADS; thread++) {
            List<Arrived> arrived = arrived("order-" + thread);
            assertThat(arrived).hasSize(EVENTS_PER_THREAD);
            for (int i = 0; i < EVENTS_PER_THREAD; i++) {
                assertThat(arrived.get(i).event().getEventId()).isEqualTo(Integer.toString(i));
            }
        }
    }

    @Test
    void givenARegistryThatIsAway_whenItComesBack_thenTheEventsOfMeanwhileArriveWithItsId() throws Exception {
        try (TestingRegistry away = new TestingRegistry()) {
            away.away = true;
            try (RequestEventPublisher publisher = start(Map.of("schema.registry.url", away.url()))) {
                for (int i = 0; i < 100; i++) {
                    assertThat(publisher.publish(
                                    UsageCall.of("unregistered", "/e").eventId("e-" + i)))
                            .isTrue();
                }
                assertThat(publisher.flush(Duration.ofMillis(50))).isFalse();
                assertThat(publisher.counters().acknowledged()).isZero();

                away.away = false;

                assertThat(publisher.flush(PATIENCE)).isTrue();
            }
        }
        assertThat(arrived("unregistered"))
                .hasSize(100)
                .allSatisfy(record -> assertThat(record.schemaId()).isEqualTo(41));
    }

    @Test
    void givenATopicThatDoesNotExist_whenMemoryIsFull_thenPublishSaysSoAtOnceAndNothingIsSilent() throws Exception {
        List<DropReason> told = new ArrayList<>();
        PublisherListener listener = new PublisherListener() {
            @Override
            public void dropped(DropReason reason, long count) {
                for (long i = 0; i < count; i++) {
                    told.add(reason);
                }
            }
        };
        RequestEventPublisher publisher = RequestEventPublisher.start(
                config(Map.of(
                        "topics.prefix", "nowhere.",
                        "publisher.queue-events", "16",
                        "publisher.in-flight-bytes", "65536")),
                listener);
        int rejected = 0;
        for (int i = 0; i < 2_000; i++) {
            rejected += publisher.publish(UsageCall.of("nobody", "/e")) ? 0 : 1;
        }
        publisher.close(Duration.ofMillis(20));
        publisher.publish(UsageCall.of("nobody", "/late"));

        PublisherCounters counters = publisher.counters();
        assertThat(rejected).isPositive();
        assertThat(counters.dropped(DropReason.MEMORY_FULL)).isEqualTo(rejected);
        assertThat(counters.published()).isEqualTo(2_000 - rejected);
        assertThat(counters.dropped(DropReason.UNDELIVERED_AT_CLOSE)).isEqualTo(counters.published());
        assertThat(counters.dropped(DropReason.CLOSED)).isEqualTo(1);
        assertThat(counters.acknowledged()).isZero();
        assertThat(publisher.pendingEvents()).isZero();
        assertThat(told).hasSize(2_001);
    }

    @Test
    void givenBrokenEvents_whenPublished_thenEachIsRejectedCountedAndTold() {
        Map<EventRejectionReason, String> told = new HashMap<>();
        PublisherListener listener = new PublisherListener() {
            @Override
            public void rejected(
                    @org.jspecify.annotations.Nullable RequestEvent event, EventRejectionReason reason, String detail) {
                told.put(reason, detail);
                throw new IllegalStateException("a listener that fails");
            }
        };
        try (RequestEventPublisher publisher = RequestEventPublisher.start(config(Map.of()), listener)) {
            Map<String, String> withNull = new HashMap<>();
            withNull.put("name", null);
            RequestEvent unencodable = UsageCall.of("acme", "/e").event();
            unencodable.setAttributes(withNull);

            assertThat(publisher.publish(new RequestEvent())).isFalse();
            assertThat(publisher.publish((RequestEvent) null)).isFalse();
            assertThat(publisher.publish(unencodable)).isFalse();
            assertThat(publisher.publish(UsageCall.of("acme", ""))).isFalse();

            assertThat(publisher.counters().rejected()).isEqualTo(4);
            assertThat(publisher.counters().rejected(EventRejectionReason.MALFORMED))
                    .isEqualTo(2);
            assertThat(publisher.counters().published()).isZero();
        }
        assertThat(told)
                .containsOnlyKeys(
                        EventRejectionReason.ACCOUNT_MISSING,
                        EventRejectionReason.MALFORMED,
                        EventRejectionReason.ENDPOINT_MISSING);
    }

    private static RequestEventPublisher start(Map<String, String> settings) {
        return RequestEventPublisher.start(config(settings));
    }

    private static PublisherConfig config(Map<String, String> settings) {
        Map<String, Object> properties = kafka.publisherProperties(registry);
        properties.putAll(settings);
        return PublisherConfig.from(properties);
    }

    private static List<Arrived> arrived(String account) throws Exception {
        return kafka.readAll().stream()
                .filter(record -> record.key().equals(account))
                .toList();
    }
}
