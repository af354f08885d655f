package dev.tollgate.streams.task;

import static dev.tollgate.streams.task.TestingEvents.assignment;
import static dev.tollgate.streams.task.TestingEvents.command;
import static dev.tollgate.streams.task.TestingEvents.request;
import static dev.tollgate.streams.task.TestingTopology.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.plans.PlanFile;
import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.AccountEventType;
import dev.tollgate.schemas.avro.ClearCause;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.ThresholdKind;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Limit events as an alerting system reads them: each kind in full, so that every field that is not expected is null.
 */
class LimitEventTest {
    private static final Instant MINUTE_START = Instant.parse("2026-03-02T12:00:00Z");
    private static final Instant MINUTE_END = MINUTE_START.plusSeconds(60);

    /** Ten requests a minute; a big call costs 15. */
    private static final String TEN = "{id: rpm, meter: requests, amount: 10, window: minute}";

    @TempDir
    Path stateDir;

    private TestingTopology topology;
    private final List<LimitEvent> all = new ArrayList<>();
    private int requests;
    private int commands;

    @BeforeEach
    void start() {
        topology = new TestingTopology(stateDir);
    }

    @AfterEach
    void stop() {
        topology.close();
    }

    @Test
    void givenUsage_whenItReachesThresholdAndAmount_thenAlertAndBlockNameTheCrossingEvent() throws Exception {
        onPlan(TEN);
        calls(8);

        assertSaid(
                calls(1),
                usage(LimitEventKind.SOFT_LIMIT_REACHED, "e9", 9)
                        .setThresholdBasisPoints(9_000)
                        .setThresholdKind(ThresholdKind.USED_AT_LEAST));
        assertSaid(calls(1), usage(LimitEventKind.HARD_LIMIT_REACHED, "e10", 10).setBlockedUntil(MINUTE_END));
    }

    @Test
    void givenOneLargeCall_whenItGoesPastTheAmount_thenTheOvershootIsTold() throws Exception {
        onPlan("{id: rpm, meter: requests, amount: 10, window: minute, thresholds: [remaining below 20%]}");

        assertSaid(
                call(event -> event.setEndpoint("/big")),
                usage(LimitEventKind.SOFT_LIMIT_REACHED, "e1", 15)
                        .setOvershoot(5L)
                        .setThresholdBasisPoints(8_000)
                        .setThresholdKind(ThresholdKind.REMAINING_BELOW),
                usage(LimitEventKind.HARD_LIMIT_REACHED, "e1", 15)
                        .setOvershoot(5L)
                        .setBlockedUntil(MINUTE_END));
    }

    @Test
    void givenAdvisoryLimitPerKey_whenReached_thenTheAdviceNamesTheKeyAndBlocksNothing() throws Exception {
        onPlan("{id: rpm, meter: requests, amount: 2, window: minute, scope: api_key, mode: advisory, thresholds: []}");
        call(event -> event.setApiKeyId("key-1"));

        assertSaid(
                call(event -> event.setApiKeyId("key-1")),
                usage(LimitEventKind.ADVISORY_LIMIT_REACHED, "e2", 2)
                        .setAmount(2L)
                        .setMode(Mode.ADVISORY)
                        .setScope(Scope.API_KEY)
                        .setScopeKey("key-1"));
    }

    @Test
    void givenBlock_whenItsWindowEnds_thenTheClockClearsItWithoutACrossingEvent() throws Exception {
        onPlan("{id: rpm, meter: requests, amount: 10, window: minute, thresholds: []}");
        LimitEvent block = calls(10).getLast();

        topology.pass(Duration.ofSeconds(30));

        assertSaid(said(), cleared(block, ClearCause.WINDOW_ENDED, MINUTE_END).setUsed(10L));
    }

