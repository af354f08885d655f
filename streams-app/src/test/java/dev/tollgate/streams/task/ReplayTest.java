package dev.tollgate.streams.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.registry.TestingRegistry;
import dev.tollgate.streams.task.TestingLog.Answer;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whoever reads the topics again from their beginning comes to the same journal, limit events and final totals, byte
 * for byte, whatever clocks, threads, partitions and restarts took part: with plan versions, removals, notices and
 * commands in mid-traffic.
 *
 * <p>Tasks over stores in memory, with a log and clocks that the test holds. {@code -Dtollgate.replays=100} tries as
 * many seeds, {@code -Dtollgate.seed=N} one.
 */
class ReplayTest {
    @TempDir
    static Path folder;

    private static TestingRegistry registry;

    @BeforeAll
    static void start() throws Exception {
        registry = new TestingRegistry();
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    static LongStream seeds() {
        Long seed = Long.getLong("tollgate.seed");
        long first = new Random().nextLong(1_000_000_000L);
        return seed != null
                ? LongStream.of(seed)
                : LongStream.range(first, first + Integer.getInteger("tollgate.replays", 4));
    }

    @ParameterizedTest(name = "-Dtollgate.seed={0}")
    @MethodSource("seeds")
    void givenTopicsWithChangesOfPlansInMidTraffic_whenReadAgain_thenTheAnswerIsTheSame(long seed) {
        TestingLog log = TestingLog.random(new Random(seed), registry);
        Answer live = log.live(new Random(seed + 1), folder, 3);

        for (int partitions : new int[] {1, 2, 5}) {
            Answer again = log.replay(new Random(seed + partitions), folder, partitions);
            for (String account : live.accounts()) {
                assertThat(again.of(account))
                        .as("-Dtollgate.seed=%d: account %s on %d partitions", seed, account, partitions)
                        .isEqualTo(live.of(account));
            }
            assertThat(again.accounts()).isEqualTo(live.accounts());
        }
    }

    @Test
    void givenManySeeds_whenLookedAt_thenTheyHoldWhatTheyAreFor() {
        Answer.Kinds kinds = new Answer.Kinds();
        for (long seed = 0; seed < 3; seed++) {
            kinds.add(TestingLog.random(new Random(seed), registry).live(new Random(seed), folder, 2));
        }

        assertThat(kinds.names())
                .contains(
                        "PLAN_CHANGED",
                        "PLAN_CHANGE_SCHEDULED",
                        "HARD_LIMIT_REACHED",
                        "SOFT_LIMIT_REACHED",
                        "LIMIT_CLEARED",
                        "SUSPENDED",
                        "REINSTATED",
                        "UNKNOWN_PLAN",
                        "COUNTED",
                        "closed");
    }
}
