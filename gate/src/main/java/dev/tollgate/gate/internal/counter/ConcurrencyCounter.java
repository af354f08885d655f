package dev.tollgate.gate.internal.counter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Requests in flight: this gate's own, exactly, and those of other gates as the newest snapshot tells them.
 *
 * <p>A snapshot counts this gate's requests too; how many were in flight here when it came is taken off. A request
 * whose end is never told gives its place back when its lease has run out: starts are kept by sixteenths of the lease,
 * and when the limit is reached, what is older than the lease is swept out.
 */
final class ConcurrencyCounter extends Counter {
    private static final int SLOTS = 17;
    private static final int SLOTS_PER_LEASE = SLOTS - 1;
    private static final long COUNT_MASK = (1L << 24) - 1;

    private static final VarHandle IN_FLIGHT;

    static {
        try {
            IN_FLIGHT = MethodHandles.lookup().findVarHandle(ConcurrencyCounter.class, "inFlight", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile long inFlight;
    private volatile long others;
    private volatile long othersUntilMillis = Long.MAX_VALUE;

    /** Number of the sixteenth of a lease (upper 40 bits) and how many requests that began in it are in flight. */
    private final AtomicLongArray startedInSlot = new AtomicLongArray(SLOTS);

    @Override
    public boolean take(CounterRule rule, long nowMillis, long cost, boolean closed) {
        if (closed) {
            // Over before it has begun: it needs a free place and takes none.
            return hasRoom(rule, nowMillis, cost);
        }
        boolean swept = false;
        while (true) {
            long before = inFlight;
            if (before + others(nowMillis) + 1 > rule.amount()) {
                if (swept || !sweep(rule, nowMillis)) {
                    return false;
                }
                swept = true;
            } else if (IN_FLIGHT.compareAndSet(this, before, before + 1)) {
                began(rule, nowMillis);
                return true;
            }
        }
    }

    @Override
    public boolean hasRoom(CounterRule rule, long nowMillis, long cost) {
        return inFlight + others(nowMillis) + 1 <= rule.amount()
                || (sweep(rule, nowMillis) && inFlight + others(nowMillis) + 1 <= rule.amount());
    }

    private long others(long nowMillis) {
        return nowMillis < othersUntilMillis ? others : 0;
    }

    private void began(CounterRule rule, long nowMillis) {
        long epoch = epochOf(rule, nowMillis);
        int slot = (int) (epoch % SLOTS);
        while (true) {
            long before = startedInSlot.get(slot);
            boolean same = before >>> 24 == epoch;
            if (startedInSlot.compareAndSet(slot, before, same ? before + 1 : epoch << 24 | 1)) {
                if (!same) {
                    // What was left in the slot began more than a lease ago.
                    IN_FLIGHT.getAndAdd(this, -(before & COUNT_MASK));
                }
                return;
            }
        }
    }

    /** A request that began then has ended; nothing happens if its lease had run out. */
    void ended(CounterRule rule, long beganAtMillis) {
        long epoch = epochOf(rule, beganAtMillis);
        int slot = (int) (epoch % SLOTS);
        while (true) {
            long before = startedInSlot.get(slot);
            if (before >>> 24 != epoch || (before & COUNT_MASK) == 0) {
                return;
            }
            if (startedInSlot.compareAndSet(slot, before, before - 1)) {
                IN_FLIGHT.getAndAdd(this, -1L);
                return;
            }
        }
    }

    private boolean sweep(CounterRule rule, long nowMillis) {
        long oldest = epochOf(rule, nowMillis) - SLOTS_PER_LEASE;
        boolean found = false;
        for (int slot = 0; slot < SLOTS; slot++) {
            long content = startedInSlot.get(slot);
            long count = content & COUNT_MASK;
            if (count > 0 && content >>> 24 < oldest && startedInSlot.compareAndSet(slot, content, content - count)) {
                IN_FLIGHT.getAndAdd(this, -count);
                found = true;
            }
        }
        return found;
    }

    private static long epochOf(CounterRule rule, long timeMillis) {
        return Math.max(0, timeMillis) / Math.max(1, rule.leaseMillis() / SLOTS_PER_LEASE) & (1L << 40) - 1;
    }

    /** Undoes {@link #take} within the decision; {@code nowMillis} is the moment at which the place was taken. */
    @Override
    public void giveBack(CounterRule rule, long nowMillis, long cost, boolean closed) {
        if (!closed) {
            ended(rule, nowMillis);
        }
    }

    @Override
    public void close(long cost) {}

    @Override
    void recount(CounterRule before, CounterRule after, long nowMillis) {}

    @Override
    public boolean hasOwnCalls() {
        return inFlight != 0;
    }

    /** Places are given back at the end of a call, so none is ever tracked. */
    @Override
    TrackedCalls.Generation closeTracked(CounterRule rule, long nowMillis, long cost) {
        throw new IllegalStateException("requests in flight are not tracked: limit=" + rule.limitId());
    }

    @Override
    void acknowledged(CounterRule rule, TrackedCalls.Generation generation, int partition, long offset, long cost) {}

    @Override
    void dropped(CounterRule rule, TrackedCalls.Generation generation, long cost) {}

    @Override
    void unknown(TrackedCalls.Generation generation, long cost) {}

    @Override
    public long used(CounterRule rule, long nowMillis) {
        return inFlight + others(nowMillis);
    }

    @Override
    public long resetsAt(CounterRule rule, long nowMillis) {
        return used(rule, nowMillis) == 0 ? nowMillis : nowMillis + 1_000;
    }

    /** Requests end when they end: worth another try in a second. */
    @Override
    public long roomAt(CounterRule rule, long nowMillis, long cost) {
        return nowMillis + 1_000;
    }

    @Override
    protected void apply(CounterRule rule, Snapshot snapshot, long horizonMillis) {
        others = Math.max(0, snapshot.used() - inFlight);
        othersUntilMillis = snapshot.receivedAtMillis() + rule.leaseMillis();
    }
}