    @Test
    void givenFullBucket_whenOneUnitHasDrained_thenTheBlockIsClearedThen() throws Exception {
        onPlan("{id: rpm, meter: requests, amount: 10, algorithm: leaky_bucket, period: 1m, thresholds: []}");
        LimitEvent block = calls(10).getLast();
        Instant roomAt = START.plusSeconds(6);

        assertThat(block)
                .usingRecursiveComparison()
                .ignoringFields("limit_event_id", "version")
                .isEqualTo(usage(LimitEventKind.HARD_LIMIT_REACHED, "e10", 10)
                        .setWindowStart(START)
                        .setWindowEnd(START.plusSeconds(60))
                        .setBlockedUntil(roomAt)
                        .build());
        topology.pass(Duration.ofSeconds(6));

        assertSaid(
                said(),
                cleared(block, ClearCause.BUCKET_DRAINED, roomAt)
                        .setWindowStart(START)
                        .setWindowEnd(START.plusSeconds(60))
                        .setUsed(9L));
    }

    @Test
    void givenCallsInFlight_whenOneEnds_thenTheEndIsWhatCleared() throws Exception {
        onPlan("{id: rpm, meter: requests, amount: 2, algorithm: concurrency, lease: 1m, thresholds: []}");
        call(event -> event.setPhase(Phase.STARTED));
        List<LimitEvent> blocked = call(event -> event.setPhase(Phase.STARTED));
        LimitEvent block = blocked.getFirst();

        assertThat(block.getKind()).isEqualTo(LimitEventKind.HARD_LIMIT_REACHED);
        assertThat(block.getBlockedUntil()).isEqualTo(START.plusSeconds(60));
        topology.pass(Duration.ofSeconds(5));
        topology.publish(request("acme", "e1", topology.now()));
        requests++;

        assertSaid(
                said(),
                cleared(block, ClearCause.BUCKET_DRAINED, topology.now())
                        .setAmount(2L)
                        .setUsed(1L)
                        .setWindowStart(topology.now())
                        .setWindowEnd(block.getWindowEnd())
                        .setCrossingEventId("e1")
                        .setCrossingTopic("tollgate.request-events")
                        .setCrossingPartition(0)
                        .setCrossingOffset(2L));
    }

    @Test
    void givenBlock_whenTheCrossingEventIsVoided_thenItIsClearedWhenTheCorrectionTakesEffectAndLinked()
            throws Exception {
        onPlan("{id: rpm, meter: requests, amount: 10, window: minute, thresholds: []}");
        LimitEvent block = calls(10).getLast();
        topology.pass(Duration.ofSeconds(7));

        List<LimitEvent> said = give(AccountEventType.EVENT_VOIDED, event -> event.setCorrectedEventId("e3"));

        assertSaid(
                said,
                cleared(block, ClearCause.CORRECTED, START.plusSeconds(7))
                        .setUsed(9L)
                        .setCrossingEventId("c2")
                        .setCrossingTopic("tollgate.account-events")
                        .setCrossingPartition(0)
                        .setCrossingOffset(1L)
                        .setCorrectionId("c2")
                        .setReason("because"));
    }

    @Test
    void givenBlock_whenTheAmountIsOverridden_thenTheChangeAndWhatItClearsAreSaid() throws Exception {
        onPlan("{id: rpm, meter: requests, amount: 10, window: minute, thresholds: []}");
        LimitEvent block = calls(10).getLast();

        assertSaid(
                give(
                        AccountEventType.OVERRIDE_SET,
                        event -> event.setLimitId("rpm").setAmount(100L)),
                byCommand(LimitEventKind.OVERRIDE_CHANGED, "c2", 1)
                        .setLimitId("rpm")
                        .setMeterId("requests")
                        .setAmount(100L),
                cleared(block, ClearCause.OVERRIDE_CHANGED, START)
                        .setAmount(100L)
                        .setUsed(10L)
                        .setCrossingEventId("c2")
                        .setCrossingTopic("tollgate.account-events")
                        .setCrossingPartition(0)
                        .setCrossingOffset(1L)
                        .setReason("because"));
        topology.pass(Duration.ofSeconds(1));
        assertSaid(
                give(AccountEventType.OVERRIDE_REMOVED, event -> event.setLimitId("rpm")),
                byCommand(LimitEventKind.OVERRIDE_CHANGED, "c3", 2)
                        .setLimitId("rpm")
                        .setMeterId("requests")
                        .setAmount(10L),
                usage(LimitEventKind.HARD_LIMIT_REACHED, "c3", 10)
                        .setCrossingTopic("tollgate.account-events")
                        .setCrossingOffset(2L)
                        .setReason("because")
                        .setBlockedUntil(MINUTE_END));
    }

