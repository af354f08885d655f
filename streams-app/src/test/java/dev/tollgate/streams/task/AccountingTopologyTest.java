package dev.tollgate.streams.task;

import static dev.tollgate.streams.task.TestingEvents.command;
import static dev.tollgate.streams.task.TestingEvents.request;
import static dev.tollgate.streams.task.TestingTopology.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.AccountEventType;
import dev.tollgate.schemas.avro.Amendment;
import dev.tollgate.schemas.avro.BucketState;
import dev.tollgate.schemas.avro.ClearCause;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.avro.Verdict;
import dev.tollgate.schemas.topic.ApplicationHeader;
import dev.tollgate.streams.topology.AccountingTopology;
import dev.tollgate.streams.topology.OpenTasks;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The topology as its readers see it: what goes in on the left and what comes out on the right. */
class AccountingTopologyTest {
    private static final Instant MINUTE_START = Instant.parse("2026-03-02T12:00:00Z");
    private static final Instant MINUTE_END = MINUTE_START.plusSeconds(60);

    @TempDir
    Path stateDir;

    private TestingTopology topology;

    @BeforeEach
    void start() {
        topology = new TestingTopology(stateDir);
    }

    @AfterEach
    void stop() {
        topology.close();
    }

    @Test
    void givenAnApplicationId_whenAnEventIsCounted_thenItsJournalEntryNamesIt() {
        topology.close();
        topology = new TestingTopology(stateDir, Map.of("streams.application-id", "billing-2"));

        topology.publish("acme", "1");

        assertThat(ApplicationHeader.read(topology.journal.readRecord().headers()))
                .isEqualTo("billing-2");
    }

    @Test
    void givenAccountOnPlan_whenEventsArrive_thenEachHasItsVerdictInOrder() {
        topology.putOnPlan("acme", 100);

        topology.publish("acme", "1");
        topology.publish("acme", "1");
        topology.publish(failed("acme", "2"));
        topology.publish(request("acme", "3", START.minus(Duration.ofDays(2))));
        topology.publish(RequestEvent.newBuilder(request("acme", "4", START))
                .setEndpoint("/v2/mem-it")
                .build());

        assertThat(topology.journalled())
                .extracting(UsageJournalEntry::getEventId, UsageJournalEntry::getVerdict, UsageJournalEntry::getCosts)
                .containsExactly(
                        tuple("1", Verdict.COUNTED, Map.of("requests", 1L, "complexity", 1L)),
                        tuple("1", Verdict.DUPLICATE, Map.of()),
                        tuple("2", Verdict.NOT_CONSUMING, Map.of()),
                        tuple("3", Verdict.LATE, Map.of("requests", 1L, "complexity", 1L)),
                        tuple("4", Verdict.COUNTED, Map.of("requests", 1L, "complexity", 40L)));
        assertThat(topology.deadLetters.isEmpty()).isTrue();
    }

    @Test
    void givenEventWithReportingFields_whenJournalled_thenTheyAreKeptWithThePosition() {
        topology.putOnPlan("acme", 100);
        RequestEvent event = RequestEvent.newBuilder(request("acme", "1", START.minusSeconds(3)))
                .setProjectId("project")
                .setApiKeyId("key")
                .setUnits(7L)
                .setInputTokens(11L)
                .setOutputItems(13L)
                .setDurationMs(17L)
                .setProducer("notes-service")
                .setAttributes(Map.of("region", "eu"))
                .build();

        topology.publish(event);

        UsageJournalEntry entry = topology.journal.readValue();
        assertThat(entry)
                .usingRecursiveComparison()
                .isEqualTo(UsageJournalEntry.newBuilder()
                        .setAccountId("acme")
                        .setEventId("1")
                        .setVerdict(Verdict.COUNTED)
                        .setOccurredAt(START.minusSeconds(3))
                        .setAppendedAt(START)
                        .setProjectId("project")
                        .setApiKeyId("key")
                        .setEndpoint("/v2/notes")
                        .setOutcome(Outcome.SUCCESS)
                        .setUnits(7L)
                        .setInputTokens(11L)
                        .setOutputItems(13L)
                        .setDurationMs(17L)
                        .setProducer("notes-service")
                        .setAttributes(Map.of("region", "eu"))
                        .setPlanId("mem")
                        .setPlanVersion(1)
                        .setCosts(Map.of("requests", 1L, "complexity", 1L))
                        .setLateLimits(List.of())
                        .setSourceTopic("tollgate.request-events")
                        .setSourcePartition(0)
                        .setSourceOffset(0)
                        .build());
    }

