package dev.tollgate.gate.internal.counter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;

/**
 * Level of a leaky bucket that holds the amount and drains at amount per period.
 *
 * <p>Kept as one word: the moment at which the bucket would be empty, in nanoseconds since the epoch (the generic cell
 * rate algorithm, ITU-T I.371). A unit is worth {@code period / amount}, rounded up to the nanosecond; no burst is ever
 * larger than the amount. Example: 100 per minute, empty: each call moves the moment by 0.6 s, and the 101st would move
 * it more than a minute ahead.
 *
 * <p>A newer snapshot wins where it is fuller; where it is emptier, own calls that it does not have yet are what makes
 * the difference, unless they are older than the horizon.
 */
final class LeakyCounter extends Counter {
    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final long MAX_SMALL = 1L << 31;

    private static final VarHandle EMPTY_AT;
    private static final VarHandle ADMITTED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            EMPTY_AT = lookup.findVarHandle(LeakyCounter.class, "emptyAtNanos", long.class);
            ADMITTED = lookup.findVarHandle(LeakyCounter.class, "admitted", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile long emptyAtNanos;

    /** Cost of all calls admitted here, less what was given back: tells how much is newer than the horizon. */
    private volatile long admitted;

    private volatile long blockedUntilMillis;

    // Of the feed's thread only.
    private long receivedAtMillis;
    private long admittedThen;
    private long markMillis;
    private long markAdmitted;

    @Override
    public boolean take(Rule rule, long nowMillis, long cost, boolean closed) {
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
                ADMITTED.getAndAdd(this, cost);
                return true;
            }
        }
    }

    @Override
    public boolean hasRoom(Rule rule, long nowMillis, long cost) {
        long now = nowMillis * NANOS_PER_MILLI;
        return nowMillis >= blockedUntilMillis
                && cost <= rule.amount()
                && Math.max(emptyAtNanos, now) + worthNanos(rule, cost) - now <= capacityNanos(rule);
    }

    @Override
    public void giveBack(Rule rule, long nowMillis, long cost, boolean closed) {
        ADMITTED.getAndAdd(this, -cost);
        EMPTY_AT.getAndAdd(this, -worthNanos(rule, cost));
    }

    @Override
    public void close(long cost) {}

    @Override
    public long used(Rule rule, long nowMillis) {
        long left = emptyAtNanos - nowMillis * NANOS_PER_MILLI;
        long used = left <= 0 ? 0 : unitsIn(rule, left);
        return nowMillis < blockedUntilMillis ? Math.max(used, rule.amount()) : Math.min(used, rule.amount());
    }

    @Override
    public long resetsAt(Rule rule, long nowMillis) {
        if (nowMillis < blockedUntilMillis) {
            // A block ends with the next unit. The level kept here can be a fraction of a unit below the topology's.
            return blockedUntilMillis;
        }
        long used = used(rule, nowMillis);
        return used == 0 ? nowMillis : Math.max(nowMillis, momentWithLevel(rule, used - 1));
    }

    @Override
    public long roomAt(Rule rule, long nowMillis, long cost) {
        long moment = momentWithLevel(rule, Math.max(0, rule.amount() - cost));
        return Math.max(Math.max(nowMillis, blockedUntilMillis), moment);
    }

    /** First millisecond at which the level is not above a number of units. */
    private long momentWithLevel(Rule rule, long units) {
        long nanos = emptyAtNanos - Math.min(worthNanos(rule, units), periodNanos(rule));
        return Math.floorDiv(nanos + NANOS_PER_MILLI - 1, NANOS_PER_MILLI);
    }

    @Override
    protected void apply(Rule rule, Snapshot snapshot, long horizonMillis) {
        long unit = worthNanos(rule, 1);
        long told = snapshotEmptyAt(rule, snapshot);
        long all = admitted;
        long recent = recentlyAdmitted(snapshot, all);
        boolean beyondHorizon = markMillis > 0 && snapshot.asOfMillis() >= markMillis + horizonMillis;
        while (true) {
            long before = emptyAtNanos;
            long after = before;
            if (all == 0) {
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
        }
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
    private static long snapshotEmptyAt(Rule rule, Snapshot snapshot) {
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

    private static long periodNanos(Rule rule) {
        return rule.periodMillis() * NANOS_PER_MILLI;
    }

    /** The period, and what rounding up each of a full burst of calls can add to it: always less than one unit more. */
    private static long capacityNanos(Rule rule) {
        long period = periodNanos(rule);
        return rule.amount() == 0 ? period : period + Math.min(rule.amount(), period / rule.amount() / 2);
    }

    /** How far a cost moves the moment, rounded up. */
    static long worthNanos(Rule rule, long cost) {
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
    private static long unitsIn(Rule rule, long nanos) {
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