    @Test
    void givenBlock_whenTheAccountIsExempt_thenItIsClearedAndRaisedAgainAfterwards() throws Exception {
        onPlan("{id: rpm, meter: requests, amount: 10, window: minute, thresholds: []}");
        LimitEvent block = calls(10).getLast();

        assertSaid(
                give(AccountEventType.EXEMPTION_SET, event -> event.setExempt(true)),
                byCommand(LimitEventKind.EXEMPTED, "c2", 1),
                cleared(block, ClearCause.EXEMPTED, START)
                        .setUsed(10L)
                        .setCrossingEventId("c2")
                        .setCrossingTopic("tollgate.account-events")
                        .setCrossingPartition(0)
                        .setCrossingOffset(1L)
                        .setReason("because"));
        topology.pass(Duration.ofSeconds(1));
        assertSaid(
                give(AccountEventType.EXEMPTION_SET, event -> event.setExempt(false)),
                byCommand(LimitEventKind.EXEMPTION_ENDED, "c3", 2),
                usage(LimitEventKind.HARD_LIMIT_REACHED, "c3", 10)
                        .setCrossingTopic("tollgate.account-events")
                        .setCrossingOffset(2L)
                        .setReason("because")
                        .setBlockedUntil(MINUTE_END));
    }

    @Test
    void givenBlock_whenThePlanChanges_thenTheChangeAndWhatItClearsAreSaid() throws Exception {
        onPlan("{id: rpm, meter: requests, amount: 10, window: minute, thresholds: []}");
        topology.publish(plan("larger", "{id: rpm, meter: requests, amount: 20, window: minute, thresholds: []}"));
        LimitEvent block = calls(10).getLast();

        assertSaid(
                give(AccountEventType.PLAN_ASSIGNED, event -> event.setPlanId("larger")),
                byCommand(LimitEventKind.PLAN_CHANGED, "c2", 1).setPlanId("larger"),
                cleared(block, ClearCause.PLAN_CHANGED, topology.now())
                        .setPlanId("larger")
                        .setAmount(20L)
                        .setUsed(10L)
                        .setCrossingEventId("c2")
                        .setCrossingTopic("tollgate.account-events")
                        .setCrossingPartition(0)
                        .setCrossingOffset(1L)
                        .setReason("because"));
    }

    @Test
    void givenAssignmentDatedAhead_whenGivenAndWhenItsTimeComes_thenBothAreSaid() throws Exception {
        onPlan(TEN);
        topology.publish(plan("larger", "{id: rpm, meter: requests, amount: 20, window: minute}"));
        Instant from = topology.now().plus(Duration.ofHours(2));

        assertSaid(
                give(
                        AccountEventType.PLAN_ASSIGNED,
                        event -> event.setPlanId("larger").setEffectiveAt(from)),
                byCommand(LimitEventKind.PLAN_CHANGE_SCHEDULED, "c2", 1)
                        .setPlanId("larger")
                        .setEventTime(from));
        topology.pass(Duration.ofHours(2));
        assertSaid(
                said(),
                byCommand(LimitEventKind.PLAN_CHANGED, "c2", 1)
                        .setPlanId("larger")
                        .setEventTime(from));
    }

    @Test
    void givenSuspensions_whenGivenAndOver_thenEndReasonAndCommandAreTold() throws Exception {
        onPlan(TEN);
        Instant until = START.plusSeconds(300);

        assertSaid(
                give(AccountEventType.SUSPENDED, event -> event.setSuspendedUntil(until)),
                byCommand(LimitEventKind.SUSPENDED, "c2", 1).setBlockedUntil(until));
        topology.pass(Duration.ofSeconds(300));
        assertSaid(said(), expected(LimitEventKind.REINSTATED).setEventTime(until));
        topology.pass(Duration.ofSeconds(1));
        assertSaid(give(AccountEventType.SUSPENDED, event -> {}), byCommand(LimitEventKind.SUSPENDED, "c3", 2));
        topology.pass(Duration.ofSeconds(1));
        assertSaid(give(AccountEventType.REINSTATED, event -> {}), byCommand(LimitEventKind.REINSTATED, "c4", 3));
    }