    @Test
    void givenEvent_whenCorrected_thenOldCostsGoAndWhatHoldsInsteadSaysSo() {
        topology.putOnPlan("acme", 100);
        topology.publish(RequestEvent.newBuilder(request("acme", "1", START))
                .setDurationMs(17L)
                .setAttributes(Map.of("region", "eu"))
                .build());
        topology.journal.readValue();

        topology.publish(amendment(
                "c1", "1", Amendment.newBuilder().setEndpoint("/v2/mem-it").build()));
        topology.publish(amendment(
                "c2", "1", Amendment.newBuilder().setOutcome(Outcome.INVALID).build()));

        List<UsageJournalEntry> entries = topology.journalled();
        assertThat(entries)
                .extracting(
                        UsageJournalEntry::getVerdict,
                        UsageJournalEntry::getCorrectionId,
                        UsageJournalEntry::getEndpoint,
                        UsageJournalEntry::getOutcome,
                        UsageJournalEntry::getCosts)
                .containsExactly(
                        tuple(Verdict.VOIDED, "c1", "/v2/notes", Outcome.SUCCESS, costs(-1, -1)),
                        tuple(Verdict.AMENDED, "c1", "/v2/mem-it", Outcome.SUCCESS, costs(1, 40)),
                        tuple(Verdict.VOIDED, "c2", "/v2/mem-it", Outcome.SUCCESS, costs(-1, -40)),
                        tuple(Verdict.NOT_CONSUMING, "c2", "/v2/mem-it", Outcome.INVALID, Map.of()));
        assertThat(entries).allSatisfy(entry -> {
            assertThat(entry.getOccurredAt()).isEqualTo(START);
            assertThat(entry.getSourceOffset()).isZero();
            assertThat(entry.getDurationMs()).isEqualTo(17);
            assertThat(entry.getProducer()).isEqualTo("test");
            assertThat(entry.getAttributes()).containsExactly(Map.entry("region", "eu"));
        });
    }

    private static Map<String, Long> costs(long requests, long complexity) {
        return Map.of("requests", requests, "complexity", complexity);
    }

    private static AccountEvent amendment(String commandId, String eventId, Amendment amendment) {
        return command("acme", commandId, AccountEventType.EVENT_AMENDED, START)
                .setCorrectedEventId(eventId)
                .setAmendment(amendment)
                .build();
    }

