package dev.tollgate.gate.internal.counter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Level of a leaky bucket that holds the amount and drains at amount per period.
 *
 * <p>Kept as one word: the moment at which the bucket would be empty, in nanoseconds since the epoch (the generic cell
 * rate algorithm, ITU-T I.371). A unit is worth {@code period / amount}, rounded up to the nanosecond; no burst is ever
 * larger than the amount. Example: 100 per minute, empty: each call moves the moment by 0.6 s, and the 101st would move
 * it more than a minute ahead.
 *
 * <p>A newer snapshot wins where it is fuller; where it is emptier, own calls that it does not have yet are what makes
 * the difference, unless they are older than the horizon. Where the publisher tells of all own calls where they are in
 * the log ({@link TrackedCalls}), nothing is estimated: the level is the snapshot's and the calls beyond it.
 */
final class LeakyCounter extends Counter {
    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final long MAX_SMALL = 1L << 31;

    private static final VarHandle EMPTY_AT;
    private static final VarHandle ADMITTED;
    private static final VarHandle OPEN;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            EMPTY_AT = lookup.findVarHandle(LeakyCounter.class, "emptyAtNanos", long.class);
            ADMITTED = lookup.findVarHandle(LeakyCounter.class, "admitted", long.class);
            OPEN = lookup.findVarHandle(LeakyCounter.class, "open", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile long emptyAtNanos;

    /** Cost of all calls admitted here, less what was given back: tells how much is newer than the horizon. */
    private volatile long admitted;

    /** The part of {@link #admitted} that is in flight. */
    private volatile long open;

    private volatile long blockedUntilMillis;

    // Guarded by this.
    private long receivedAtMillis;
    private long admittedThen;
    private long markMillis;
    private long markAdmitted;

    /** The rule by which it has come to count, null if it always had the same: calls may end that began by another. */
    private volatile @Nullable CounterRule changedTo;

    private final LongAdder merged;

    /** Guarded by this. Null as long as no call has been tracked. */
    private @Nullable TrackedCalls tracked;

    /** Guarded by this: cost of tracked calls that a snapshot is known to contain. */
    private long containedCost;

    // Guarded by this: cost of calls of which nobody tells, at the last mark, and the part that is beyond the horizon.
    private long markUntold;
    private long settledUntold;

    /** Guarded by this: whether the level follows from the newest snapshot and the calls that it does not contain. */
    private boolean exact;

    /** @param merged counts tracked calls that joined another, see {@link TrackedCalls} */
    LeakyCounter(LongAdder merged) {
        this.merged = merged;
    }

    @Override
    public boolean take(CounterRule rule, long nowMillis, long cost, boolean closed) {
        if (nowMillis < blockedUntilMillis || cost > rule.amount()) {
            return false;
        }
        long now = nowMillis * NANOS_PER_MILLI;
        long worth = worthNanos(rule, cost);
        while (true) {
            long before = emptyAtNanos;
            long after = Math.max(before, now) + worth;
            if (after - now > capacityNanos(rule)) {
                return false;
            }
            if (EMPTY_AT.compareAndSet(this, before, after)) {
                if (!closed) {
                    OPEN.getAndAdd(this, cost);
                }
                ADMITTED.getAndAdd(this, cost);
                return true;
            }
        }
    }

    @Override
    public boolean hasRoom(CounterRule rule, long nowMillis, long cost) {
        long now = nowMillis * NANOS_PER_MILLI;
        return nowMillis >= blockedUntilMillis
                && cost <= rule.amount()
                && Math.max(emptyAtNanos, now) + worthNanos(rule, cost) - now <= capacityNanos(rule);
    }

    @Override
    public void giveBack(CounterRule rule, long nowMillis, long cost, boolean closed) {
        if (!closed) {
            OPEN.getAndAdd(this, -cost);
        }
        ADMITTED.getAndAdd(this, -cost);
        EMPTY_AT.getAndAdd(this, -worthNanos(inForce(rule), cost));
    }

    @Override
    public void close(long cost) {
        OPEN.getAndAdd(this, -cost);
    }

    @Override
    synchronized TrackedCalls.Generation closeTracked(CounterRule rule, long nowMillis, long cost) {
        TrackedCalls calls = tracked;
        if (calls == null) {
            calls = newTrackedCalls(merged);
            tracked = calls;
        }
        TrackedCalls.Generation generation = calls.ended(periodOf(rule, nowMillis), cost);
        OPEN.getAndAdd(this, -cost);
        return generation;
    }

    /** The level stays what it is in units; it drains at the new pace. */
    @Override
    void recount(CounterRule before, CounterRule after, long nowMillis) {
        long now = nowMillis * NANOS_PER_MILLI;
        changedTo = after;
        while (true) {
            long known = emptyAtNanos;
            long level = known <= now ? 0 : unitsIn(before, known - now);
            if (EMPTY_AT.compareAndSet(this, known, now + worthNanos(after, level))) {
                return;
            }
        }
    }

    private CounterRule inForce(CounterRule known) {
        CounterRule changed = changedTo;
        return changed == null ? known : changed;
    }

    @Override
    public boolean hasOwnCalls() {
        return admitted != 0;
    }

    /** Within its period each call drains. */
    private static long periodOf(CounterRule rule, long nowMillis) {
        return nowMillis / Math.max(1, rule.periodMillis());
    }

    @Override
    synchronized void acknowledged(
            CounterRule rule, TrackedCalls.Generation generation, int partition, long offset, long cost) {
        TrackedCalls calls = tracked;
        if (calls == null || !calls.isKept(generation) || !calls.acknowledged(generation, partition, offset, cost)) {
            return;
        }
        containedCost += cost;
        Snapshot snapshot = told();
        if (exact && snapshot != null) {
            lowerTo(snapshotEmptyAt(inForce(rule), snapshot), worthNanos(inForce(rule), cost));
        }
    }

    /** Takes a cost off that counts twice, but nothing of what the snapshot says. */
    private void lowerTo(long floor, long worth) {
        while (true) {
            long before = emptyAtNanos;
            long after = Math.min(before, Math.max(floor, before - worth));
            if (after == before || EMPTY_AT.compareAndSet(this, before, after)) {
                return;
            }
        }
    }

    @Override
    synchronized void dropped(CounterRule rule, TrackedCalls.Generation generation, long cost) {
        TrackedCalls calls = tracked;
        if (calls != null && calls.isKept(generation)) {
            calls.remove(generation, cost);
            giveBack(rule, 0, cost, true);
        }
    }

    @Override
    synchronized void unknown(TrackedCalls.Generation generation, long cost) {
        TrackedCalls calls = tracked;
        if (calls != null && calls.isKept(generation)) {
            calls.remove(generation, cost);
        }
    }

    @Override
    public long used(CounterRule rule, long nowMillis) {
        long left = emptyAtNanos - nowMillis * NANOS_PER_MILLI;
        long used = left <= 0 ? 0 : unitsIn(rule, left);
        return nowMillis < blockedUntilMillis ? Math.max(used, rule.amount()) : Math.min(used, rule.amount());
    }

    @Override
    public long resetsAt(CounterRule rule, long nowMillis) {
        if (nowMillis < blockedUntilMillis) {
            // A block ends with the next unit. The level kept here can be a fraction of a unit below the topology's.
            return blockedUntilMillis;
        }
        long used = used(rule, nowMillis);
        return used == 0 ? nowMillis : Math.max(nowMillis, momentWithLevel(rule, used - 1));
    }

    @Override
    public long roomAt(CounterRule rule, long nowMillis, long cost) {
        long moment = momentWithLevel(rule, Math.max(0, rule.amount() - cost));
        return Math.max(Math.max(nowMillis, blockedUntilMillis), moment);
    }

    /** First millisecond at which the level is not above a number of units. */
    private long momentWithLevel(CounterRule rule, long units) {
        long nanos = emptyAtNanos - Math.min(worthNanos(rule, units), periodNanos(rule));
        return Math.floorDiv(nanos + NANOS_PER_MILLI - 1, NANOS_PER_MILLI);
    }

    @Override
    protected void apply(CounterRule rule, Snapshot snapshot, long horizonMillis) {
        long unit = worthNanos(rule, 1);
        long told = snapshotEmptyAt(rule, snapshot);
        long all = admitted;
        long recent = recentlyAdmitted(snapshot, all);
        boolean beyondHorizon = markMillis > 0 && snapshot.asOfMillis() >= markMillis + horizonMillis;
        long notContained = notContained(rule, snapshot);
        long untold = all - notContained - containedCost;
        exact = tracked != null && untold == settledUntold;
        while (true) {
            long before = emptyAtNanos;
            long after = before;
            if (exact) {
                after = levelWith(rule, before, told, snapshot.receivedAtMillis(), worthNanos(rule, notContained));
            } else if (all == 0) {
                // Nothing of its own could make the difference: the newest snapshot is right, also where it is emptier.
                after = told;
            } else if (told - before >= unit) {
                // More than the rounding of the snapshot: others have called too.
                after = told + worthNanos(rule, recent);
            } else if (beyondHorizon || receivedAtMillis == 0) {
                long unsettled = receivedAtMillis == 0 ? all : Math.max(0, all - markAdmitted);
                after = Math.min(before, told + worthNanos(rule, unsettled));
            }
            if (after == before || EMPTY_AT.compareAndSet(this, before, after)) {
                break;
            }
        }
        blockedUntilMillis = snapshot.blockedUntilMillis();
        receivedAtMillis = snapshot.receivedAtMillis();
        admittedThen = all;
        if (markMillis == 0 || beyondHorizon) {
            markMillis = snapshot.receivedAtMillis();
            markAdmitted = all;
            settledUntold = markUntold;
            markUntold = untold;
        }
    }

    /** Cost of own calls that no snapshot contains: those in flight, and tracked ones beyond this snapshot. */
    private long notContained(CounterRule rule, Snapshot snapshot) {
        TrackedCalls calls = tracked;
        if (calls == null) {
            return open;
        }
        calls.reached(snapshot.sourcePartition(), snapshot.sourceOffset());
        calls.forgetBefore(periodOf(rule, snapshot.receivedAtMillis()) - 1);
        containedCost += calls.takeContained();
        return open + calls.cost();
    }

    /**
     * The snapshot's level and calls beyond it, each of which was made between the snapshot and now. What this gate has
     * worked out call by call stands where it is between, or differs by less than the unit by which a snapshot rounds.
     */
    private static long levelWith(CounterRule rule, long before, long told, long nowMillis, long worth) {
        long most = Math.max(told, nowMillis * NANOS_PER_MILLI) + worth;
        boolean isRounding = before <= told + worth && told + worth - before < worthNanos(rule, 1);
        return isRounding ? before : Math.min(most, Math.max(before, told + worth));
    }

    private long recentlyAdmitted(Snapshot snapshot, long all) {
        long elapsed = Math.max(1, snapshot.receivedAtMillis() - receivedAtMillis);
        long within = Math.min(elapsed, snapshot.latencyMillis());
        long since = Math.max(0, Math.min(all - admittedThen, Long.MAX_VALUE / 1_000));
        return (since * within + elapsed / 2) / elapsed;
    }

    /**
     * The level of the snapshot is rounded up to whole units; the end of a block, or of the bucket, tells it exactly.
     */
    private static long snapshotEmptyAt(CounterRule rule, Snapshot snapshot) {
        if (snapshot.blockedUntilMillis() > snapshot.streamTimeMillis() && snapshot.used() <= rule.amount()) {
            return snapshot.blockedUntilMillis() * NANOS_PER_MILLI + worthNanos(rule, Math.max(0, rule.amount() - 1));
        }
        if (snapshot.endMillis() != Long.MAX_VALUE) {
            // When it has drained. The usage is that of a later time than the stream's where time alone has drained it.
            return snapshot.endMillis() * NANOS_PER_MILLI;
        }
        // A bucket that was overfilled while nobody enforced it takes longer than its period to drain.
        return snapshot.streamTimeMillis() * NANOS_PER_MILLI
                + worthNanos(rule, Math.min(snapshot.used(), 64 * Math.max(1, rule.amount())));
    }

    private static long periodNanos(CounterRule rule) {
        return rule.periodMillis() * NANOS_PER_MILLI;
    }

    /** The period, and what rounding up each of a full burst of calls can add to it: always less than one unit more. */
    private static long capacityNanos(CounterRule rule) {
        long period = periodNanos(rule);
        return rule.amount() == 0 ? period : period + Math.min(rule.amount(), period / rule.amount() / 2);
    }

    /** How far a cost moves the moment, rounded up. */
    static long worthNanos(CounterRule rule, long cost) {
        long amount = rule.amount();
        if (cost <= 0 || amount == 0) {
            return 0;
        }
        long period = periodNanos(rule);
        long each = period / amount;
        long rest = period % amount;
        if (rest == 0) {
            return saturated(cost, each);
        }
        if (cost < MAX_SMALL && rest < MAX_SMALL) {
            return saturated(cost, each) + (cost * rest + amount - 1) / amount;
        }
        // Limits of billions: exact all the same, at the price of a few objects.
        BigInteger[] parts = BigInteger.valueOf(cost)
                .multiply(BigInteger.valueOf(period))
                .divideAndRemainder(BigInteger.valueOf(amount));
        long whole = parts[0].bitLength() < 62 ? parts[0].longValue() : Long.MAX_VALUE >> 2;
        return parts[1].signum() == 0 ? whole : whole + 1;
    }

    private static long saturated(long cost, long each) {
        return Math.multiplyHigh(cost, each) == 0 && cost * each >= 0
                ? Math.min(cost * each, Long.MAX_VALUE >> 2)
                : Long.MAX_VALUE >> 2;
    }

    /** Units, rounded up, that take this long to drain. */
    private static long unitsIn(CounterRule rule, long nanos) {
        long period = Math.max(1, periodNanos(rule));
        if (Math.multiplyHigh(nanos, rule.amount()) == 0 && nanos * rule.amount() >= 0) {
            long product = nanos * rule.amount();
            return product / period + (product % period == 0 ? 0 : 1);
        }
        BigInteger[] parts = BigInteger.valueOf(nanos)
                .multiply(BigInteger.valueOf(rule.amount()))
                .divideAndRemainder(BigInteger.valueOf(period));
        return parts[0].longValue() + (parts[1].signum() == 0 ? 0 : 1);
    }
}
