package dev.tollgate.testkit.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.testkit.oracle.OraclePlan.Limit;
import dev.tollgate.testkit.oracle.OraclePlan.Meter;
import dev.tollgate.testkit.oracle.OraclePlan.Price;
import dev.tollgate.testkit.oracle.OraclePlan.PricedEndpoint;
import dev.tollgate.testkit.oracle.OraclePlan.Scope;
import dev.tollgate.testkit.oracle.TrafficOracle.Crossing;
import dev.tollgate.testkit.oracle.TrafficOracle.Window;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrafficOracleTest {
    private static final long NOON = 1_773_144_000_000L;
    private static final OraclePlan MEM = new OraclePlan(
            "mem",
            1,
            List.of(
                    new Meter("requests", new Price(1, 0, 1), List.of()),
                    new Meter(
                            "complexity",
                            new Price(1, 0, 1),
                            List.of(new PricedEndpoint("/v2/mem-it", new Price(40, 0, 1))))),
            List.of(
                    new Limit("requests-per-minute", "requests", 100L, "MINUTE", Scope.ACCOUNT, List.of(9_000), 60_000),
                    new Limit("requests-per-day", "requests", 4_000L, "DAY", Scope.ACCOUNT, List.of(9_000), 60_000),
                    new Limit(
                            "complexity-per-minute",
                            "complexity",
                            200L,
                            "MINUTE",
                            Scope.ACCOUNT,
                            List.of(9_000),
                            60_000),
                    new Limit(
                            "complexity-per-day", "complexity", 8_000L, "DAY", Scope.ACCOUNT, List.of(9_000), 60_000)),
            List.of(),
            Set.of("SUCCESS"));

    @Test
    void givenFiveDearCalls_whenRecounted_thenTheMinuteIsFullAndTheRestIsNot() {
        TrafficOracle recount = new TrafficOracle(60_000, 86_400_000);
        recount.assign("acme", MEM);

        for (int i = 0; i < 5; i++) {
            assertThat(recount.add(call("e" + i, "acme", NOON + i, "/v2/mem-it")))
                    .isEqualTo(OracleVerdict.COUNTED);
        }
        assertThat(recount.add(call("e0", "acme", NOON, "/v2/mem-it"))).isEqualTo(OracleVerdict.DUPLICATE);

        Window minute = new Window("acme", "complexity-per-minute", "", NOON);
        assertThat(recount.totals()).containsEntry(minute, 200L).hasSize(4);
        assertThat(recount.crossings())
                .containsExactlyInAnyOrder(new Crossing(minute, 9_000), new Crossing(minute, 10_000));
        assertThat(recount.alerts()).isEqualTo(1);
        assertThat(recount.blocks()).isEqualTo(1);
        assertThat(recount.charged("acme")).containsEntry("complexity", 200L).containsEntry("requests", 5L);
        assertThat(recount.verdicts())
                .containsEntry(OracleVerdict.COUNTED, 5L)
                .containsEntry(OracleVerdict.DUPLICATE, 1L);
        assertThat(recount.closedWindows()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/v2/*, POST /v2/x/y, true",
        "/v2/*, /v2/, false",
        "get /x, GET /x, true",
        "GET /x, /x, false",
        "/kb/:id, /kb/1, true",
        "/kb/:id, /kb/1/2, false",
        "a.c, abc, false",
    })
    void givenPattern_whenMatched_thenOnlyWhatItSaysMatches(String pattern, String endpoint, boolean expected) {
        assertThat(OraclePlan.matches(pattern, endpoint)).isEqualTo(expected);
    }

    @Test
    void givenLargeHistory_whenRecounted_thenEveryEventHasAVerdict() {
        TrafficOracle recount = new TrafficOracle(60_000, 86_400_000);
        int accounts = 500;
        for (int i = 0; i < accounts; i++) {
            recount.assign("acme-" + i, MEM);
        }

        int events = 200_000;
        for (int i = 0; i < events; i++) {
            recount.add(call("e" + i, "acme-" + i % accounts, NOON + i, "/v2/notes"));
        }

        assertThat(recount.verdicts()).containsEntry(OracleVerdict.COUNTED, (long) events);
        assertThat(recount.totals().values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(4L * events);
    }

    private static OracleEvent call(String id, String account, long time, String endpoint) {
        return new OracleEvent(id, account, null, null, endpoint, time, time, false, "SUCCESS", null, null, null);
    }
}
