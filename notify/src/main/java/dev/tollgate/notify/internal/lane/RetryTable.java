package dev.tollgate.notify.internal.lane;

import java.time.Duration;
import java.util.List;

/**
 * How long to wait after each failed attempt, as the Standard Webhooks specification proposes: 5 s after the first, 5
 * min after the second, up to 24 h, which holds for each one further on.
 *
 * <p>Each wait is up to a fifth longer than the table says, so that what failed together does not come back together.
 * How much longer follows from the event's id and the number of the attempt alone: who calculates it again, after a
 * restart or in a test, gets the same.
 *
 * @param waits after the first failed attempt, the second, and so on; at least one, none negative
 */
public record RetryTable(List<Duration> waits) {
    /** Waits of the Standard Webhooks specification 1.0.0; the attempt before the first of them is made at once. */
    public static final RetryTable STANDARD = new RetryTable(List.of(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10),
            Duration.ofHours(14),
            Duration.ofHours(20),
            Duration.ofHours(24)));

    private static final int LONGER_BY_AT_MOST = 5;

    public RetryTable {
        waits = List.copyOf(waits);
        if (waits.isEmpty() || waits.stream().anyMatch(Duration::isNegative)) {
            throw new IllegalArgumentException("waits must be at least one, none negative, were " + waits);
        }
    }

    /**
     * Wait after a failed attempt, in milliseconds.
     *
     * @param eventId id of the event
     * @param attempts attempts so far, >= 1
     */
    public long waitMillis(String eventId, int attempts) {
        long base = waits.get(Math.min(attempts, waits.size()) - 1).toMillis();
        return base + Long.remainderUnsigned(mixed(eventId, attempts), base / LONGER_BY_AT_MOST + 1);
    }

    /** FNV-1a over the id and the number, then the finalizer of SplitMix64, without which near ids stay near. */
    private static long mixed(String eventId, int attempts) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < eventId.length(); i++) {
            hash = (hash ^ eventId.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ attempts) * 0x100000001b3L;
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        return hash ^ (hash >>> 31);
    }
}
