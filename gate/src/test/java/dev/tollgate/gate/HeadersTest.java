package dev.tollgate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.WindowUnit;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The published header rules of Mem.ai and the IETF draft, with the published numbers. */
class HeadersTest {
    private static final String ORDINARY = "/v2/notes";

    private final TestingGate testing = new TestingGate();
    private final Gate gate = testing.gate;

    private void onMem(long requestsMinute, long requestsDay, long complexityMinute, long complexityDay) {
        gate.apply(TestingPlan.mem(Algorithm.FIXED_WINDOW));
        gate.apply(TestingState.at(1, testing.now())
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, 100L, requestsMinute)
                .window("requests-per-day", "requests", WindowUnit.DAY, 4_000L, requestsDay)
                .window("complexity-per-minute", "complexity", WindowUnit.MINUTE, 200L, complexityMinute)
                .window("complexity-per-day", "complexity", WindowUnit.DAY, 8_000L, complexityDay)
                .build());
    }

    @Test
    void givenMemPlan_whenCallIsAllowed_thenEveryHeaderIsAsPublished() {
        onMem(62, 100, 10, 7_900);

        Decision decision = gate.check("acme", ORDINARY);

        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("X-RateLimit-Bucket", "minute");
        expected.put("X-RateLimit-Limit", "100");
        expected.put("X-RateLimit-Remaining", "37");
        expected.put("X-RateLimit-Reset", "50");
        expected.put("X-Complexity-Bucket", "day");
        expected.put("X-Complexity-Limit", "8000");
        expected.put("X-Complexity-Remaining", "99");
        expected.put("X-Complexity-Reset", "41390");
        expected.put(
                "RateLimit-Policy",
                "\"requests-per-minute\";q=100;w=60, \"requests-per-day\";q=4000;w=86400, "
                        + "\"complexity-per-minute\";q=200;qu=\"complexity\";w=60, "
                        + "\"complexity-per-day\";q=8000;qu=\"complexity\";w=86400");
        expected.put("RateLimit", "\"requests-per-minute\";r=37;t=50, \"complexity-per-day\";r=99;t=41390");
        assertThat(decision.headers()).containsExactlyEntriesOf(expected);
    }

    @Test
    void givenSixthMemItCall_whenDenied_thenHeadersTellWhyAndUntilWhen() {
        onMem(5, 5, 200, 200);

        Decision decision = gate.check("acme", "/v2/mem-it");

        assertThat(decision.headers())
                .containsEntry("X-Complexity-Bucket", "minute")
                .containsEntry("X-Complexity-Remaining", "0")
                .containsEntry("X-Complexity-Reset", "50")
                .containsEntry("X-RateLimit-Remaining", "95")
                .containsEntry("RateLimit", "\"complexity-per-minute\";r=0;t=50")
                .containsEntry("Retry-After", "50");
    }

    @Test
    void givenOnlyRequestLimits_whenAllowed_thenTheIetfPairNamesThemByTheirBuckets() {
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit("requests-per-minute", "requests", 100L, Algorithm.FIXED_WINDOW, WindowUnit.MINUTE)
                .limit("requests-per-day", "requests", 4_000L, Algorithm.FIXED_WINDOW, WindowUnit.DAY)
                .build());
        gate.apply(TestingState.at(1, testing.now())
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, 100L, 62)
                .build());

        Map<String, String> headers = gate.check("acme", ORDINARY).headers();

        assertThat(headers)
                .containsEntry("RateLimit-Policy", "\"minute\";q=100;w=60, \"day\";q=4000;w=86400")
                .containsEntry("RateLimit", "\"minute\";r=37;t=50");
    }

    @Test
    void givenEqualShares_whenCompared_thenTheLongerWindowIsShown() {
        onMem(50, 2_000, 0, 0);

        Decision denied = gate.check("acme", "/v2/mem-it");

        assertThat(denied.allowed()).isTrue();
        onEqualShares();
        assertThat(gate.check("acme", ORDINARY).headers()).containsEntry("X-RateLimit-Bucket", "day");
    }

    private void onEqualShares() {
        gate.apply(TestingPlan.mem(Algorithm.FIXED_WINDOW));
        gate.apply(TestingState.at(2, testing.now())
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, 100L, 100)
                .window("requests-per-day", "requests", WindowUnit.DAY, 4_000L, 4_000)
                .build());
    }

    @Test
    void givenSharesThatDifferInTheLastUnit_whenCompared_thenTheComparisonIsExact() {
        assertThat(Headers.compareShares(1, 3, 333_333_333_333_333L, 1_000_000_000_000_000L))
                .isPositive();
        assertThat(Headers.compareShares(999_999_999_999_999L, 1_000_000_000_000_000L, 1, 1))
                .isNegative();
        assertThat(Headers.compareShares(37, 100, 1_480, 4_000)).isZero();
        assertThat(Headers.compareShares(0, 0, 0, 5)).isZero();
    }

    @Test
    void givenMillisBeforeTheEnd_whenShown_thenSecondsAreRoundedUp() {
        onMem(1, 1, 1, 1);
        testing.passMillis(49_001);

        assertThat(gate.check("acme", ORDINARY).headers())
                .containsEntry("X-RateLimit-Reset", "1")
                .containsEntry("X-RateLimit-Bucket", "minute");
    }

    @Test
    void givenSwitches_whenOff_thenTheirHeadersAreMissingAndPrefixesAreChosen() {
        TestingGate quiet = new TestingGate(
                "gate.headers.x",
                "requests:X-Quota",
                "gate.headers.ietf",
                "false",
                "gate.headers.retry-after",
                "false");
        quiet.gate.apply(TestingPlan.mem(Algorithm.FIXED_WINDOW));
        quiet.gate.apply(TestingState.at(1, quiet.now())
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, 100L, 100)
                .build());

        Decision denied = quiet.gate.check("acme", ORDINARY);

        assertThat(denied.headers())
                .containsOnlyKeys("X-Quota-Bucket", "X-Quota-Limit", "X-Quota-Remaining", "X-Quota-Reset");
        assertThat(denied.retryAfterSeconds()).isEqualTo(50);
    }

    @Test
    void givenNamesWithControlCharacters_whenShown_thenNoHeaderCanBeSplit() {
        gate.apply(TestingPlan.named("mem")
                .meter("re\"quests", 1)
                .limit("a\r\nSet-Cookie: x", "re\"quests", 9L, Algorithm.FIXED_WINDOW, WindowUnit.DAY)
                .limit("b\\", "re\"quests", 9L, Algorithm.FIXED_WINDOW, WindowUnit.DAY)
                .build());
        gate.apply(TestingState.at(1, testing.now()).build());

        assertThat(gate.check("acme", ORDINARY).headers().get("RateLimit-Policy"))
                .isEqualTo("\"a??Set-Cookie: x\";q=9;qu=\"re\\\"quests\";w=86400, "
                        + "\"b\\\\\";q=9;qu=\"re\\\"quests\";w=86400");
    }

    @Test
    void givenBlockByTheTopology_whenOwnLevelIsAFractionBelowIt_thenResetIsTheEndOfTheBlock() {
        gate.apply(TestingPlan.mem(Algorithm.LEAKY_BUCKET));
        gate.apply(TestingState.at(1, testing.now())
                .level("requests-per-day", "requests", Algorithm.LEAKY_BUCKET, 4_000, 3_999, 86_400_000L, null)
                .build());
        testing.passMillis(10_000);
        // Another service's call; one request drains in 21.6 s, so that the two levels differ by less than one request.
        gate.apply(TestingState.at(2, testing.now())
                .level(
                        "requests-per-day",
                        "requests",
                        Algorithm.LEAKY_BUCKET,
                        4_000,
                        4_000,
                        86_400_000L,
                        Instant.ofEpochMilli(testing.now() + 11_000))
                .build());

        Decision denied = gate.check("acme", ORDINARY);

        assertThat(denied.headers())
                .containsEntry("X-RateLimit-Bucket", "day")
                .containsEntry("X-RateLimit-Remaining", "0")
                .containsEntry("X-RateLimit-Reset", "11")
                .containsEntry("Retry-After", "11");
    }

    @Test
    void givenLeakyBuckets_whenDenied_thenRetryAfterIsTheMomentOfRoomAndNeverBeforeT() {
        gate.apply(TestingPlan.mem(Algorithm.LEAKY_BUCKET));
        gate.apply(TestingState.at(1, testing.now()).build());
        assertThat(testing.allowedOf(9, "/v2/mem-it")).isEqualTo(5);

        Decision large = gate.check("acme", "/v2/mem-it");

        assertThat(large.headers())
                .containsEntry("X-Complexity-Remaining", "0")
                .containsEntry("X-Complexity-Reset", "1")
                .containsEntry("RateLimit", "\"complexity-per-minute\";r=0;t=1")
                .containsEntry("Retry-After", "12");
    }
}
