package dev.tollgate.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.explain.Explainer;
import dev.tollgate.streams.explain.Explanation;
import dev.tollgate.streams.explain.ReplayCheck;
import dev.tollgate.streams.explain.ReplayOutcome;
import dev.tollgate.streams.replay.ReplayProgress;
import dev.tollgate.streams.replay.TruncatedLogException;
import dev.tollgate.streams.task.TestingEvents;
import dev.tollgate.streams.task.TestingPlans;
import dev.tollgate.testkit.stack.Stacks;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Limit events of the real application, explained out of the topics. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ExplainIT {
    private static final int ACCOUNTS = 6;
    private static final int EVENTS = 1_500;

    private final Path folder;
    private final long seed = Long.getLong("tollgate.seed", System.nanoTime());
    private final Instant start = Instant.now().minus(Duration.ofHours(1));
    private TestingCluster cluster;
    private List<LimitEvent> events;

    ExplainIT(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeAll
    void account() throws Exception {
        System.out.println("ExplainIT -Dtollgate.seed=" + seed);
        cluster = new TestingCluster(Stacks.forTests());
        cluster.putOnPlan(ACCOUNTS, 25);
        try (AccountingApp app = new AccountingApp(cluster.config(folder))) {
            app.start();
            Random random = new Random(seed);
            for (int i = 0; i < EVENTS; i++) {
                cluster.publish(TestingEvents.request(
                        TestingCluster.account(random.nextInt(ACCOUNTS)), "event-" + i, start.plusMillis(200L * i)));
                if (i == EVENTS / 2) {
                    cluster.publish(
                            Topic.PLAN_CATALOG,
                            "mem",
                            TestingPlans.plan(
                                    "mem",
                                    TestingPlans.version(1, TestingPlans.ALWAYS, 25),
                                    TestingPlans.version(2, start.plusMillis(200L * i), 40)));
                    cluster.settle();
                }
            }
            cluster.producer.flush();
            TestingCluster.await("a journal entry for each event", () -> cluster.committedVerdicts() == EVENTS);
        }
        events = cluster.committed(Topic.LIMIT_EVENTS, LimitEvent.class).stream()
                .map(ConsumerRecord::value)
                .toList();
    }

    @AfterAll
    void close() {
        cluster.close();
    }

    private Explainer explainer(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(cluster.settings(folder));
        settings.putAll(more);
        return new Explainer(AccountingConfig.from(settings), System::currentTimeMillis);
    }

    @Test
    @Order(1)
    void givenAccounts_whenTheirLimitEventsAreChecked_thenAllOfThemComeAgainTheSame() throws Exception {
        Explainer explainer = explainer(Map.of());
        long same = 0;
        for (int i = 0; i < ACCOUNTS; i++) {
            ReplayCheck check = explainer.check(TestingCluster.account(i), ReplayProgress.NONE);
            assertThat(check.differences()).as("-Dtollgate.seed=%d", seed).isEmpty();
            assertThat(check.isSame()).isTrue();
            same += check.same();
        }
        assertThat(same).isEqualTo(events.size()).isGreaterThan(ACCOUNTS * 10L);
    }

    @Test
    @Order(2)
    void givenBlock_whenExplained_thenItsCallsAddUpAndTheLastOneCrossedTheLimit() {
        LimitEvent block = events.stream()
                .filter(event -> event.getKind() == LimitEventKind.HARD_LIMIT_REACHED)
                .filter(event -> Objects.equals(event.getLimitId(), "requests-per-minute"))
                // A window of version 2 alone.
                .filter(event -> event.getWindowStart().isAfter(start.plusMillis(200L * EVENTS / 2)))
                .findFirst()
                .orElseThrow();

        Explanation explanation = explained(block, null, 20);

        assertThat(explanation.event()).isEqualTo(block);
        assertThat(explanation.replay().result()).isEqualTo(ReplayOutcome.Result.SAME);
        Explanation.LimitUsage usage = Objects.requireNonNull(explanation.usage());
        assertThat(usage.cost()).isEqualTo(block.getUsed()).isEqualTo(40);
        assertThat(usage.entries()).isEqualTo(40);
        assertThat(usage.calls()).hasSize(20);
        UsageJournalEntry crossing = Objects.requireNonNull(explanation.crossingCall());
        assertThat(usage.calls().getLast()).isEqualTo(crossing);
        assertThat(crossing.getEventId()).isEqualTo(block.getCrossingEventId());
        assertThat(explanation.usedBefore()).isEqualTo(39);
        assertThat(Objects.requireNonNull(explanation.limit()).getAmount()).isEqualTo(40);
        assertThat(explanation.changes())
                .singleElement()
                .satisfies(change -> assertThat(change.getPlanId()).isEqualTo("mem"));
    }

    @Test
    @Order(3)
    void givenOneEventOfEachKind_whenExplained_thenEachIsTheSameAndKnownByItsIdAlone() {
        for (LimitEventKind kind : LimitEventKind.values()) {
            events.stream().filter(event -> event.getKind() == kind).findAny().ifPresent(event -> {
                Explanation explanation = explained(event, event.getAccountId(), 3);
                assertThat(explanation.replay().differences()).as("%s", event).isEmpty();
                assertThat(explanation).isEqualTo(explained(event, null, 3));
            });
        }
    }

    /** The replay is no copy of what was said: with another horizon or default plan it says something else. */
    @Test
    @Order(4)
    void givenSettingsOfSomebodyElse_whenExplained_thenTheDifferenceIsSaid() throws Exception {
        Explainer other = explainer(Map.of("accounting.plan-settle-time", "60s"));
        LimitEvent block = events.stream()
                .filter(event -> event.getKind() == LimitEventKind.HARD_LIMIT_REACHED)
                .findFirst()
                .orElseThrow();

        Explanation explanation = other.explain(block.getLimitEventId(), block.getAccountId(), 20, ReplayProgress.NONE)
                .orElseThrow();

        assertThat(explanation.replay().result()).isEqualTo(ReplayOutcome.Result.NOT_RAISED);
        assertThat(explanation.replay().isSame()).isFalse();
        ReplayCheck check = other.check(block.getAccountId(), ReplayProgress.NONE);
        assertThat(check.isSame()).isFalse();
        assertThat(check.differences()).isNotEmpty();
    }

    @Test
    @Order(5)
    void givenUnknownId_whenExplained_thenThereIsNothing() {
        assertThat(explainer(Map.of()).explain("nobody-knows", null, 20, ReplayProgress.NONE))
                .isEmpty();
    }

    /** Last, as it takes records away. */
    @Test
    @Order(6)
    void givenLogThatHasExpired_whenExplained_thenItIsSaidAndNothingIsReplayed() {
        LimitEvent event = events.getLast();
        cluster.deleteFirstRecords(Topic.REQUEST_EVENTS, 1);

        Explanation explanation = explained(event, event.getAccountId(), 20);

        assertThat(explanation.event()).isEqualTo(event);
        assertThat(explanation.replay().result()).isEqualTo(ReplayOutcome.Result.LOG_EXPIRED);
        assertThat(explanation.replay().differences())
                .singleElement()
                .asString()
                .contains(cluster.layout.name(Topic.REQUEST_EVENTS), "the oldest one left has offset 1");
        assertThatThrownBy(() -> explainer(Map.of()).check(event.getAccountId(), ReplayProgress.NONE))
                .isInstanceOf(TruncatedLogException.class);
    }

    private Explanation explained(LimitEvent event, @Nullable String account, int calls) {
        return explainer(Map.of())
                .explain(event.getLimitEventId(), account, calls, ReplayProgress.NONE)
                .orElseThrow();
    }
}
