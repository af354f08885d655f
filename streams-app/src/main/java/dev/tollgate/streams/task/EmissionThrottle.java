package dev.tollgate.streams.task;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * Keeps one kind of output of each account to at most one per interval: the first is said at once, those that follow
 * within the interval are held back and said as one when it is over.
 *
 * <p>The interval grows with the delay at which the task reads its input, by half of that part of the delay which
 * exceeds the interval: nobody acts on figures of ten seconds ago, and a task that catches up has better things to do
 * than to say each of them. So pacing adds at most half as much again to an age that the input has anyhow, never more
 * than a minute, and nothing to a task that keeps up.
 *
 * <p>The interval is the same for all accounts, so a queue in order of arrival is in order of due time and needs no
 * sorting. Wall-clock times in milliseconds; a clock that jumps back delays by one interval at most.
 */
final class EmissionThrottle {
    /** One account's share. */
    static final class Slot {
        private static final long NEVER = Long.MIN_VALUE / 2;
        private static final long NOT_HELD = Long.MAX_VALUE;

        private final CachedAccount account;
        private long lastSaidMillis = NEVER;
        private long heldSinceMillis = NOT_HELD;

        Slot(CachedAccount account) {
            this.account = account;
        }

        boolean isHeld() {
            return heldSinceMillis != NOT_HELD;
        }
    }

    private record Entry(Slot slot, long heldSinceMillis) {}

    private static final long MOST_ADDED_MILLIS = 60_000;

    private final long leastIntervalMillis;
    private final ArrayDeque<Entry> queue = new ArrayDeque<>();
    private long intervalMillis;

    EmissionThrottle(long leastIntervalMillis) {
        this.leastIntervalMillis = leastIntervalMillis;
        this.intervalMillis = leastIntervalMillis;
    }

    /** The input is read with this delay now. */
    void adaptTo(long delayMillis) {
        long added = Math.max(0, delayMillis - leastIntervalMillis) / 2;
        intervalMillis = leastIntervalMillis + Math.min(added, MOST_ADDED_MILLIS);
    }

    /**
     * There is something new to say.
     *
     * @return whether it may be said now; the caller says it and calls {@link #emitted}
     */
    boolean tryAcquire(Slot slot, long nowMillis) {
        if (slot.isHeld()) {
            return false;
        }
        long since = nowMillis - slot.lastSaidMillis;
        if (since >= intervalMillis) {
            return true;
        }
        slot.heldSinceMillis = nowMillis;
        queue.add(new Entry(slot, nowMillis));
        return false;
    }

    /** It was said, for whatever reason; what was held back is in it. */
    void emitted(Slot slot, long nowMillis) {
        slot.lastSaidMillis = nowMillis;
        slot.heldSinceMillis = Slot.NOT_HELD;
    }

    /**
     * Says what is due.
     *
     * @param most how many accounts at most, so that one call stays short
     * @param publisher says it and calls {@link #emitted}
     */
    void flushDue(long nowMillis, int most, Consumer<CachedAccount> publisher) {
        int flushed = 0;
        Entry head = queue.peek();
        while (head != null && isDue(head, nowMillis) && flushed < most) {
            queue.remove();
            // Said in between, and perhaps held back anew: then a later entry is in the queue.
            if (head.slot().heldSinceMillis == head.heldSinceMillis()) {
                publisher.accept(head.slot().account);
                flushed++;
            }
            head = queue.peek();
        }
    }

    private boolean isDue(Entry entry, long nowMillis) {
        long held = nowMillis - entry.heldSinceMillis();
        return held >= intervalMillis || held < 0;
    }
}
