package dev.tollgate.streams;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Counts how often in a row threads failed without getting past the position at which they began. A record or a commit
 * that Kafka will never take would otherwise be tried for ever, and nobody would be told where.
 *
 * <p>Only faults that come with a position count: a thread that read no record had nothing to get past. Faults with
 * more than {@value #APART_MINUTES} minutes between them are not a row. Times are of {@link System#nanoTime}.
 * Thread-safe.
 */
final class StuckPositions {
    /** With the pauses of {@link ReplacementBackoff} some eight minutes. */
    static final int MOST_ATTEMPTS = 20;

    /** Enough for a member that has lost its partitions to join anew. */
    static final int MOST_ATTEMPTS_OF_OURS = 3;

    static final int APART_MINUTES = 2;

    private final Map<TopicPartition, Attempts> attempts =
            new TreeMap<>(Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition));

    private final int mostAttempts;

    private record Attempts(long offset, int count, long lastNanos) {}

    /** @param mostAttempts how often in a row is too often, at least 1 */
    StuckPositions(int mostAttempts) {
        this.mostAttempts = mostAttempts;
    }

    /**
     * A thread failed.
     *
     * @param begun the first record that the failed tasks had read in each partition since they were opened
     * @return where and how often, once that was so many times in a row; null before
     */
    synchronized @Nullable String failed(Map<TopicPartition, Long> begun, long nowNanos) {
        boolean progress = begun.entrySet().stream()
                .anyMatch(entry -> isProgress(attempts.get(entry.getKey()), entry.getValue(), nowNanos));
        int most = 0;
        for (Map.Entry<TopicPartition, Long> entry : begun.entrySet()) {
            Attempts before = attempts.get(entry.getKey());
            int count = progress || before == null ? 1 : before.count() + 1;
            attempts.put(entry.getKey(), new Attempts(entry.getValue(), count, nowNanos));
            most = Math.max(most, count);
        }
        if (most < mostAttempts) {
            return null;
        }
        StringBuilder where = new StringBuilder();
        attempts.forEach((partition, attempt) -> {
            if (begun.containsKey(partition)) {
                where.append(where.isEmpty() ? "" : ", ")
                        .append(partition)
                        .append(" at offset ")
                        .append(attempt.offset());
            }
        });
        return where + " (" + most + " attempts)";
    }

    private static boolean isProgress(@Nullable Attempts before, long offset, long nowNanos) {
        return before != null
                && (before.offset() != offset
                        || nowNanos - before.lastNanos() > TimeUnit.MINUTES.toNanos(APART_MINUTES));
    }
}
