package dev.tollgate.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.cli.plans.ShippedPlans;
import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.plans.PlanFile;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.testkit.traffic.TrafficProfile;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoPlansTest {
    private static final Instant TODAY = Instant.parse("2026-11-23T00:00:00Z");

    @Test
    void givenMem_whenTrafficIsCounted_thenEachLimitIsReachedInFull() {
        DemoLedger ledger = count("mem", 50_000);

        String[] limits = {"requests-per-minute", "requests-per-day", "complexity-per-minute", "complexity-per-day"};
        assertThat(limits(ledger.alerts())).containsExactlyInAnyOrder(limits);
        assertThat(limits(ledger.blocks())).containsExactlyInAnyOrder(limits);
        assertThat(ledger.advice()).isEmpty();
        assertThat(ledger.verdicts()).containsKeys("COUNTED", "DUPLICATE", "LATE", "NOT_CONSUMING");
    }

    @Test
    void givenMemos_whenTrafficIsCounted_thenCallsAreTooLargeAndAdviceIsGiven() {
        DemoLedger ledger = count("memos", 20_000);

        assertThat(ledger.verdicts().get("OVER_CALL_LIMIT")).isBetween(300L, 2_000L);
        assertThat(limits(ledger.advice())).containsExactly("recommended-qps");
        assertThat(ledger.advice().keySet())
                .extracting(DemoLedger.Crossing::thresholdBasisPoints)
                .contains(DemoLedger.Crossing.FULL, 9_000);
        assertThat(ledger.blocks()).isEmpty();
        assertThat(ledger.totals().keySet())
                .extracting(DemoLedger.Bucket::limitId)
                .contains("add-message-quota", "search-memory-quota", "get-message-quota");
    }

    @Test
    void givenMemoryCrystal_whenTrafficIsCounted_thenEachLimitIsReachedInFull() {
        DemoLedger ledger = count("memory-crystal", 50_000);

        assertThat(limits(ledger.blocks()))
                .containsExactlyInAnyOrder(
                        "requests-per-minute", "credits-per-minute", "concurrent-requests", "embedding-calls-per-day");
        assertThat(limits(ledger.advice())).containsExactly("requests-per-minute-and-key");
        assertThat(ledger.advice().keySet())
                .extracting(crossing -> crossing.bucket().scopeKey())
                .contains("key-1");
        assertThat(ledger.alerts().keySet())
                .extracting(DemoLedger.Crossing::thresholdBasisPoints)
                .contains(8_000, 9_000);
        // Accounts take the tiers in turn; of the five hottest the fifth has no bounds.
        Set<String> blocked = ledger.blocks().keySet().stream()
                .map(crossing -> crossing.bucket().accountId())
                .collect(Collectors.toSet());
        assertThat(blocked)
                .contains("acme-00001", "acme-00002", "acme-00003", "acme-00004")
                .doesNotContain("acme-00005", "acme-00010");
    }

    @Test
    void givenAPlanThatChanges_whenTrafficIsCounted_thenBothVersionsHaveTheirShare() {
        DemoLedger ledger = count("memories-ai", 50_000);

        Instant change = Instant.parse("2026-07-01T00:00:00Z");
        Map<Boolean, Set<Long>> amounts = ledger.blocks().entrySet().stream()
                .collect(Collectors.partitioningBy(
                        entry -> entry.getKey().bucket().windowStartMillis() < change.toEpochMilli(),
                        Collectors.mapping(entry -> entry.getValue().used(), Collectors.toSet())));
        assertThat(amounts.get(true)).containsExactly(60L);
        assertThat(amounts.get(false)).containsExactly(120L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem", "memos", "memory-crystal", "memories-ai"})
    void givenASeed_whenTrafficIsCountedTwice_thenBothSayTheSame(String name) {
        assertThat(count(name, 3_000)).isEqualTo(count(name, 3_000));
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 200_000, 10_000_000})
    void givenNoChange_whenTrafficIsPlaced_thenItEndsWithYesterdayHoweverLongItIs(int events) {
        List<Plan> plans = ShippedPlans.read("mem");
        TrafficProfile profile = new TrafficProfile(1, events, 100, TODAY, DemoPlans.workloads(plans));

        Instant start = DemoPlans.startOf(profile, plans, TODAY);

        Duration length = dev.tollgate.testkit.traffic.TrafficGenerator.longest(profile);
        assertThat(start.plus(length)).isBetween(TODAY.minus(Duration.ofHours(1)), TODAY);
    }

    @Test
    void givenAPlanFromToday_whenTrafficIsPlaced_thenItIsRejectedWithTheDateThatWouldDo() throws Exception {
        List<Plan> plans = PlanFile.read("""
            plans:
              - id: new
                title: New
                versions:
                  - version: 1
                    effective_from: 2026-11-23T00:00:00Z
                    meters: {requests: {default: 1}}
                    limits: [{id: per-minute, meter: requests, amount: 5, window: minute}]
            """, "new.yaml");
        TrafficProfile profile = new TrafficProfile(1, 1_000, 10, TODAY, DemoPlans.workloads(plans));

        assertThatThrownBy(() -> DemoPlans.startOf(profile, plans, TODAY))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("in force only from 2026-11-23T00:00:00Z")
                .hasMessageContaining("effective_from of 2026-11-2");
    }

    private static DemoLedger count(String name, int events) {
        List<Plan> plans = ShippedPlans.read(name);
        TrafficProfile profile = new TrafficProfile(7, events, 50, TODAY, DemoPlans.workloads(plans));
        TrafficProfile placed = profile.from(DemoPlans.startOf(profile, plans, TODAY));
        return DemoRecount.of(placed, plans, new AppendTimes()).ledger(TODAY.toEpochMilli());
    }

    private static Set<String> limits(Map<DemoLedger.Crossing, DemoLedger.Reached> crossings) {
        return crossings.keySet().stream()
                .map(crossing -> crossing.bucket().limitId())
                .collect(Collectors.toSet());
    }
}
