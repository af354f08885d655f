package dev.tollgate.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.Verdict;
import dev.tollgate.schemas.registry.RegistryRejection;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicMismatchException;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.task.TestingEvents;
import dev.tollgate.testkit.stack.Stacks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The role on a real broker and a real registry, with faults. */
class AccountingAppIT {
    private static final int ACCOUNTS = 40;

    @TempDir
    Path folder;

    private TestingCluster cluster;
    private final List<Process> children = new ArrayList<>();

    @BeforeEach
    void start() throws RegistryRejection {
        cluster = new TestingCluster(Stacks.forTests());
    }

    @AfterEach
    void stop() {
        children.forEach(Process::destroyForcibly);
        cluster.close();
    }

    @Test
    void givenTraffic_whenItIsAllRead_thenBooksAgreeWithTheRecount() {
        cluster.putOnPlan(ACCOUNTS, 1_000_000);
        List<RequestEvent> traffic = TestingCluster.traffic(10_000, ACCOUNTS, anHourAgo());

        try (AccountingApp app = new AccountingApp(cluster.config(folder))) {
            app.start();
            traffic.forEach(cluster::publish);

            cluster.assertBooksAgree(traffic);
            assertThat(app.metrics().journal.count(dev.tollgate.engine.output.Verdict.DUPLICATE))
                    .isEqualTo(500);
        }
    }

    @Test
    void givenInstanceThatIsKilledInMidTraffic_whenItIsStartedAgain_thenNothingIsLostOrDoubled() throws Exception {
        cluster.putOnPlan(ACCOUNTS, 1_000_000);
        List<RequestEvent> traffic = TestingCluster.traffic(24_000, ACCOUNTS, anHourAgo());
        Process child = startChild("state");

        int killed = 0;
        for (int i = 0; i < traffic.size(); i++) {
            cluster.publish(traffic.get(i));
            if (i % 8_000 == 5_000) {
                cluster.producer.flush();
                int before = cluster.committedVerdicts();
                TestingCluster.await("progress to kill", () -> cluster.committedVerdicts() > before + 100);
                child.destroyForcibly().waitFor();
                killed++;
                child = startChild("state");
            }
        }
        // All of the traffic is in the log. One more kill, and from here on no event will come that could repair
        // anything.
        cluster.producer.flush();
        child.destroyForcibly().waitFor();
        startChild("state");

        assertThat(killed).isEqualTo(3);
        cluster.assertBooksAgree(traffic);
    }

    @Test
    void givenKilledInstanceAndLostDisk_whenAnotherTakesOver_thenStateIsRestoredFromTheChangelog() throws Exception {
        cluster.putOnPlan(ACCOUNTS, 1_000_000);
        List<RequestEvent> traffic = TestingCluster.traffic(6_000, ACCOUNTS, anHourAgo());
        Process child = startChild("first");
        List<RequestEvent> firstHalf = traffic.subList(0, 3_000);
        firstHalf.forEach(cluster::publish);
        cluster.assertBooksAgree(firstHalf);

        child.destroyForcibly().waitFor();
        startChild("second");
        traffic.subList(3_000, traffic.size()).forEach(cluster::publish);

        cluster.assertBooksAgree(traffic);
    }

    /**
     * A clean stop leaves the disk complete: what it says it has, it has, and it is not made anew from the changelog.
     */
    @Test
    void givenInstanceThatIsStopped_whenItIsStartedAgainOnItsDisk_thenItGoesOnFromThere() {
        cluster.putOnPlan(ACCOUNTS, 1_000_000);
        List<RequestEvent> traffic = new ArrayList<>(TestingCluster.traffic(6_000, ACCOUNTS, anHourAgo()));
        List<RequestEvent> firstHalf = List.copyOf(traffic.subList(0, 3_000));
        try (AccountingApp app = new AccountingApp(cluster.config(folder))) {
            app.start();
            firstHalf.forEach(cluster::publish);
            cluster.assertBooksAgree(firstHalf);
        }

        try (AccountingApp app = new AccountingApp(cluster.config(folder))) {
            app.start();
            List<RequestEvent> secondHalf = List.copyOf(traffic.subList(3_000, traffic.size()));
            List<RequestEvent> again = firstHalf.subList(0, 200);
            again.forEach(cluster::publish);
            secondHalf.forEach(cluster::publish);
            traffic.addAll(again);

            cluster.assertBooksAgree(traffic);
            assertThat(restored(app))
                    .as("records read from changelogs, of more than 6,000 in them")
                    .isLessThan(1_000);
        }
    }