    @Test
    void givenNewVersionOfAPlan_whenTheCatalogLearnsOfIt_thenEveryAccountOnItIsToldOnceWithoutAnEvent()
            throws Exception {
        Instant from = START.plus(Duration.ofDays(10));
        topology.publish(plan("p", TEN));
        topology.publish(plan("other", TEN));
        for (int i = 0; i < 600; i++) {
            topology.publish(assignment("acme-" + i, "c" + i, "p", TestingPlans.ALWAYS));
        }
        topology.publish(assignment("else", "c", "other", TestingPlans.ALWAYS));
        topology.pass(Duration.ofSeconds(1));
        said();

        topology.publish(planWithSecondVersion(from, "7d"));
        topology.pass(Duration.ofDays(3).minusSeconds(2));
        assertThat(said()).isEmpty();
        topology.pass(Duration.ofSeconds(1));
        List<LimitEvent> told = new ArrayList<>(said());
        assertThat(told).as("records do not wait for all accounts").hasSizeBetween(1, 599);
        for (int i = 0; i < 10; i++) {
            topology.pass(Duration.ofMillis(50));
            told.addAll(said());
        }

        assertThat(told)
                .hasSize(600)
                .allSatisfy(event -> assertThat(event)
                        .usingRecursiveComparison()
                        .ignoringFields("limit_event_id", "version", "account_id", "decided_at")
                        .isEqualTo(expected(LimitEventKind.PLAN_CHANGE_SCHEDULED)
                                .setPlanVersion(2)
                                .setEventTime(from)
                                .build()));
        assertThat(told).extracting(LimitEvent::getAccountId).doesNotHaveDuplicates();
        assertThat(told).extracting(LimitEvent::getLimitEventId).doesNotHaveDuplicates();
        topology.publish(request("acme-7", "late riser", topology.now()));
        topology.pass(Duration.ofDays(1));
        assertThat(said()).isEmpty();
    }

    @Test
    void givenNotice_whenAnotherAccountComesAndTheVersionHolds_thenBothAreTold() throws Exception {
        onPlan(TEN);
        topology.publish(planWithSecondVersion(START.plus(Duration.ofDays(10)), "20d"));
        topology.pass(Duration.ofSeconds(1));
        LimitEvent told = said().getFirst();

        topology.publish(assignment("late", "c", "p", topology.now()));
        List<LimitEvent> late = said();
        topology.pass(Duration.ofDays(10));
        topology.publish(request("acme", "first on version 2", topology.now()));

        assertThat(told.getPlanVersion()).isEqualTo(2);
        assertThat(late)
                .as("who comes to a plan that is about to change learns of it with the assignment")
                .extracting(LimitEvent::getKind)
                .containsExactly(LimitEventKind.PLAN_CHANGED, LimitEventKind.PLAN_CHANGE_SCHEDULED);
        assertSaid(
                said(),
                expected(LimitEventKind.PLAN_CHANGED).setPlanVersion(2).setEventTime(START.plus(Duration.ofDays(10))));
    }

    /** Publishes the plan {@code p} with these limits and puts the account on it. */
    private void onPlan(String limits) throws Exception {
        topology.publish(plan("p", limits));
        topology.publish(assignment("acme", "c1", "p", TestingPlans.ALWAYS));
        commands = 1;
        said();
    }

    private static Plan plan(String id, String limits) throws Exception {
        return PlanFile.read("""
            plans:
              - id: %s
                title: Test
                versions:
                  - version: 1
                    effective_from: 2020-01-01T00:00:00Z
                    meters: {requests: {default: 1, endpoints: {/big: 15}}}
                    limits: [%s]
            """.formatted(id, limits), id).getFirst();
    }

