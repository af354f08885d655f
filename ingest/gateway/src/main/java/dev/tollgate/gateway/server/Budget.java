package dev.tollgate.gateway.server;

import java.util.concurrent.atomic.AtomicLong;

/** So much of something, of which requests take and give back; never waits. Thread-safe. */
final class Budget {
    private final long limit;
    private final AtomicLong used = new AtomicLong();

    Budget(long limit) {
        this.limit = limit;
    }

    /** Takes an amount, or nothing at all. */
    boolean tryTake(long amount) {
        long before;
        do {
            before = used.get();
            if (amount > limit - before) {
                return false;
            }
        } while (!used.compareAndSet(before, before + amount));
        return true;
    }

    void giveBack(long amount) {
        used.addAndGet(-amount);
    }

    /** Whether an amount would be given now. */
    boolean hasRoomFor(long amount) {
        return amount <= limit - used.get();
    }

    long used() {
        return used.get();
    }
}