    private static double restored(AccountingApp app) {
        return app.kafkaMetrics().entrySet().stream()
                .filter(metric -> metric.getKey().name().equals("restore-total"))
                .mapToDouble(metric -> (double) metric.getValue().metricValue())
                .sum();
    }

    @Test
    void givenTwoInstances_whenPartitionsMoveBetweenThem_thenBooksAgree() {
        cluster.putOnPlan(ACCOUNTS, 1_000_000);
        List<RequestEvent> traffic = TestingCluster.traffic(9_000, ACCOUNTS, anHourAgo());
        int third = traffic.size() / 3;

        AccountingApp first = new AccountingApp(cluster.config(folder.resolve("a")));
        try (AccountingApp second = new AccountingApp(cluster.config(folder.resolve("b")))) {
            first.start();
            traffic.subList(0, third).forEach(cluster::publish);
            cluster.assertBooksAgree(traffic.subList(0, third));

            second.start();
            // Traffic goes on while partitions move, until the second instance has accounted some of it.
            int published = third;
            while (second.metrics().journal.count(dev.tollgate.engine.output.Verdict.COUNTED) == 0
                    && published < 2 * third) {
                traffic.subList(published, published + 5).forEach(cluster::publish);
                published += 5;
                TestingCluster.pause(Duration.ofMillis(100));
            }
            assertThat(second.metrics().journal.count(dev.tollgate.engine.output.Verdict.COUNTED))
                    .isPositive();
            cluster.assertBooksAgree(traffic.subList(0, published));

            first.close();
            traffic.subList(published, traffic.size()).forEach(cluster::publish);
            cluster.assertBooksAgree(traffic);
        } finally {
            first.close();
        }
    }

    @Test
    void givenEveryKindOfBadInput_whenRead_thenEachIsADeadLetterAndTheAppKeepsRunning() {
        cluster.putOnPlan(1, 100);
        Instant now = Instant.now();
        byte[] key = TestingCluster.account(0).getBytes(StandardCharsets.UTF_8);
        RequestEvent sound = TestingEvents.request(TestingCluster.account(0), "sound", now);

        try (AccountingApp app = new AccountingApp(cluster.config(folder))) {
            app.start();
            cluster.publishRaw(Topic.REQUEST_EVENTS, key, "not a record".getBytes(StandardCharsets.UTF_8));
            cluster.publishRaw(Topic.REQUEST_EVENTS, key, new byte[] {0, 0x7f, 0x7f, 0x7f, 0x7f, 2, 65});
            cluster.publish(RequestEvent.newBuilder(sound)
                    .setEventId("no endpoint")
                    .setEndpoint("")
                    .build());
            cluster.publish(RequestEvent.newBuilder(sound)
                    .setEventId("next year")
                    .setOccurredAt(now.plus(Duration.ofDays(365)))
                    .build());
            cluster.publishRaw(
                    Topic.REQUEST_EVENTS,
                    null,
                    cluster.bytes(
                            Topic.REQUEST_EVENTS,
                            RequestEvent.newBuilder(sound).setAccountId("").build()));
            cluster.publishRaw(Topic.PLAN_CATALOG, "broken".getBytes(StandardCharsets.UTF_8), new byte[] {9, 9});
            cluster.publish(sound);

            TestingCluster.await(
                    "six dead letters",
                    () -> cluster.committedSoFar(Topic.DEAD_LETTERS, DeadLetter.class)
                                    .size()
                            >= 6);
            assertThat(cluster.committed(Topic.DEAD_LETTERS, DeadLetter.class))
                    .extracting(letter -> letter.value().getReason())
                    .containsExactlyInAnyOrder(
                            "MALFORMED",
                            "UNKNOWN_SCHEMA",
                            "MISSING_ENDPOINT",
                            "FUTURE_EVENT",
                            "MISSING_ACCOUNT_ID",
                            "MALFORMED");
            TestingCluster.await("the sound event", () -> cluster.committedVerdicts() == 1);
            assertThat(cluster.committedJournal().get(0).getVerdict()).isEqualTo(Verdict.COUNTED);
            assertThat(app.isRunning()).isTrue();
        }
    }