    private static Plan planWithSecondVersion(Instant from, String notice) throws Exception {
        return PlanFile.read("""
            plans:
              - id: p
                title: Test
                versions:
                  - version: 1
                    effective_from: 2020-01-01T00:00:00Z
                    meters: {requests: {default: 1, endpoints: {/big: 15}}}
                    limits: [%s]
                  - version: 2
                    effective_from: %s
                    notice_period: %s
                    meters: {requests: {default: 1, endpoints: {/big: 15}}}
                    limits: [%s]
            """.formatted(TEN, from, notice, TEN.replace("10", "20")), "p")
                .getFirst();
    }

    /** Something to change about a record before it is published. */
    private interface Change<T> {
        void apply(T builder);
    }

    private List<LimitEvent> calls(int count) {
        for (int i = 0; i < count; i++) {
            requests++;
            topology.publish("acme", "e" + requests);
        }
        return said();
    }

    private List<LimitEvent> call(Change<RequestEvent.Builder> change) {
        requests++;
        RequestEvent.Builder event = RequestEvent.newBuilder(request("acme", "e" + requests, topology.now()));
        change.apply(event);
        topology.publish(event.build());
        return said();
    }

    private List<LimitEvent> give(AccountEventType type, Change<AccountEvent.Builder> change) {
        commands++;
        AccountEvent.Builder command =
                command("acme", "c" + commands, type, topology.now()).setReason("because");
        change.apply(command);
        topology.publish(command.build());
        return said();
    }

    private List<LimitEvent> said() {
        List<LimitEvent> said = topology.limitEvents.readValuesToList();
        all.addAll(said);
        return said;
    }

    /** About the account as a whole, brought by time. */
    private LimitEvent.Builder expected(LimitEventKind kind) {
        return LimitEvent.newBuilder()
                .setLimitEventId("")
                .setAccountId("acme")
                .setKind(kind)
                .setMode(Mode.ENFORCE)
                .setScope(Scope.ACCOUNT)
                .setScopeKey("")
                .setPlanId("p")
                .setPlanVersion(1)
                .setEventTime(topology.now())
                .setDecidedAt(topology.now())
                .setVersion(0);
    }

    private LimitEvent.Builder byCommand(LimitEventKind kind, String commandId, long offset) {
        return expected(kind)
                .setCrossingEventId(commandId)
                .setCrossingTopic("tollgate.account-events")
                .setCrossingPartition(0)
                .setCrossingOffset(offset)
                .setReason("because");
    }

    private LimitEvent.Builder aboutLimit(LimitEventKind kind) {
        return expected(kind)
                .setLimitId("rpm")
                .setMeterId("requests")
                .setWindowStart(MINUTE_START)
                .setWindowEnd(MINUTE_END)
                .setAmount(10L);
    }

    private LimitEvent.Builder usage(LimitEventKind kind, String crossingEventId, long used) {
        return aboutLimit(kind)
                .setUsed(used)
                .setCrossingEventId(crossingEventId)
                .setCrossingTopic("tollgate.request-events")
                .setCrossingPartition(0)
                .setCrossingOffset(requests - 1L);
    }

    private LimitEvent.Builder cleared(LimitEvent raised, ClearCause cause, Instant at) {
        return aboutLimit(LimitEventKind.LIMIT_CLEARED)
                .setCause(cause)
                .setClearedEventId(raised.getLimitEventId())
                .setEventTime(at);
    }

    /** Compares whole events; ids are UUIDs that nothing else has, versions grow. */
    private void assertSaid(List<LimitEvent> said, LimitEvent.Builder... expected) {
        assertThat(said).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(said.get(i))
                    .usingRecursiveComparison()
                    .ignoringFields("limit_event_id", "version")
                    .isEqualTo(expected[i].build());
        }
        assertThat(all)
                .extracting(LimitEvent::getLimitEventId)
                .doesNotHaveDuplicates()
                .allSatisfy(id ->
                        assertThat(id).matches("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
        @Nullable Long before = null;
        for (LimitEvent event : all) {
            if (event.getAccountId().equals("acme")) {
                assertThat(event.getVersion()).isGreaterThan(Objects.requireNonNullElse(before, -1L));
                before = event.getVersion();
            }
        }
    }
}
