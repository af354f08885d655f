package dev.tollgate.faults;

import dev.tollgate.faults.cluster.Link;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Which faults strike when in one round, decided by its seed alone.
 *
 * @param strikes by time
 */
record Schedule(List<Strike> strikes) {
    private static final List<String> ROLES =
            List.of("accounting-1", "accounting-2", "sink-1", "sink-2", "gateway", "publisher");
    private static final List<String> SERVERS = List.of("kafka-1", "kafka-2", "kafka-3", "registry", "clickhouse");
    private static final List<String> LINKS = List.of("kafka-1", "kafka-2", "kafka-3", "registry", "clickhouse");
    private static final List<String> TABLES = List.of("request_journal", "usage_total", "limit_event", "dead_letter");
    private static final long LONGEST_PAUSE_MILLIS = 150_000;

    /** @param atMillis since the traffic began */
    record Strike(long atMillis, Fault fault) {
        @Override
        public String toString() {
            return "%5.1f s  %s".formatted(atMillis / 1_000.0, fault);
        }
    }

    Schedule {
        strikes = List.copyOf(strikes);
    }

    /**
     * Draws a schedule.
     *
     * @param length of the traffic
     * @param kinds that may be drawn; none for a round without faults
     * @param longPauses whether one pause in twenty may be longer than the round
     */
    static Schedule of(long seed, Duration length, Set<Fault.Kind> kinds, boolean longPauses) {
        // The same seed draws the traffic; another stream of numbers keeps the two apart.
        Random random = new Random(~seed);
        List<Strike> strikes = new ArrayList<>();
        List<Fault.Kind> drawable = List.copyOf(kinds.isEmpty() ? Set.of() : EnumSet.copyOf(kinds));
        int count = drawable.isEmpty() ? 0 : 2 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            long at = 500 + random.nextLong(Math.max(1, length.toMillis() - 1_000));
            strikes.add(new Strike(
                    at, fault(random, drawable.get(random.nextInt(drawable.size())), length.toMillis(), longPauses)));
        }
        strikes.sort(Comparator.comparingLong(Strike::atMillis));
        return new Schedule(strikes);
    }

    /** How long a process is stopped at most: whoever waits for one needs that much more patience. */
    Duration longestPause() {
        return Duration.ofMillis(strikes.stream()
                .map(Strike::fault)
                .mapToLong(fault -> fault instanceof Fault.Pause pause ? pause.millis() : 0)
                .max()
                .orElse(0));
    }

    private static Fault fault(Random random, Fault.Kind kind, long lengthMillis, boolean longPauses) {
        return switch (kind) {
            case KILL -> new Fault.Kill(anyServer(random), 200 + random.nextLong(3_000));
            case PAUSE -> {
                boolean isLong = longPauses && random.nextInt(20) == 0;
                yield new Fault.Pause(
                        anyServer(random),
                        1_000 + random.nextLong(isLong ? LONGEST_PAUSE_MILLIS - 1_000 : lengthMillis / 2));
            }
            case EMPTY -> new Fault.Empty("accounting-" + (1 + random.nextInt(2)), 200 + random.nextLong(2_000));
            case AWAY ->
                new Fault.Away(
                        List.of("kafka", "registry", "clickhouse").get(random.nextInt(3)),
                        1_000 + random.nextLong(lengthMillis / 2));
            case NETWORK ->
                new Fault.Network(
                        pick(random, LINKS),
                        List.of(Link.Weather.CUT, Link.Weather.SLOW, Link.Weather.ANSWERS_LOST)
                                .get(random.nextInt(3)),
                        500 + random.nextLong(lengthMillis / 3));
            case ROLLING -> new Fault.Rolling(2_000 + random.nextLong(3_000), false);
            case DISK ->
                new Fault.Disk(pick(random, TABLES), 1 + random.nextInt(5), 2_000 + random.nextLong(lengthMillis / 2));
            case REBALANCE -> new Fault.Rebalance(2_000 + random.nextLong(6_000), random.nextBoolean());
        };
    }

    private static String anyServer(Random random) {
        return pick(random, random.nextInt(3) == 0 ? SERVERS : ROLES);
    }

    private static String pick(Random random, List<String> names) {
        return names.get(random.nextInt(names.size()));
    }
}