    @Test
    void givenLimitOfTen_whenTenRequestsArrive_thenSoftThenHardThenClearedByTheClock() {
        topology.putOnPlan("acme", 10);

        for (int i = 1; i <= 10; i++) {
            topology.publish("acme", "e" + i);
        }
        List<LimitEvent> raised = topology.limitEvents.readValuesToList();
        topology.pass(Duration.ofSeconds(29));
        assertThat(topology.limitEvents.isEmpty()).isTrue();
        topology.pass(Duration.ofSeconds(1));
        List<LimitEvent> cleared = topology.limitEvents.readValuesToList();

        assertThat(raised)
                .extracting(
                        LimitEvent::getKind,
                        LimitEvent::getLimitId,
                        LimitEvent::getUsed,
                        LimitEvent::getCrossingEventId)
                .containsExactly(
                        tuple(LimitEventKind.SOFT_LIMIT_REACHED, "requests-per-minute", 9L, "e9"),
                        tuple(LimitEventKind.HARD_LIMIT_REACHED, "requests-per-minute", 10L, "e10"));
        LimitEvent hard = raised.get(1);
        assertThat(hard.getBlockedUntil()).isEqualTo(MINUTE_END);
        assertThat(hard.getWindowStart()).isEqualTo(MINUTE_START);
        assertThat(hard.getWindowEnd()).isEqualTo(MINUTE_END);
        assertThat(hard.getAmount()).isEqualTo(10);
        assertThat(hard.getPlanId()).isEqualTo("mem");
        assertThat(hard.getPlanVersion()).isEqualTo(1);
        assertThat(hard.getCrossingTopic()).isEqualTo("tollgate.request-events");
        assertThat(hard.getCrossingOffset()).isEqualTo(9);
        assertThat(hard.getDecidedAt()).isEqualTo(START);
        assertThat(raised.get(0).getThresholdBasisPoints()).isEqualTo(9_000);
        assertThat(cleared)
                .extracting(LimitEvent::getKind, LimitEvent::getCause)
                .containsExactlyInAnyOrder(
                        tuple(LimitEventKind.LIMIT_CLEARED, ClearCause.WINDOW_ENDED),
                        tuple(LimitEventKind.LIMIT_CLEARED, ClearCause.WINDOW_ENDED));
        assertThat(cleared)
                .extracting(LimitEvent::getClearedEventId)
                .containsExactlyInAnyOrderElementsOf(
                        raised.stream().map(LimitEvent::getLimitEventId).toList());
    }

    @Test
    void givenBlockedAccount_whenFurtherRequestsArrive_thenTheyCountAndNoSecondBlockIsRaised() {
        topology.putOnPlan("acme", 10);

        for (int i = 1; i <= 15; i++) {
            topology.publish("acme", "e" + i);
        }

        assertThat(topology.limitEvents.readValuesToList())
                .filteredOn(event -> event.getKind() == LimitEventKind.HARD_LIMIT_REACHED)
                .hasSize(1);
        assertThat(topology.journalled())
                .hasSize(15)
                .allSatisfy(entry -> assertThat(entry.getVerdict()).isEqualTo(Verdict.COUNTED));
        topology.pass(Duration.ofMillis(250));
        assertThat(newestState().getBuckets())
                .filteredOn(bucket -> bucket.getLimitId().equals("requests-per-minute"))
                .extracting(BucketState::getUsed, BucketState::getHardReached, BucketState::getBlockedUntil)
                .containsExactly(tuple(15L, true, MINUTE_END));
    }

    @Test
    void givenClearedBlock_whenNextWindowFills_thenItIsRaisedAgain() {
        topology.putOnPlan("acme", 10);
        for (int i = 1; i <= 10; i++) {
            topology.publish("acme", "first" + i);
        }
        topology.pass(Duration.ofMinutes(1));
        topology.limitEvents.readValuesToList();

        for (int i = 1; i <= 10; i++) {
            topology.publish("acme", "second" + i);
        }

        assertThat(topology.limitEvents.readValuesToList())
                .extracting(LimitEvent::getKind, LimitEvent::getWindowStart)
                .containsExactly(
                        tuple(LimitEventKind.SOFT_LIMIT_REACHED, MINUTE_END),
                        tuple(LimitEventKind.HARD_LIMIT_REACHED, MINUTE_END));
    }

    @Test
    void givenPlanVersionsByDate_whenEventsArrive_thenEachIsJudgedByTheVersionInForceAtItsTime() {
        topology.publish(TestingPlans.plan(
                "mem",
                TestingPlans.version(1, TestingPlans.ALWAYS, 100),
                TestingPlans.version(2, START.minusSeconds(10), 200)));
        topology.publish(TestingEvents.assignment("acme", "c1", "mem", TestingPlans.ALWAYS));

        topology.publish(request("acme", "old", START.minusSeconds(11)));
        topology.publish(request("acme", "new", START.minusSeconds(10)));

        assertThat(topology.journalled())
                .extracting(UsageJournalEntry::getEventId, UsageJournalEntry::getPlanVersion)
                .containsExactly(tuple("old", 1), tuple("new", 2));
    }

