package dev.tollgate.streams.store;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Says when a task is to ask for a commit: once something was sent, and
 *
 * <ul>
 *   <li>the configured interval is over, as long as the task keeps up with its input: somebody may wait for a block;
 *   <li>{@value #INTERVAL_MILLIS_BEHIND} ms are over where it reads its input late: what an account changes again
 *       before costs nothing, and nobody waits for milliseconds;
 *   <li>and {@value #SHARE} times as long as the commit before took. A thread does nothing else while it commits, so
 *       brokers that are slow would otherwise leave it no time for records: with commits of 900 ms each second, ten
 *       records in a hundred milliseconds were all there was, and whoever waited for the thread to come round, a
 *       rebalance before all, waited ten seconds.
 * </ul>
 *
 * <p>An interval begins at the end of the commit before. No interval is longer than {@value #MOST_MILLIS} ms, unless
 * the configured one is: well below the transaction time-out of 10 s. Nothing that is decided depends on it. Used by
 * the thread of one task.
 */
public final class CommitPacer {
    static final long INTERVAL_MILLIS_BEHIND = 1_000;
    static final int SHARE = 3;

    /** Milliseconds. */
    public static final long MOST_MILLIS = 2_500;

    private final long intervalMillis;
    private final LongSupplier nanoClock;
    private boolean committing;
    private long beganNanos;
    private long tookMillis;
    private long endedNanos;
    private boolean committedBefore;
    private long sentBefore;

    /**
     * @param intervalMillis the configured one, 1 and up
     * @param nanoClock as {@link System#nanoTime}
     */
    public CommitPacer(long intervalMillis, LongSupplier nanoClock) {
        this.intervalMillis = intervalMillis;
        this.nanoClock = nanoClock;
    }

    /** The task is called. The first call after {@link #begins} is the end of the commit. */
    public void called() {
        if (committing) {
            committing = false;
            committedBefore = true;
            endedNanos = nanoClock.getAsLong();
            tookMillis = TimeUnit.NANOSECONDS.toMillis(endedNanos - beganNanos);
        }
    }

    /**
     * A commit follows.
     *
     * @param sent how many records the task has sent in its life
     */
    public void begins(long sent) {
        committing = true;
        beganNanos = nanoClock.getAsLong();
        sentBefore = sent;
    }

    /**
     * Whether a commit is due.
     *
     * @param sent as in {@link #begins}
     * @param isBehind whether the task reads its input late
     */
    public boolean isDue(long sent, boolean isBehind) {
        if (committing || sent == sentBefore) {
            return false;
        }
        return !committedBefore
                || nanoClock.getAsLong() - endedNanos >= TimeUnit.MILLISECONDS.toNanos(interval(isBehind));
    }

    private long interval(boolean isBehind) {
        long wanted = Math.max(isBehind ? INTERVAL_MILLIS_BEHIND : 0, SHARE * tookMillis);
        return Math.max(intervalMillis, Math.min(wanted, MOST_MILLIS));
    }
}
