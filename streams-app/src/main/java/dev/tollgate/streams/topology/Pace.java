package dev.tollgate.streams.topology;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * Keeps one kind of output of each account to at most one per interval: the first is said at once, those that follow within the
 * interval are held back and said as one when it is over.
 *
 * <p>The interval is the same for all accounts, so a queue in order of arrival is in order of due time and needs no sorting.
 * Wall-clock times in milliseconds; a clock that jumps back delays by one interval at most.
 */
final class Pace {
    /** One account's share. */
    static final class Slot {
        private static final long NEVER = Long.MIN_VALUE / 2;
        private static final long NOT_HELD = Long.MAX_VALUE;

        private final Account account;
        private long lastSaidMillis = NEVER;
        private long dueMillis = NOT_HELD;

        Slot(Account account) {
            this.account = account;
        }

        boolean isHeld() {
            return dueMillis != NOT_HELD;
        }
    }

    private record Entry(Slot slot, long dueMillis) {}

    private final long intervalMillis;
    private final ArrayDeque<Entry> queue = new ArrayDeque<>();

    Pace(long intervalMillis) {
        this.intervalMillis = intervalMillis;
    }

    /**
     * There is something new to say.
     *
     * @return whether it may be said now; the caller says it and calls {@link #said}
     */
    boolean mayBeSaid(Slot slot, long nowMillis) {
        if (slot.isHeld()) {
            return false;
        }
        long since = nowMillis - slot.lastSaidMillis;
        if (since >= intervalMillis) {
            return true;
        }
        slot.dueMillis = nowMillis + intervalMillis;
        queue.add(new Entry(slot, slot.dueMillis));
        return false;
    }

    /** It was said, for whatever reason; what was held back is in it. */
    void said(Slot slot, long nowMillis) {
        slot.lastSaidMillis = nowMillis;
        slot.dueMillis = Slot.NOT_HELD;
    }

    /**
     * Says what is due.
     *
     * @param most how many accounts at most, so that one call stays short
     * @param speaker says it and calls {@link #said}
     */
    void sayDue(long nowMillis, int most, Consumer<Account> speaker) {
        int said = 0;
        Entry head = queue.peek();
        while (head != null && head.dueMillis() <= nowMillis && said < most) {
            queue.remove();
            // Said in between, and perhaps held back anew: then a later entry is in the queue.
            if (head.slot().dueMillis == head.dueMillis()) {
                speaker.accept(head.slot().account);
                said++;
            }
            head = queue.peek();
        }
    }
}
