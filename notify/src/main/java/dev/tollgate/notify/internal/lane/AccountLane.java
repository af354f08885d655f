package dev.tollgate.notify.internal.lane;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/** The events of one account in their order. The first is in flight, waits for its next attempt, or is to be stored. */
final class AccountLane<P> {
    private final ArrayDeque<PendingEvent<P>> events = new ArrayDeque<>();
    private final Set<String> cleared = new HashSet<>();
    private long sequence;
    private boolean busy;
    private int attempts;
    private long dueMillis;

    /** @param sequence tells lanes that are due at the same time apart: who waited longer comes first */
    AccountLane(long sequence) {
        this.sequence = sequence;
    }

    void add(PendingEvent<P> event) {
        events.add(event);
        if (event.clears() != null) {
            cleared.add(event.clears());
        }
    }

    PendingEvent<P> head() {
        return events.getFirst();
    }

    long newestVersion() {
        return events.getLast().version();
    }

    boolean isEmpty() {
        return events.isEmpty();
    }

    /** Whether the end of the first event waits behind it. */
    boolean isHeadSuperseded() {
        return cleared.contains(head().id());
    }

    void removeHead() {
        String clears = events.removeFirst().clears();
        if (clears != null) {
            cleared.remove(clears);
        }
        attempts = 0;
        dueMillis = 0;
    }

    boolean isBusy() {
        return busy;
    }

    void setBusy(boolean busy) {
        this.busy = busy;
    }

    int attempts() {
        return attempts;
    }

    long dueMillis() {
        return dueMillis;
    }

    long sequence() {
        return sequence;
    }

    /** Behind all that wait for the same time now. */
    void queueAs(long newSequence) {
        this.sequence = newSequence;
    }

    void waitUntil(long millis, int attemptsSoFar) {
        this.dueMillis = millis;
        this.attempts = attemptsSoFar;
    }
}