    @Test
    void givenAssignmentByDate_whenEventsArrive_thenEarlierOnesAreOnNoPlan() {
        topology.publish(TestingPlans.mem("mem", 100));
        topology.publish(TestingEvents.assignment("acme", "c1", "mem", START.minusSeconds(5)));

        topology.publish(request("acme", "before", START.minusSeconds(6)));
        topology.publish(request("acme", "after", START.minusSeconds(5)));

        assertThat(topology.journalled())
                .extracting(UsageJournalEntry::getEventId, UsageJournalEntry::getPlanId, UsageJournalEntry::getVerdict)
                .containsExactly(tuple("before", "none", Verdict.COUNTED), tuple("after", "mem", Verdict.COUNTED));
    }

    @Test
    void givenSteadyTraffic_whenNothingIsReached_thenOneSnapshotPerInterval() {
        topology.putOnPlan("acme", 1_000);
        topology.pass(Duration.ofSeconds(1));
        topology.limitStates.readValuesToList();

        for (int i = 0; i < 100; i++) {
            topology.publish("acme", "e" + i);
            topology.pass(Duration.ofMillis(10));
        }

        List<LimitState> states = topology.limitStates.readValuesToList();
        assertThat(states).hasSizeBetween(3, 5);
        assertThat(states).extracting(LimitState::getVersion).isSorted().doesNotHaveDuplicates();
        topology.pass(Duration.ofMillis(300));
        assertThat(newestState().getBuckets())
                .filteredOn(bucket -> bucket.getLimitId().equals("requests-per-minute"))
                .extracting(BucketState::getUsed, BucketState::getBucketName)
                .containsExactly(tuple(100L, "minute"));
    }

    @Test
    void givenBacklog_whenItIsReadLate_thenStandingsAreMergedAndTheLastIsSaidSoonAfterTheEnd() {
        topology.putOnPlan("acme", 1_000);
        topology.pass(Duration.ofSeconds(2));
        topology.limitStates.readValuesToList();
        topology.totals.readValuesToList();

        for (int i = 0; i < 400; i++) {
            topology.readLate("acme", "e" + i, Duration.ofSeconds(20));
            topology.pass(Duration.ofMillis(10));
        }
        List<LimitState> states = topology.limitStates.readValuesToList();
        List<UsageTotal> totals = topology.totals.readValuesToList();
        topology.pass(Duration.ofSeconds(2));

        assertThat(states).isEmpty();
        assertThat(totals).isEmpty();
        assertThat(newestState().getBuckets())
                .filteredOn(bucket -> bucket.getLimitId().equals("requests-per-day"))
                .extracting(BucketState::getUsed)
                .containsExactly(400L);
        assertThat(topology.newestTotals().values())
                .filteredOn(total -> total.getLimitId().equals("requests-per-day"))
                .extracting(UsageTotal::getUsed)
                .containsExactly(400L);
        assertThat(topology.journalled()).hasSize(400);
    }

    @Test
    void givenBacklog_whenALimitIsReached_thenTheSnapshotIsSaidAtOnceAsEver() {
        topology.putOnPlan("acme", 10);
        for (int i = 1; i <= 9; i++) {
            topology.readLate("acme", "e" + i, Duration.ofSeconds(20));
        }
        topology.limitStates.readValuesToList();

        topology.readLate("acme", "e10", Duration.ofSeconds(20));

        assertThat(topology.limitStates.readValuesToList())
                .singleElement()
                .satisfies(state -> assertThat(state.getBuckets())
                        .filteredOn(BucketState::getHardReached)
                        .extracting(BucketState::getLimitId)
                        .containsExactly("requests-per-minute"));
    }

