package dev.tollgate.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.embedded.EmbeddedStackOptions;
import dev.tollgate.embedded.Part;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.WindowUnit;
import dev.tollgate.schemas.registry.RegistryRejection;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.task.TestingEvents;
import dev.tollgate.streams.task.TestingPlans;
import dev.tollgate.streams.topology.OpenTasks;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kafka goes away for longer than the role's time-outs while accounts are blocked and calls go on. The role must
 * recover by itself, each time, and the books must agree with a recount afterwards, also after a clean restart, which
 * shows what the stores hold rather than what is in memory.
 */
class OutageIT {
    private static final int ACCOUNTS = 40;
    private static final int CALLS_PER_ROUND = 11;
    private static final int LIMIT_PER_SECOND = 10;
    private static final Duration ROUND = Duration.ofMillis(1_200);
    private static final Duration OUTAGE = Duration.ofSeconds(9);
    private static final int OUTAGES = Integer.getInteger("tollgate.outages", 3);

    @TempDir
    Path folder;

    private EmbeddedStack stack;
    private TestingCluster cluster;

    @BeforeEach
    void start() throws RegistryRejection {
        // A stack of its own: other tests do without outages.
        stack = EmbeddedStack.start(EmbeddedStackOptions.ephemeral().withParts(Part.KAFKA, Part.REGISTRY));
        cluster = new TestingCluster(stack);
    }

    @AfterEach
    void stop() {
        cluster.close();
        stack.close();
    }

    @Test
    void givenOutagesLongerThanTheTimeouts_whenKafkaIsBack_thenTheRoleGoesOnAndTheBooksAgree() {
        cluster.publish(Topic.PLAN_CATALOG, "burst", TestingPlans.plan("burst", version()));
        cluster.settle();
        for (int i = 0; i < ACCOUNTS; i++) {
            String account = TestingCluster.account(i);
            cluster.publish(
                    Topic.ACCOUNT_EVENTS,
                    account,
                    TestingEvents.assignment(account, "assign-" + account, "burst", TestingPlans.ALWAYS));
        }
        cluster.producer.flush();

        Calls calls = new Calls();
        try (AccountingApp app = new AccountingApp(config())) {
            app.start();
            try (calls) {
                calls.start();
                for (int outage = 1; outage <= OUTAGES; outage++) {
                    awaitProgress(app, "before outage " + outage);
                    stack.stop(Part.KAFKA);
                    TestingCluster.pause(OUTAGE);
                    stack.start(Part.KAFKA);
                    awaitProgress(app, "after outage " + outage);
                }
            }
            assertThat(app.metrics().replacedThreads.count())
                    .as("threads that failed, which is what this is about")
                    .isPositive();
            // The blocks end some 20 s after the last call; whatever is left of a past life would have its say by then.
            assertBooksAgree(calls.published());
        }

        try (AccountingApp app = new AccountingApp(config())) {
            app.start();
            calls.round();

            assertBooksAgree(calls.published());
        }
    }

    /** A thread that ends closes its producer before it leaves the group: everybody's rebalance waits for it. */
    @Test
    void givenOpenTransaction_whenKafkaIsAway_thenACommitEndsTheThreadAndClosingGivesUp() {
        Producer<byte[], byte[]> producer = new StreamsClients(new OpenTasks())
                .getProducer(Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        stack.bootstrapServers(),
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        "ending",
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        2_000));
        producer.initTransactions();
        producer.beginTransaction();
        var _ = producer.send(new ProducerRecord<>(cluster.layout.name(Topic.REQUEST_EVENTS), new byte[] {1}));
        producer.flush();
        stack.stop(Part.KAFKA);

