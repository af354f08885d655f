package dev.tollgate.http;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** So much of something, of which requests take and give back; never waits. Thread-safe. */
public final class Budget {
    private final long limit;
    private final @Nullable Budget whole;
    private final AtomicLong used = new AtomicLong();

    public Budget(long limit) {
        this(limit, null);
    }

    private Budget(long limit, @Nullable Budget whole) {
        this.limit = limit;
        this.whole = whole;
    }

    /** A part of this one: what is taken of it is taken of the whole as well, which has to have room for it. */
    public Budget share(long limit) {
        return new Budget(limit, this);
    }

    /** Takes an amount, or nothing at all. */
    public boolean tryTake(long amount) {
        long before;
        do {
            before = used.get();
            if (amount > limit - before) {
                return false;
            }
        } while (!used.compareAndSet(before, before + amount));
        if (whole != null && !whole.tryTake(amount)) {
            used.addAndGet(-amount);
            return false;
        }
        return true;
    }

    public void giveBack(long amount) {
        used.addAndGet(-amount);
        if (whole != null) {
            whole.giveBack(amount);
        }
    }

    /** Whether an amount would be given now. */
    public boolean hasRoomFor(long amount) {
        return amount <= limit - used.get() && (whole == null || whole.hasRoomFor(amount));
    }

    public long used() {
        return used.get();
    }
}