    @Test
    void givenSteadyTraffic_whenALimitIsReached_thenTheSnapshotIsSaidAtOnce() {
        topology.putOnPlan("acme", 10);
        for (int i = 1; i <= 9; i++) {
            topology.publish("acme", "e" + i);
        }
        topology.limitStates.readValuesToList();

        topology.publish("acme", "e10");

        assertThat(topology.limitStates.readValuesToList()).singleElement().satisfies(state -> {
            assertThat(state.getAsOf()).isEqualTo(START);
            assertThat(state.getSourceOffset()).isEqualTo(9);
            assertThat(state.getMostConstrained()).containsEntry("requests", "requests-per-minute");
            assertThat(state.getBuckets())
                    .filteredOn(bucket -> bucket.getHardReached())
                    .extracting(BucketState::getLimitId)
                    .containsExactly("requests-per-minute");
        });
    }

    @Test
    void givenSteadyTraffic_whenASecondPasses_thenOpenTotalsAreSaidOncePerWindow() {
        topology.putOnPlan("acme", 1_000);
        topology.pass(Duration.ofSeconds(2));
        topology.totals.readValuesToList();

        for (int i = 0; i < 50; i++) {
            topology.publish("acme", "e" + i);
        }
        List<UsageTotal> atOnce = topology.totals.readValuesToList();
        topology.pass(Duration.ofSeconds(1));
        List<UsageTotal> later = topology.totals.readValuesToList();
        topology.pass(Duration.ofSeconds(10));

        assertThat(atOnce)
                .hasSize(4)
                .allSatisfy(total -> assertThat(total.getUsed()).isEqualTo(1));
        assertThat(later).hasSize(4).allSatisfy(total -> {
            assertThat(total.getUsed()).isEqualTo(50);
            assertThat(total.getClosed()).isFalse();
        });
        assertThat(topology.totals.isEmpty()).isTrue();
    }

    @Test
    void givenWindowThatCloses_whenStreamTimePassesItsGrace_thenItsFinalTotalIsSaidAtOnce() {
        topology.putOnPlan("acme", 1_000);
        topology.publish("acme", "1");
        topology.publish("acme", "2");
        topology.pass(Duration.ofMinutes(2).plusSeconds(30));
        topology.totals.readValuesToList();

        topology.publish("acme", "3");

        assertThat(topology.totals.readKeyValuesToList().stream()
                        .filter(total -> total.value.getClosed())
                        .map(total -> tuple(total.key, total.value.getUsed())))
                .containsExactlyInAnyOrder(
                        tuple("acme|requests-per-minute|ACCOUNT||requests|MINUTE|" + MINUTE_START.toEpochMilli(), 2L),
                        tuple(
                                "acme|complexity-per-minute|ACCOUNT||complexity|MINUTE|" + MINUTE_START.toEpochMilli(),
                                2L));
    }

    @Test
    void givenSuspension_whenItIsReadAndLifted_thenTheGateLearnsOfBothAtOnce() {
        topology.putOnPlan("acme", 100);

        topology.publish(command("acme", "c1", AccountEventType.SUSPENDED, START)
                .setReason("unpaid")
                .build());
        LimitState suspended = newestState();
        topology.publish(command("acme", "c2", AccountEventType.REINSTATED, START.plusMillis(1))
                .build());
        topology.pass(Duration.ofSeconds(1));
        LimitState reinstated = newestState();

        assertThat(suspended.getSuspended()).isTrue();
        assertThat(suspended.getSuspensionReason()).isEqualTo("unpaid");
        assertThat(reinstated.getSuspended()).isFalse();
        assertThat(reinstated.getSuspensionReason()).isNull();
        assertThat(topology.limitEvents.readValuesToList())
                .extracting(LimitEvent::getKind, LimitEvent::getReason, LimitEvent::getCrossingEventId)
                .containsExactly(
                        tuple(LimitEventKind.SUSPENDED, "unpaid", "c1"), tuple(LimitEventKind.REINSTATED, null, "c2"));
    }

