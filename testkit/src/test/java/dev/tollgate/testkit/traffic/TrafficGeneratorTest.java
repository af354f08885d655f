package dev.tollgate.testkit.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.testkit.traffic.TrafficProfile.WeightedEndpoint;
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

    private static TrafficGenerator generator(long seed, int events) {
        return new TrafficGenerator(new TrafficProfile(
                seed,
                events,
                20,
                START,
                List.of(new WeightedEndpoint("/v2/notes", 9, 0), new WeightedEndpoint("/v2/mem-it", 1, 3))));
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
