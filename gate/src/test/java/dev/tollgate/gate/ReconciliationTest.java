package dev.tollgate.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.WindowUnit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of the calls that a gate has admitted when a snapshot comes. */
class ReconciliationTest {
    private static final String ORDINARY = "/v2/notes";

    private final TestingGate testing = new TestingGate();
    private final Gate gate = testing.gate;

    private LimitState used(long version, long used) {
        return TestingState.at(version, testing.now())
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, 100L, used)
                .build();
    }

    private void begin(long used) {
        gate.apply(TestingPlan.perMinute(100));
        gate.apply(used(1, used));
    }

    private int remaining() {
        return Integer.parseInt(gate.check("nobody", ORDINARY).allowed() ? header() : "-1");
    }

    private String header() {
        Permit permit = gate.begin(Call.of("acme", ORDINARY));
        permit.end(Outcome.INVALID);
        return String.valueOf(permit.decision().headers().get("X-RateLimit-Remaining"));
    }

    @Test
    void givenOwnCalls_whenSnapshotsCountThemBitByBit_thenUsageNeverCountsThemTwiceOrNotAtAll() {
        begin(10);
        assertThat(testing.allowedOf(30, ORDINARY)).isEqualTo(30);

        for (int counted = 1; counted <= 30; counted++) {
            testing.passMillis(1);
            gate.apply(used(1 + counted, 10 + counted));
            assertThat(remaining()).isEqualTo(60);
        }
    }

    @Test
    void givenCallsOfOthers_whenSnapshotCountsThem_thenTheyAreAddedToWhatIsNotYetCounted() {
        begin(0);
        assertThat(testing.allowedOf(10, ORDINARY)).isEqualTo(10);
        testing.passMillis(500);

        gate.apply(used(2, 70));

        assertThat(remaining()).isEqualTo(30);
    }

    @Test
    void givenOwnCallsTakenForNewerThanALateSnapshot_whenNoNewsComes_thenTheLimitIsGivenOutAllTheSame() {
        begin(0);
        testing.allowedOf(10, ORDINARY);
        testing.passMillis(500);
        gate.apply(used(2, 40));
        testing.allowedOf(10, ORDINARY);
        testing.passMillis(10);
        // Both have all 20 own calls; coming a second late, they do not show it.
        gate.apply(late(3, 93));
        gate.apply(late(4, 94));
        assertThat(gate.check("acme", ORDINARY).allowed()).isFalse();

        for (int version = 5; version < 11; version++) {
            testing.passMillis(1_000);
            assertThat(gate.check("acme", ORDINARY).allowed()).isTrue();
            assertThat(gate.check("acme", ORDINARY).allowed()).isFalse();
            gate.apply(used(version, 90L + version));
        }
        testing.passMillis(1_000);
        assertThat(gate.check("acme", ORDINARY).allowed()).isFalse();
    }

    private LimitState late(long version, long used) {
        return TestingState.at(version, testing.now() - 900)
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, 100L, used)
                .build();
    }

    @Test
    void givenSlowCalls_whenSnapshotsOfOtherEventsComeMeanwhile_thenTheyStillCount() {
        begin(0);
        List<Permit> inFlight = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            inFlight.add(gate.begin(Call.of("acme", ORDINARY)));
        }

        for (int version = 2; version < 22; version++) {
            testing.passMillis(1_000);
            gate.apply(used(version, 0));
            assertThat(gate.check("acme", ORDINARY).allowed()).isFalse();
        }

        assertThat(inFlight)
                .allSatisfy(permit -> assertThat(permit.decision().allowed()).isTrue());
    }

    @Test
    void givenCallsThatFail_whenTheyEnd_thenWhatTheyTookIsGivenBackAtOnce() {
        begin(99);
        Permit permit = gate.begin(Call.of("acme", ORDINARY));
        assertThat(gate.check("acme", ORDINARY).allowed()).isFalse();

        permit.end(Outcome.SERVER_ERROR);

        assertThat(gate.check("acme", ORDINARY).allowed()).isTrue();
    }

    @Test
    void givenCallsThatFailUntold_whenTheHorizonHasPassed_thenTheyNoLongerCount() {
        begin(0);
        assertThat(testing.allowedOf(100, ORDINARY)).isEqualTo(100);

        testing.passMillis(4_000);
        gate.apply(used(2, 3));
        assertThat(gate.check("acme", ORDINARY).allowed()).isFalse();
        testing.passMillis(2_000);
        gate.apply(used(3, 3));
        testing.passMillis(6_000);
        gate.apply(used(4, 3));

        assertThat(remaining()).isEqualTo(97);
    }

    @Test
    void givenCallInFlightAtTheEndOfAWindow_whenItEndsInTheNext_thenItCountsThere() {
        begin(99);
        Permit late = gate.begin(Call.of("acme", ORDINARY));
        testing.passMillis(50_000);

        assertThat(testing.allowedOf(200, ORDINARY)).isEqualTo(99);
        assertThat(late.decision().allowed()).isTrue();
    }

    @Test
    void givenSnapshotOfTheOldWindow_whenTheGateIsInTheNext_thenItIsLeftAlone() {
        begin(0);
        LimitState old = used(2, 100);
        testing.passMillis(50_001);
        assertThat(testing.allowedOf(60, ORDINARY)).isEqualTo(60);

        gate.apply(old);

        assertThat(remaining()).isEqualTo(40);
    }

    @Test
    void givenCorrection_whenUsageFalls_thenCallsGoAheadAtOnce() {
        begin(100);
        assertThat(gate.check("acme", ORDINARY).allowed()).isFalse();

        gate.apply(used(2, 40));

        assertThat(testing.allowedOf(100, ORDINARY)).isEqualTo(60);
    }

    @Test
    void givenLeakyBucket_whenItDrains_thenOneCallFitsEvery600Millis() {
        gate.apply(TestingPlan.mem(Algorithm.LEAKY_BUCKET));
        gate.apply(TestingState.at(1, testing.now()).build());
        assertThat(testing.allowedOf(200, ORDINARY)).isEqualTo(100);

        testing.passMillis(599);
        assertThat(gate.check("acme", ORDINARY).allowed()).isFalse();
        testing.passMillis(1);
        assertThat(testing.allowedOf(5, ORDINARY)).isEqualTo(1);
        testing.passMillis(3_600_000);
        assertThat(testing.allowedOf(200, ORDINARY)).isEqualTo(100);
    }

    @Test
    void givenLeakyBucketOfOtherGates_whenSnapshotTellsItsLevel_thenItDrainsFromThere() {
        gate.apply(TestingPlan.mem(Algorithm.LEAKY_BUCKET));
        gate.apply(TestingState.at(1, testing.now())
                .level("requests-per-minute", "requests", Algorithm.LEAKY_BUCKET, 100, 90, 60_000L, null)
                .build());

        assertThat(testing.allowedOf(200, ORDINARY)).isEqualTo(10);
        testing.passMillis(6_000);
        assertThat(testing.allowedOf(200, ORDINARY)).isEqualTo(10);
    }

    @Test
    void givenBlockedLeakyBucket_whenTheBlockEnds_thenExactlyOneCallFits() {
        gate.apply(TestingPlan.mem(Algorithm.LEAKY_BUCKET));
        Instant until = TestingGate.START.plusMillis(217);
        gate.apply(TestingState.at(1, testing.now())
                .level("requests-per-minute", "requests", Algorithm.LEAKY_BUCKET, 100, 100, 60_000L, until)
                .build());

        testing.passMillis(216);
        assertThat(gate.check("acme", ORDINARY).allowed()).isFalse();
        testing.passMillis(1);
        assertThat(testing.allowedOf(5, ORDINARY)).isEqualTo(1);
    }

    @Test
    void givenLeakyBucket_whenSnapshotsCountOwnCalls_thenTheyAreNotCountedTwice() {
        gate.apply(TestingPlan.mem(Algorithm.LEAKY_BUCKET));
        gate.apply(TestingState.at(1, testing.now()).build());
        assertThat(testing.allowedOf(60, ORDINARY)).isEqualTo(60);

        for (int version = 2; version < 10; version++) {
            testing.passMillis(75);
            // Rounded up to whole units, as the topology tells it.
            long level = version == 9 ? 59 : 60;
            gate.apply(TestingState.at(version, testing.now())
                    .level("requests-per-minute", "requests", Algorithm.LEAKY_BUCKET, 100, level, 60_000L, null)
                    .build());
        }

        assertThat(testing.allowedOf(200, ORDINARY)).isEqualTo(41);
    }

    @Test
    void givenAmountThatDoesNotDivideThePeriod_whenBursting_thenNeverMoreThanTheAmount() {
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit("odd", "requests", 7L, Algorithm.LEAKY_BUCKET, WindowUnit.MINUTE)
                .build());
        gate.apply(TestingState.at(1, testing.now()).build());

        int total = 0;
        for (int i = 0; i < 60_000; i++) {
            total += testing.allowedOf(1, ORDINARY);
            testing.passMillis(1);
        }

        // Seven at once and, within the minute, another as each seventh of it has passed.
        assertThat(total).isEqualTo(13);
    }

    @Test
    void givenSlidingWindow_whenItsBlockEnds_thenOneCallFitsUntilNewsCome() {
        gate.apply(TestingPlan.named("mem")
                .meter("requests", 1)
                .limit("sliding", "requests", 10L, Algorithm.SLIDING_WINDOW, WindowUnit.MINUTE)
                .build());
        gate.apply(TestingState.at(1, testing.now())
                .level(
                        "sliding",
                        "requests",
                        Algorithm.SLIDING_WINDOW,
                        10,
                        10,
                        60_000L,
                        TestingGate.START.plusSeconds(7))
                .build());
        assertThat(gate.check("acme", ORDINARY).retryAfterSeconds()).isEqualTo(7);

        testing.passMillis(7_000);
        assertThat(testing.allowedOf(9, ORDINARY)).isEqualTo(1);
        testing.passMillis(10);
        gate.apply(TestingState.at(2, testing.now())
                .level("sliding", "requests", Algorithm.SLIDING_WINDOW, 10, 6, 60_000L, null)
                .build());

        assertThat(testing.allowedOf(9, ORDINARY)).isEqualTo(4);
    }
}
