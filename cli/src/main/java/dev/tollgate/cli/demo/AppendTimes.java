package dev.tollgate.cli.demo;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/**
 * When the log took each event, which only the log knows: by these moments the pipeline ends blocks that time alone
 * ends, and so does the recount.
 */
final class AppendTimes {
    private final Map<String, Queue<Long>> byEvent = new HashMap<>();

    /** The next record with this id of this account was appended at a moment, in milliseconds since the epoch. */
    void add(String account, String eventId, long appendedAtMillis) {
        byEvent.computeIfAbsent(key(account, eventId), any -> new ArrayDeque<>(1))
                .add(appendedAtMillis);
    }

    /**
     * The append time of the next record with this id of this account; {@link Long#MAX_VALUE}, later than everything,
     * if it is not known.
     */
    long next(String account, String eventId) {
        Queue<Long> times = byEvent.get(key(account, eventId));
        Long next = times == null ? null : times.poll();
        return next == null ? Long.MAX_VALUE : next;
    }

    private static String key(String account, String eventId) {
        return account + " " + eventId;
    }
}