    @Test
    void givenCacheSmallerThanTheTraffic_whenAccountsTakeTurns_thenTotalsAreExact() {
        topology.close();
        topology = new TestingTopology(stateDir, Map.of("accounting.cache-bytes", "65536"));
        topology.publish(TestingPlans.mem("mem", 1_000));
        int accounts = 100;
        for (int i = 0; i < accounts; i++) {
            topology.publish(TestingEvents.assignment("a" + i, "c" + i, "mem", TestingPlans.ALWAYS));
        }

        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < accounts; i++) {
                topology.publish("a" + i, "first" + round);
                topology.publish("a" + i, "second" + round);
            }
        }
        topology.pass(Duration.ofSeconds(2));

        Map<String, Long> used = new HashMap<>();
        topology.newestTotals().forEach((key, total) -> {
            if (total.getLimitId().equals("requests-per-day")) {
                used.put(total.getAccountId(), total.getUsed());
            }
        });
        assertThat(used)
                .hasSize(accounts)
                .allSatisfy((account, count) -> assertThat(count).isEqualTo(10));
        assertThat(topology.metrics.earlyEmissions.count()).isPositive();
    }

    @Test
    void givenMalformedPlan_whenRead_thenItIsLeftOutAndTheOthersHold() {
        topology.putOnPlan("acme", 100);

        topology.publishPlanRaw(TestingTopology.key("mem"), new byte[] {1, 2, 3});
        topology.publishPlanRaw(null, new byte[] {1, 2, 3});
        topology.publish("acme", "1");

        assertThat(topology.metrics.rejectedCatalogRecords.count()).isEqualTo(2);
        assertThat(topology.journalled())
                .extracting(UsageJournalEntry::getPlanId)
                .containsExactly("mem");
    }

    @Test
    void givenPlanThatContradictsItself_whenRead_thenTheOneBeforeHolds() {
        topology.putOnPlan("acme", 100);

        topology.publish(TestingPlans.plan(
                "mem",
                TestingPlans.version(1, TestingPlans.ALWAYS, 100),
                TestingPlans.version(1, TestingPlans.ALWAYS, 7)));
        topology.publish("acme", "1");

        assertThat(topology.metrics.rejectedCatalogRecords.count()).isEqualTo(1);
        assertThat(topology.journalled())
                .extracting(UsageJournalEntry::getPlanId)
                .containsExactly("mem");
    }

    @Test
    void givenTopology_whenDescribed_thenEveryPartHasItsName() {
        String description = AccountingTopology.build(
                        topology.config,
                        topology.registryClient,
                        topology.catalog.plans(),
                        partition -> (requests, commands) -> 0,
                        topology.metrics)
                .describe()
                .toString();

        assertThat(description)
                .contains(
                        "request-events-source",
                        "account-events-source",
                        "usage-journal-sink",
                        "usage-totals-sink",
                        "limit-events-sink",
                        "limit-state-sink",
                        "dead-letters-sink",
                        "stores: [accounts, scopes, pending-work, events]")
                .doesNotContain("KSTREAM", "KTABLE");
    }

    @Test
    void givenOpenTask_whenItIsAssignedToAnotherThread_thenThatOneWaitsUntilAllItsStoresAreClosed() throws Exception {
        OpenTasks openTasks = topology.openTasks;
        List<TopicPartition> assigned = List.of(new TopicPartition("request-events", 0));
        Thread next = Thread.ofPlatform().start(() -> openTasks.awaitClosedByOthers(assigned));
        while (next.getState() != Thread.State.TIMED_WAITING) {
            assertThat(next.isAlive()).as("it went on instead of waiting").isTrue();
            Thread.sleep(1);
        }

        topology.close();
        topology = new TestingTopology(stateDir);

        next.join();
        long begun = System.nanoTime();
        Thread.ofPlatform().start(() -> openTasks.awaitClosedByOthers(assigned)).join();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMillis(500));
    }

    private LimitState newestState() {
        List<LimitState> states = topology.limitStates.readValuesToList();
        assertThat(states).isNotEmpty();
        return states.get(states.size() - 1);
    }

    private static RequestEvent failed(String accountId, String eventId) {
        return RequestEvent.newBuilder(request(accountId, eventId, START))
                .setOutcome(Outcome.SERVER_ERROR)
                .build();
    }
}