    @Test
    void givenLimitOfTen_whenItIsReached_thenTheBlockIsReadableAndClearsByTheClock() {
        cluster.putOnPlan(1, 10);
        try (AccountingApp app = new AccountingApp(cluster.config(folder))) {
            app.start();
            // Late enough in the past for its window to be over soon, whatever the second now is.
            Instant windowStart = Instant.ofEpochMilli(System.currentTimeMillis() / 60_000 * 60_000 - 60_000);
            for (int i = 0; i < 10; i++) {
                cluster.publish(TestingEvents.request(TestingCluster.account(0), "e" + i, windowStart.plusMillis(i)));
            }

            TestingCluster.await(
                    "block and clearing",
                    () -> cluster.committedSoFar(Topic.LIMIT_EVENTS, LimitEvent.class)
                                    .size()
                            >= 5);
            assertThat(cluster.committed(Topic.LIMIT_EVENTS, LimitEvent.class))
                    .extracting(event -> event.value().getKind())
                    // The window is over already, so the clock may clear the alert before the block is raised.
                    .containsExactlyInAnyOrder(
                            LimitEventKind.PLAN_CHANGED,
                            LimitEventKind.SOFT_LIMIT_REACHED,
                            LimitEventKind.HARD_LIMIT_REACHED,
                            LimitEventKind.LIMIT_CLEARED,
                            LimitEventKind.LIMIT_CLEARED)
                    .containsSubsequence(
                            LimitEventKind.SOFT_LIMIT_REACHED,
                            LimitEventKind.HARD_LIMIT_REACHED,
                            LimitEventKind.LIMIT_CLEARED);
            assertThat(cluster.committed(Topic.LIMIT_STATE, LimitState.class))
                    .extracting(state -> state.value().getVersion())
                    .isSorted();
        }
    }

    @Test
    void givenMissingTopics_whenStarted_thenItSaysWhichAndHow() {
        Map<String, String> settings = cluster.settings(folder);
        settings.put("topics.prefix", "nowhere.");
        try (AccountingApp app = new AccountingApp(AccountingConfig.from(settings))) {
            assertThatThrownBy(app::start)
                    .isInstanceOf(TopicMismatchException.class)
                    .hasMessageContaining("nowhere.request-events is missing")
                    .hasMessageContaining("tollgate topics apply");
        }
    }

    @Test
    void givenInputTopicWithPublishersTimes_whenStarted_thenItStopsAndNamesTheRemedy() {
        cluster.alter(Topic.REQUEST_EVENTS, "message.timestamp.type", "CreateTime");

        try (AccountingApp app = new AccountingApp(cluster.config(folder))) {
            assertThatThrownBy(app::start)
                    .isInstanceOf(TopicMismatchException.class)
                    .hasMessageContaining(
                            "request-events has message.timestamp.type=CreateTime and needs LogAppendTime")
                    .hasMessageContaining("tollgate topics apply");
        }
    }

    private Process startChild(String stateDir) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                AccountingChild.class.getName()));
        cluster.settings(folder.resolve(stateDir)).forEach((key, value) -> command.add(key + "=" + value));
        Process child = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(stateDir + ".log").toFile())
                .start();
        children.add(child);
        return child;
    }

    private static Instant anHourAgo() {
        return Instant.now().minus(Duration.ofHours(1));
    }
}
