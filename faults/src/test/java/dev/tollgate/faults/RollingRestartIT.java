package dev.tollgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.faults.cluster.Cluster;
import dev.tollgate.faults.guarantee.Books;
import dev.tollgate.faults.guarantee.Books.Decision;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Three accounting instances under load are restarted by SIGTERM, each when the one before runs again. */
class RollingRestartIT {
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(5);
    private static final int SECONDS = 90;
    /** By then the processes are warm, as those of a running system are. */
    private static final long FIRST_AT_MILLIS = 30_000;

    private static final long BETWEEN_MILLIS = 5_000;

    @Test
    void givenThreeInstancesUnderLoad_whenRestartedOneByOne_thenNoPartitionIsWithoutDecisionsForLong()
            throws Exception {
        long seed = Long.getLong("faults.seed", System.currentTimeMillis() % 1_000_000);
        int nodes = Integer.getInteger("faults.nodes", Cluster.Shape.STANDARD.kafka());
        Path folder = Path.of("target", "faults").toAbsolutePath().resolve("rolling-" + seed);
        Campaign campaign = new Campaign(new Campaign.Options(1, seed, SECONDS, java.util.Set.of(), false, folder));
        Schedule schedule =
                new Schedule(List.of(new Schedule.Strike(FIRST_AT_MILLIS, new Fault.Rolling(BETWEEN_MILLIS, true))));

        Map<Integer, Silence> silences = new TreeMap<>();
        Map<Integer, Silence> before = new TreeMap<>();
        Map<Integer, Long> waits = new TreeMap<>();
        Round.Outcome outcome = campaign.runOne(new Cluster.Shape(nodes, 3, 1), schedule, books -> {
            long restartMillis = firstAppend(books) + FIRST_AT_MILLIS - BETWEEN_MILLIS;
            books.decisions().forEach((partition, decisions) -> {
                silences.put(partition, longestSilence(decisions, restartMillis, Long.MAX_VALUE));
                before.put(partition, longestSilence(decisions, 0, restartMillis));
                waits.put(partition, longestWait(decisions));
            });
        });

        System.out.printf(
                "faults: rolling restart, seed %d, %d Kafka nodes: longest time without decisions by partition %s,"
                    + " before the first restart, while all processes were new %s, longest wait of an event %s ms%n",
                seed, nodes, silences, before, waits);
        assertThat(outcome.violations()).isEmpty();
        assertThat(outcome.tally().restarts()).isEqualTo(3);
        assertThat(silences).hasSize(Cluster.PARTITIONS);
        assertThat(silences.values()).allMatch(silence -> silence.millis() <= LONGEST_SILENCE.toMillis());
    }

    /** When traffic began, some moments before the schedule did. */
    private static long firstAppend(Books books) {
        return books.decisions().values().stream()
                .flatMap(List::stream)
                .mapToLong(Decision::appendedAtMillis)
                .min()
                .orElseThrow();
    }

    /** Longest time between two decisions that ended between two moments, while events kept coming all the time. */
    private static Silence longestSilence(List<Decision> decisions, long fromMillis, long untilMillis) {
        List<Long> times =
                decisions.stream().map(Decision::decidedAtMillis).sorted().toList();
        Silence longest = new Silence(0, 0);
        for (int i = 1; i < times.size(); i++) {
            if (times.get(i) >= fromMillis
                    && times.get(i) < untilMillis
                    && times.get(i) - times.get(i - 1) > longest.millis()) {
                longest = new Silence(times.get(i - 1), times.get(i));
            }
        }
        return longest;
    }

    /** Between two decisions of a partition, told so that it is found in the logs of the instances. */
    private record Silence(long fromMillis, long toMillis) {
        long millis() {
            return toMillis - fromMillis;
        }

        @Override
        public String toString() {
            return millis() + " ms from " + Instant.ofEpochMilli(fromMillis);
        }
    }

    private static long longestWait(List<Decision> decisions) {
        return decisions.stream()
                .map(decision -> decision.decidedAtMillis() - decision.appendedAtMillis())
                .max(Comparator.naturalOrder())
                .orElse(0L);
    }
}
