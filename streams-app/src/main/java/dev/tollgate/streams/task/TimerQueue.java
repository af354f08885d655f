package dev.tollgate.streams.task;

import dev.tollgate.streams.store.PendingWorkStore;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The next wall-clock deadline of each account that has one, earliest first.
 *
 * <p>A changed deadline leaves its old entry in the queue, where it is passed over later; when such leftovers are the
 * greater part, the queue is built anew, so it stays in proportion to the accounts that have a deadline.
 */
final class TimerQueue {
    private static final int SMALL = 1_024;

    private record Entry(long atMillis, String accountId) {}

    private final Map<String, Long> current = new HashMap<>();
    private PriorityQueue<Entry> queue = newQueue();

    /** Sets an account's deadline; {@link PendingWorkStore#NO_DEADLINE} for none. */
    void set(String accountId, long atMillis) {
        if (atMillis == PendingWorkStore.NO_DEADLINE) {
            current.remove(accountId);
            return;
        }
        Long before = current.put(accountId, atMillis);
        if (before != null && before == atMillis) {
            return;
        }
        queue.add(new Entry(atMillis, accountId));
        if (queue.size() > SMALL && queue.size() > 2 * current.size()) {
            PriorityQueue<Entry> fresh = newQueue();
            current.forEach((id, at) -> fresh.add(new Entry(at, id)));
            queue = fresh;
        }
    }

    /** An account's deadline, or {@link PendingWorkStore#NO_DEADLINE}. */
    long of(String accountId) {
        return current.getOrDefault(accountId, PendingWorkStore.NO_DEADLINE);
    }

    /** Takes the account whose deadline is earliest and passed; null if there is none. It has no deadline then. */
    @Nullable
    String pollPassed(long nowMillis) {
        Entry head = queue.peek();
        while (head != null && head.atMillis() <= nowMillis) {
            queue.remove();
            Long at = current.get(head.accountId());
            if (at != null && at == head.atMillis()) {
                current.remove(head.accountId());
                return head.accountId();
            }
            head = queue.peek();
        }
        return null;
    }

    /** A moment not after the earliest deadline, {@link PendingWorkStore#NO_DEADLINE} if there is none. */
    long earliest() {
        Entry head = queue.peek();
        return head == null ? PendingWorkStore.NO_DEADLINE : head.atMillis();
    }

    int size() {
        return current.size();
    }

    /** Entries in the queue, leftovers included. */
    int queued() {
        return queue.size();
    }

    private static PriorityQueue<Entry> newQueue() {
        return new PriorityQueue<>((a, b) -> Long.compare(a.atMillis(), b.atMillis()));
    }
}