        // Kafka Streams revives tasks after a time-out and ends the thread after anything else.
        assertThatThrownBy(producer::commitTransaction)
                .isInstanceOf(KafkaException.class)
                .isNotInstanceOf(TimeoutException.class)
                .hasCauseInstanceOf(TimeoutException.class);
        assertTimeoutPreemptively(Duration.ofSeconds(StreamsClients.MOST_SECONDS * 6L), () -> producer.close());
    }

    private void awaitProgress(AccountingApp app, String when) {
        long before = app.metrics().journal.count(Verdict.COUNTED);
        TestingCluster.await(
                "progress " + when + "; counters " + app.metrics(),
                () -> app.isRunning() && app.metrics().journal.count(Verdict.COUNTED) > before + 5 * ACCOUNTS);
    }

    /** Ten calls a second for each account, besides the limits that are never reached. */
    private static PlanVersion version() {
        PlanVersion version = TestingPlans.version(1, TestingPlans.ALWAYS, 1_000_000);
        List<Limit> limits = new ArrayList<>(version.getLimits());
        limits.add(Limit.newBuilder(limits.getFirst())
                .setLimitId("requests-per-second")
                .setWindow(WindowUnit.SECOND)
                .setAmount((long) LIMIT_PER_SECOND)
                .build());
        return PlanVersion.newBuilder(version).setLimits(limits).build();
    }

    private AccountingConfig config() {
        Map<String, String> settings = cluster.settings(folder);
        settings.put("kafka.streams.producer.max.block.ms", "3000");
        settings.put("kafka.streams.producer.request.timeout.ms", "2000");
        settings.put("kafka.streams.producer.delivery.timeout.ms", "4000");
        return AccountingConfig.from(settings);
    }

    private void assertBooksAgree(List<RequestEvent> published) {
        Map<String, Long> perSecond = new TreeMap<>();
        for (RequestEvent call : published) {
            perSecond.merge(
                    TestingCluster.key(
                            call,
                            "requests-per-second",
                            call.getOccurredAt().truncatedTo(ChronoUnit.SECONDS).toEpochMilli()),
                    1L,
                    Long::sum);
        }
        Map<String, Long> totals = TestingCluster.recount(published);
        totals.putAll(perSecond);
        cluster.assertBooksAgree(published, totals);

        Map<String, Long> expected = new TreeMap<>();
        perSecond.forEach((key, used) -> {
            if (used * 10 >= LIMIT_PER_SECOND * 9) {
                expected.put(key + "|" + LimitEventKind.SOFT_LIMIT_REACHED, 1L);
                expected.merge(key + "|" + LimitEventKind.LIMIT_CLEARED, 1L, Long::sum);
            }
            if (used >= LIMIT_PER_SECOND) {
                expected.put(key + "|" + LimitEventKind.HARD_LIMIT_REACHED, 1L);
                expected.merge(key + "|" + LimitEventKind.LIMIT_CLEARED, 1L, Long::sum);
            }
        });
        TestingCluster.await(
                "each limit event once",
                () -> numberOfEach(cluster.committedSoFar(Topic.LIMIT_EVENTS, LimitEvent.class)).values().stream()
                                .mapToLong(Long::longValue)
                                .sum()
                        >= expected.values().stream().mapToLong(Long::longValue).sum());
        List<ConsumerRecord<String, LimitEvent>> all = cluster.committed(Topic.LIMIT_EVENTS, LimitEvent.class);
        assertThat(numberOfEach(all)).isEqualTo(expected);
        assertThat(all).extracting(event -> event.value().getLimitEventId()).doesNotHaveDuplicates();
    }

    /** How often each limit event was committed. */
    private static Map<String, Long> numberOfEach(List<ConsumerRecord<String, LimitEvent>> events) {
        return events.stream()
                .map(ConsumerRecord::value)
                .filter(event -> event.getKind() != LimitEventKind.PLAN_CHANGED)
                .collect(Collectors.groupingBy(
                        event -> TestingCluster.key(
                                        event.getAccountId(),
                                        event.getLimitId(),
                                        event.getWindowStart().toEpochMilli())
                                + "|" + event.getKind(),
                        TreeMap::new,
                        Collectors.counting()));
    }

    /**
     * Rounds of calls of every account, more than its limit within one second, on a thread of their own. They happen 20
     * s from now, which the allowed skew permits: so the blocks still hold when a task is revived, and end soon after.
     */
    private final class Calls implements AutoCloseable {
        private static final Duration AHEAD = Duration.ofSeconds(20);

        private final List<RequestEvent> published = new ArrayList<>();
        private final Thread thread = new Thread(this::run, "calls");
        private volatile boolean ended;
        private int rounds;

        void start() {
            thread.start();
        }

        private void run() {
            while (!ended) {
                round();
                TestingCluster.pause(ROUND);
            }
        }

        synchronized void round() {
            Instant second = Instant.now().plus(AHEAD).truncatedTo(ChronoUnit.SECONDS);
            for (int call = 0; call < CALLS_PER_ROUND; call++) {
                for (int i = 0; i < ACCOUNTS; i++) {
                    RequestEvent event = TestingEvents.request(
                            TestingCluster.account(i), "round-" + rounds + "-" + call, second.plusMillis(call));
                    published.add(event);
                    cluster.publish(event);
                }
            }
            rounds++;
        }

        synchronized List<RequestEvent> published() {
            return List.copyOf(published);
        }

        @Override
        public void close() {
            ended = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while the calls end", e);
            }
        }
    }
}
