package dev.tollgate.testkit.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.testkit.traffic.TrafficProfile.WeightedEndpoint;
import dev.tollgate.testkit.traffic.TrafficProfile.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TrafficGeneratorTest {
    private static final Instant START = Instant.parse("2026-11-01T06:00:00Z");

    @Test
    void givenTheSameSeed_whenMadeTwice_thenTheRecordsAreTheSame() {
        assertThat(describe(7, 5_000)).isEqualTo(describe(7, 5_000)).isNotEqualTo(describe(8, 5_000));
    }

    @Test
    void givenEnoughRecords_whenMade_thenEveryKindIsThere() {
        int duplicates = 0;
        int failures = 0;
        int dayLate = 0;
        Set<String> seen = new HashSet<>();
        Map<String, Integer> broken = new HashMap<>();
        TrafficGenerator generator = generator(1, 50_000);
        int count = 0;
        while (generator.hasNext()) {
            count++;
            switch (generator.next()) {
                case TrafficRecord.Event(var event) -> {
                    duplicates += seen.add(event.getEventId()) ? 0 : 1;
                    failures += event.getOutcome() == dev.tollgate.schemas.avro.Outcome.SUCCESS ? 0 : 1;
                    boolean old = event.getOccurredAt().isBefore(generator.now().minus(Duration.ofHours(24)));
                    dayLate += old ? 1 : 0;
                }
                case TrafficRecord.Impossible impossible -> broken.merge(impossible.reason(), 1, Integer::sum);
                case TrafficRecord.Malformed malformed -> broken.merge(malformed.reason(), 1, Integer::sum);
            }
        }

        assertThat(count).isEqualTo(50_000);
        assertThat(duplicates).isBetween(300, 800);
        assertThat(failures).isBetween(1_000, 2_000);
        assertThat(dayLate).isBetween(20, 110);
        assertThat(broken)
                .containsOnlyKeys(
                        "MALFORMED", "UNKNOWN_SCHEMA", "MISSING_ACCOUNT_ID", "MISSING_ENDPOINT", "FUTURE_EVENT");
    }

    @Test
    void givenWorkloads_whenMade_thenEachAccountCallsItsOwnEndpointsAtItsOwnRate() {
        TrafficProfile profile = new TrafficProfile(
                3,
                20_000,
                4,
                START,
                List.of(
                        Workload.ofCalls(List.of(new WeightedEndpoint("small", 1, 0, 10, 20)), 30),
                        Workload.ofCalls(List.of(new WeightedEndpoint("large", 1, 7, 0, 0)), 90)));
        Map<String, Integer> calls = new HashMap<>();
        List<Instant> times = new ArrayList<>();
        new TrafficGenerator(profile).forEachRemaining(record -> {
            if (record instanceof TrafficRecord.Event(var event)) {
                calls.merge(event.getAccountId() + " " + event.getEndpoint(), 1, Integer::sum);
                times.add(event.getOccurredAt());
                boolean small = event.getEndpoint().equals("small");
                assertThat(event.getUnits() == null).isEqualTo(small);
                assertThat(event.getInputTokens() == null).isEqualTo(!small);
                assertThat(event.getOutputItems() == null).isEqualTo(!small);
            }
        });

        // Rates of 30, 90, 15 and 45 calls a minute.
        assertThat(calls)
                .containsOnlyKeys("acme-00001 small", "acme-00002 large", "acme-00003 small", "acme-00004 large");
        assertThat(calls.get("acme-00002 large")).isBetween(9_500, 10_400);
        assertThat(calls.get("acme-00001 small")).isBetween(3_100, 3_550);
        assertThat(calls.get("acme-00003 small")).isBetween(1_500, 1_850);
        assertThat(times).allMatch(time -> time.isBefore(START.plus(TrafficGenerator.longest(profile))));
    }

    @Test
    void givenCallsThatReportTheirStart_whenMade_thenEachEndComesAfterItsStartAndSomeEndsAreLost() {
        TrafficProfile profile = new TrafficProfile(
                5,
                40_000,
                10,
                START,
                List.of(new Workload(List.of(new WeightedEndpoint("/x", 1, 0, 0, 0)), 60, 50, 900)));
        Map<String, Instant> started = new HashMap<>();
        Set<String> ended = new HashSet<>();
        int[] calls = new int[1];
        new TrafficGenerator(profile).forEachRemaining(record -> {
            if (record instanceof TrafficRecord.Event(var event)) {
                if (event.getPhase() == Phase.STARTED) {
                    assertThat(ended.contains(event.getEventId()) && !started.containsKey(event.getEventId()))
                            .isFalse();
                    started.put(event.getEventId(), event.getOccurredAt());
                } else if (started.containsKey(event.getEventId())) {
                    assertThat(Duration.between(started.get(event.getEventId()), event.getOccurredAt()))
                            .isBetween(Duration.ofMillis(1), Duration.ofMillis(1_800));
                    ended.add(event.getEventId());
                } else {
                    calls[0]++;
                }
            }
        });

        assertThat((double) started.size() / (started.size() + calls[0])).isBetween(0.48, 0.52);
        assertThat(started.size() - ended.size()).isBetween(started.size() / 80, started.size() / 30);
    }

    private static TrafficGenerator generator(long seed, int events) {
        return new TrafficGenerator(new TrafficProfile(
                seed,
                events,
                20,
                START,
                List.of(Workload.ofCalls(
                        List.of(
                                new WeightedEndpoint("/v2/notes", 9, 0, 3_000, 0),
                                new WeightedEndpoint("/v2/mem-it", 1, 3, 0, 0)),
                        70))));
    }

    private static List<String> describe(long seed, int events) {
        List<String> records = new ArrayList<>();
        generator(seed, events)
                .forEachRemaining(record -> records.add(
                        switch (record) {
                            case TrafficRecord.Event(var event) -> event.toString();
                            case TrafficRecord.Impossible(var key, var event, var reason) -> key + event + reason;
                            case TrafficRecord.Malformed(var key, var value, var reason) ->
                                key + java.util.Arrays.toString(value) + reason;
                        }));
        return records;
    }
}
