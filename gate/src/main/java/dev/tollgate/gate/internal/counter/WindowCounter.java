package dev.tollgate.gate.internal.counter;

import dev.tollgate.planmodel.time.FixedWindows;
import dev.tollgate.schemas.avro.Algorithm;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Usage in a window, fixed or sliding.
 *
 * <p>Idea: one word, {@link #admitted}, counts everything that this gate has ever let through here, and only ever moves
 * by compare-and-set. A {@link Baseline} says how to read it: usage is what the snapshot says plus what was admitted
 * beyond {@code settled}, the part that the snapshot contains already. A new snapshot or a new window is a new
 * baseline; the word goes on.
 *
 * <p><b>Tracked calls.</b> Where the publisher tells the offsets of own calls, {@link TrackedCalls} knows which of them
 * the snapshot contains: they are settled exactly, and never by what follows, which is for the others.
 *
 * <p><b>What a snapshot contains.</b> It does not say whose calls it counts. Of the amount by which usage has grown
 * since the last one, as much as possible is taken to be this gate's own: for a single gate that is exact, whatever the
 * delays. If usage has grown by more than this gate's own open account, there are others, and then all own calls count
 * as contained but those of the latency just observed; those are unconfirmed, and stop counting when no news comes
 * about them. In any case usage is never taken to be less than what was known plus what this gate has admitted since: a
 * snapshot without news settles nothing. Calls older than the horizon are settled even so, because then they ended in a
 * way that is not charged.
 *
 * <p><b>The other gates.</b> Their calls since the snapshot are not known, but their share is: usage of the window grew
 * by {@code k} for each own call. Until the next snapshot own calls therefore weigh {@code k}, so that all gates
 * together stop near the amount instead of each stopping for itself. Until enough is known of the account, {@code k} is
 * that of all accounts ({@link FleetShare}). Each call makes a snapshot due; if none has come {@value #ESTIMATE_MILLIS}
 * ms after the first call since the last one, the estimate does not deny any more. The share is carried into the next
 * window. For a single gate {@code k} is 1 and the estimate is nothing. When nothing has been admitted here for as long
 * since the last snapshot, and none has come, that snapshot is taken to have all own calls.
 *
 * <p>A sliding window keeps what the snapshot says until a newer one comes, or its length has passed: the parts of
 * which it consists are not known here.
 */
final class WindowCounter extends Counter {
    private static final long ESTIMATE_MILLIS = 1_000;
    /** How long a call that is over usually takes to get into the log. */
    private static final long PUBLISH_MILLIS = 10;
    /** Weights of the estimate are in sixteenths. */
    private static final int SHARE_ONE = FleetShare.ONE;

    /** The gate's share of the window is not known: the fleet's is taken. */
    private static final long UNKNOWN_SHARE = -1;

    /** The same, but others are known to call in it. */
    private static final long OTHERS_CALL = -2;

    /** Shares vary from window to window: an eighth more errs on the side of the limit. */
    private static final long SHARE_MARGIN = 2;

    private static final long MAX_EXTRA_SHARE = 31L * SHARE_ONE;
    /** Own units in a window from which on the share is told from it. */
    private static final long LEAST_SAMPLE = 4;

    private static final VarHandle ADMITTED;
    private static final VarHandle OPEN;
    private static final VarHandle BASELINE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            ADMITTED = lookup.findVarHandle(WindowCounter.class, "admitted", long.class);
            OPEN = lookup.findVarHandle(WindowCounter.class, "open", long.class);
            BASELINE = lookup.findVarHandle(WindowCounter.class, "baseline", Baseline.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Cost of all calls admitted here, less what was given back. */
    private volatile long admitted;

    /** The part of {@link #admitted} that is in flight. */
    private volatile long open;

    private volatile Baseline baseline;

    /** When the first call after the baseline was admitted; only means something if there was one. */
    private volatile long firstSinceBaselineMillis;

    // Guarded by this: what had ended at a moment, for the horizon.
    private long markMillis;
    private long markClosed;

    /** Guarded by this. Null as long as no call has been tracked. */
    private @Nullable TrackedCalls tracked;

    /** What tracked calls that no snapshot is known to contain cost. Written under this object's monitor. */
    private volatile long trackedCost;

    /**
     * How to read {@link #admitted}.
     *
     * @param startMillis inclusive start of the window
     * @param endMillis exclusive end
     * @param used usage that is known
     * @param settled the part of {@code admitted} that {@code used} contains
     * @param blockedUntilMillis end of a block, 0 for none
     * @param madeAtMillis when this baseline was made
     * @param admittedThen {@code admitted} at that time
     * @param firstUsed usage when this gate first knew the window
     * @param firstSettled {@code settled} at that time
     * @param otherGatesShare what each own call stands for besides itself, in sixteenths; {@link #UNKNOWN_SHARE}
     * @param unconfirmed the part of what is not settled that may be contained all the same
     * @param unseen what others have probably admitted that the snapshot does not contain, 0 where that is not known
     * @param attributed the part of {@code settled} that the newest snapshot has brought and that is only taken to be
     *     this gate's
     */
    private record Baseline(
            long startMillis,
            long endMillis,
            long used,
            long settled,
            long blockedUntilMillis,
            long madeAtMillis,
            long admittedThen,
            long firstUsed,
            long firstSettled,
            long otherGatesShare,
            long unconfirmed,
            long unseen,
            long attributed) {

        /** Usage, without the unconfirmed part. */
        long known(long admitted) {
            return used + Math.max(0, admitted - settled - unconfirmed);
        }

        /**
         * Whether own calls that are not settled may be in the snapshot after all. Where there are other gates, their
         * calls can be told from own ones only by time, and late snapshots err to the side of the limit. If nothing has
         * been admitted since the snapshot, own calls that it does not have would make another one due; when none
         * comes, it has them all. Lets one call go ahead for each snapshot, so that an outage does not undo a limit.
         *
         * @param cost of the call, and of those in flight, which no snapshot can have
         */
        boolean mayBeWrong(CounterRule rule, FleetShare fleet, long admitted, long cost) {
            return otherGatesShare(fleet) > 0 && admitted == admittedThen && used + cost <= rule.amount();
        }

        /** Usage with what the other gates have probably admitted meanwhile. */
        long estimated(FleetShare fleet, long admitted) {
            long own = Math.max(0, admitted - settled);
            long extra = otherGatesShare(fleet);
            if (extra == 0) {
                return used + own;
            }
            long byOwn = weighed(own, extra);
            // What this gate has admitted in so short a time is a small sample of what all have.
            return used
                    + own
                    + (unseen <= 0 ? byOwn : Math.max(byOwn, unseen + weighed(admitted - admittedThen, extra)));
        }

        private static long weighed(long own, long extra) {
            return Math.max(0, Math.min(own, Long.MAX_VALUE >>> 11)) * extra / SHARE_ONE;
        }

        private long otherGatesShare(FleetShare fleet) {
            if (otherGatesShare >= 0) {
                return otherGatesShare;
            }
            return otherGatesShare == OTHERS_CALL ? fleet.extraAmongOthers() : fleet.extra();
        }

        /** With a tracked call settled that the snapshot has turned out to contain. */
        Baseline settling(long cost, boolean isSliding) {
            // Its growth may have been taken for another call of this gate.
            long taken = Math.min(cost, attributed);
            long all = settled + cost - taken;
            return new Baseline(
                    startMillis,
                    endMillis,
                    used,
                    all,
                    blockedUntilMillis,
                    madeAtMillis,
                    admittedThen,
                    firstUsed,
                    firstSettled,
                    isSliding ? 0 : shareOf(used - firstUsed, all - firstSettled, otherGatesShare),
                    unconfirmed,
                    unseen,
                    attributed - taken);
        }

        boolean isSameWindow(Baseline other) {
            return startMillis == other.startMillis && endMillis == other.endMillis;
        }
    }

    private final FleetShare fleet;
    private final LongAdder merged;

    WindowCounter(CounterRule rule, FleetShare fleet, LongAdder merged, long nowMillis) {
        this.fleet = fleet;
        this.merged = merged;
        this.baseline = fresh(rule, nowMillis, 0, 0, 0, isSliding(rule) ? 0 : UNKNOWN_SHARE);
        this.markMillis = nowMillis;
    }

    @Override
    public boolean take(CounterRule rule, long nowMillis, long cost, boolean closed) {
        while (true) {
            Baseline current = current(rule, nowMillis);
            long before = admitted;
            if (!fits(rule, current, before, nowMillis, cost)) {
                return false;
            }
            if (ADMITTED.compareAndSet(this, before, before + cost)) {
                if (before == current.admittedThen) {
                    firstSinceBaselineMillis = nowMillis;
                }
                if (!closed) {
                    OPEN.getAndAdd(this, cost);
                }
                return true;
            }
        }
    }

    @Override
    public boolean hasRoom(CounterRule rule, long nowMillis, long cost) {
        return fits(rule, current(rule, nowMillis), admitted, nowMillis, cost);
    }

    private boolean fits(CounterRule rule, Baseline baseline, long admitted, long nowMillis, long cost) {
        if (nowMillis < baseline.blockedUntilMillis) {
            return false;
        }
        if (baseline.known(admitted) + cost > rule.amount()) {
            return baseline.mayBeWrong(rule, fleet, admitted, open + trackedCost + cost)
                    && nowMillis - baseline.madeAtMillis >= ESTIMATE_MILLIS;
        }
        return baseline.estimated(fleet, admitted) + cost <= rule.amount() || isEstimateOver(baseline, nowMillis);
    }

    /** Whether calls that the estimate stands for should have shown by now. */
    private boolean isEstimateOver(Baseline baseline, long nowMillis) {
        long since = baseline.unseen > 0
                ? Math.max(baseline.madeAtMillis, firstSinceBaselineMillis)
                : firstSinceBaselineMillis;
        return nowMillis - since >= ESTIMATE_MILLIS;
    }

    @Override
    public void giveBack(CounterRule rule, long nowMillis, long cost, boolean closed) {
        // In this order a thread that looks in between cannot take the call for one that has ended and is charged:
        // as much as is taken off afterwards would be missing from the next window.
        ADMITTED.getAndAdd(this, -cost);
        if (!closed) {
            OPEN.getAndAdd(this, -cost);
        }
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
        TrackedCalls.Generation generation = calls.ended(keyOf(rule, current(rule, nowMillis), nowMillis), cost);
        trackedCost = calls.cost();
        // In this order no snapshot can take it for one that nobody tells of.
        OPEN.getAndAdd(this, -cost);
        return generation;
    }

    @Override
    void recount(CounterRule before, CounterRule after, long nowMillis) {
        while (true) {
            Baseline old = current(before, nowMillis);
            long all = admitted;
            Baseline made = fresh(after, nowMillis, 0, all, old.settled, old.otherGatesShare);
            Snapshot told = told();
            if (told != null && told.startMillis() < made.endMillis && made.startMillis < told.endMillis()) {
                made = baselineOf(
                        told, all, old.settled, told.used(), old.settled, old.otherGatesShare, old.unconfirmed, 0, 0);
            }
            if (BASELINE.compareAndSet(this, old, made)) {
                if (tracked != null && !isSliding(after)) {
                    tracked.rename(old.startMillis, made.startMillis);
                    trackedCost = tracked.cost();
                }
                return;
            }
        }
    }

    @Override
    public boolean hasOwnCalls() {
        return admitted != 0;
    }

    /** What tells the windows apart by which tracked calls are kept: of a sliding one its length. */
    private static long keyOf(CounterRule rule, Baseline baseline, long nowMillis) {
        return isSliding(rule) ? nowMillis / Math.max(1, rule.periodMillis()) : baseline.startMillis;
    }

    private static boolean isSliding(CounterRule rule) {
        return rule.algorithm() == Algorithm.SLIDING_WINDOW;
    }

    /** Whether a tracked call counts in what the baseline is about. */
    private static boolean counts(
            CounterRule rule, Baseline baseline, TrackedCalls calls, TrackedCalls.Generation generation) {
        return calls.isKept(generation) && (isSliding(rule) || generation.key() == baseline.startMillis);
    }

    @Override
    synchronized void acknowledged(
            CounterRule rule, TrackedCalls.Generation generation, int partition, long offset, long cost) {
        TrackedCalls calls = tracked;
        if (calls == null || !calls.isKept(generation)) {
            return;
        }
        boolean contained = calls.acknowledged(generation, partition, offset, cost);
        trackedCost = calls.cost();
        while (contained) {
            Baseline before = baseline;
            if (!counts(rule, before, calls, generation)) {
                return;
            }
            Baseline after = before.settling(cost, isSliding(rule));
            if (BASELINE.compareAndSet(this, before, after)) {
                if (!isSliding(rule)) {
                    fleet.observe(0, after.settled - before.settled);
                }
                return;
            }
        }
    }

    @Override
    synchronized void dropped(CounterRule rule, TrackedCalls.Generation generation, long cost) {
        TrackedCalls calls = tracked;
        if (calls == null || !calls.isKept(generation)) {
            return;
        }
        calls.remove(generation, cost);
        trackedCost = calls.cost();
        if (counts(rule, baseline, calls, generation)) {
            ADMITTED.getAndAdd(this, -cost);
        }
    }

    @Override
    synchronized void unknown(TrackedCalls.Generation generation, long cost) {
        TrackedCalls calls = tracked;
        if (calls != null && calls.isKept(generation)) {
            calls.remove(generation, cost);
            trackedCost = calls.cost();
        }
    }

    @Override
    public long used(CounterRule rule, long nowMillis) {
        Baseline current = current(rule, nowMillis);
        long used = current.known(admitted);
        return nowMillis < current.blockedUntilMillis ? Math.max(used, rule.amount()) : used;
    }

    @Override
    public long resetsAt(CounterRule rule, long nowMillis) {
        Baseline current = current(rule, nowMillis);
        return rule.windows() == null && current.known(admitted) == 0 ? nowMillis : current.endMillis;
    }

    @Override
    public long roomAt(CounterRule rule, long nowMillis, long cost) {
        Baseline current = current(rule, nowMillis);
        boolean onlyEstimated =
                nowMillis >= current.blockedUntilMillis && current.known(admitted) + cost <= rule.amount();
        if (onlyEstimated) {
            long since = current.unseen > 0
                    ? Math.max(current.madeAtMillis, firstSinceBaselineMillis)
                    : firstSinceBaselineMillis;
            return Math.min(current.endMillis, since + ESTIMATE_MILLIS);
        }
        if (nowMillis >= current.blockedUntilMillis
                && current.mayBeWrong(rule, fleet, admitted, open + trackedCost + cost)) {
            return Math.min(current.endMillis, current.madeAtMillis + ESTIMATE_MILLIS);
        }
        return isSliding(rule) && current.blockedUntilMillis > nowMillis
                ? current.blockedUntilMillis
                : current.endMillis;
    }

    /** The baseline of the window that now is in. Allocates when a window has ended. */
    private Baseline current(CounterRule rule, long nowMillis) {
        Baseline current = baseline;
        if (nowMillis < current.endMillis) {
            return current;
        }
        long inFlight = open;
        long all = admitted;
        // Calls in flight will end, and count, in the new window. In a sliding one, so do those that no snapshot has.
        long carried = Math.min(all, isSliding(rule) ? current.settled : ended(all, inFlight));
        Baseline next = fresh(rule, nowMillis, 0, all, Math.max(0, carried), current.otherGatesShare);
        return BASELINE.compareAndSet(this, current, next) ? next : baseline;
    }

    /**
     * Cost of the calls that have ended and are charged; never too much of it because of a call that another thread
     * gives back meanwhile.
     *
     * @param all was admitted
     * @param inFlightBefore was in flight when that was read
     */
    private long ended(long all, long inFlightBefore) {
        return Math.max(0, all - Math.max(inFlightBefore, open));
    }

    private static Baseline fresh(
            CounterRule rule, long nowMillis, long used, long admitted, long settled, long otherGatesShare) {
        long start = nowMillis;
        long end = nowMillis + Math.max(1, rule.periodMillis());
        FixedWindows windows = rule.windows();
        if (windows != null) {
            start = windows.startOf(nowMillis);
            end = windows.endOf(nowMillis);
        } else if (!isSliding(rule) && rule.periodMillis() <= 0) {
            // A window of unknown length that is over: nothing is known until the next snapshot.
            end = Long.MAX_VALUE;
        }
        return new Baseline(
                start,
                end,
                used,
                settled,
                0,
                nowMillis,
                admitted,
                used,
                settled,
                otherGatesShare == OTHERS_CALL ? UNKNOWN_SHARE : otherGatesShare,
                0,
                0,
                0);
    }

    @Override
    protected void apply(CounterRule rule, Snapshot snapshot, long horizonMillis) {
        while (true) {
            Baseline before = current(rule, snapshot.receivedAtMillis());
            Baseline after = isSliding(rule)
                    ? afterSliding(rule, before, snapshot, horizonMillis)
                    : afterFixed(rule, before, snapshot, horizonMillis);
            if (after.equals(before)) {
                break;
            }
            if (BASELINE.compareAndSet(this, before, after)) {
                if (!isSliding(rule) && after.isSameWindow(before) && after.admittedThen > after.firstSettled) {
                    fleet.observe(after.used - before.used, after.settled - before.settled);
                }
                break;
            }
        }
        if (snapshot.asOfMillis() >= markMillis + horizonMillis) {
            markMillis = snapshot.receivedAtMillis();
            markClosed = admitted - open - trackedCost;
        }
    }

    /** Takes out the tracked calls that a snapshot contains; their cost. */
    private long takeContained(CounterRule rule, Baseline before, Snapshot snapshot) {
        TrackedCalls calls = tracked;
        if (calls == null) {
            return 0;
        }
        calls.reached(snapshot.sourcePartition(), snapshot.sourceOffset());
        long key = keyOf(rule, before, snapshot.receivedAtMillis());
        calls.forgetBefore(isSliding(rule) ? key - 1 : key);
        long contained = isSliding(rule) ? calls.takeContained() : calls.takeContained(calls.of(key));
        trackedCost = calls.cost();
        return contained;
    }

    private Baseline afterFixed(CounterRule rule, Baseline before, Snapshot snapshot, long horizonMillis) {
        if (snapshot.endMillis() <= before.startMillis) {
            // It still tells of a window that is over by this gate's clock.
            return before;
        }
        long inFlight = open;
        long all = admitted;
        boolean sameWindow = snapshot.startMillis() < before.endMillis && before.startMillis < snapshot.endMillis();
        if (!sameWindow) {
            // The pipeline is in the next window before this gate's clock is.
            long closed = ended(all, inFlight);
            return baselineOf(snapshot, all, closed, snapshot.used(), closed, before.otherGatesShare, 0, 0, 0);
        }
        boolean first = before.used == 0 && before.settled == 0 && before.admittedThen == 0 && all == 0;
        if (first) {
            return baselineOf(snapshot, all, 0, snapshot.used(), 0, before.otherGatesShare, 0, 0, 0);
        }
        long known = before.settled + takeContained(rule, before, snapshot);
        inFlight = open;
        all = admitted;
        long closed = Math.max(0, ended(all, inFlight) - trackedCost);
        // What tracked calls do not explain.
        long grown = snapshot.used() - before.used - (known - before.settled);
        long contained = containedBy(known, grown, snapshot, closed, horizonMillis);
        boolean others = grown > closed - known;
        long recent = others ? recentlyAdmitted(before, snapshot, all) : 0;
        long settled = Math.min(contained, Math.max(known, contained - recent));
        // Growth may be that of own calls that are not acknowledged yet.
        TrackedCalls calls = tracked;
        long unsure = calls == null ? 0 : calls.mayBeContained(calls.of(before.startMillis));
        long byOthers = Math.max(0, grown - (closed - known) - unsure);
        long share = shareOf(
                snapshot.used() - before.firstUsed - Math.min(Math.max(0, grown), unsure),
                settled - before.firstSettled,
                before.otherGatesShare);
        boolean isTold = calls != null && closed == known;
        return baselineOf(
                snapshot,
                all,
                settled,
                before.firstUsed,
                before.firstSettled,
                isTold && share == UNKNOWN_SHARE && byOthers > 0 ? OTHERS_CALL : share,
                contained - settled,
                isTold ? unseenOf(before, snapshot, byOthers) : 0,
                Math.max(0, settled - known));
    }

    private Baseline afterSliding(CounterRule rule, Baseline before, Snapshot snapshot, long horizonMillis) {
        long known = before.settled + takeContained(rule, before, snapshot);
        long inFlight = open;
        long all = admitted;
        long closed = Math.max(0, ended(all, inFlight) - trackedCost);
        // Growth says nothing here, because old usage leaves at the same time: go by the latency, and by what is known
        // to have been there in the first place.
        long contained = snapshot.asOfMillis() >= before.madeAtMillis || snapshot.used() > before.used
                ? closed
                : containedBy(known, snapshot.used() - before.used, snapshot, closed, horizonMillis);
        long settled = Math.min(contained, Math.max(known, contained - recentlyAdmitted(before, snapshot, all)));
        long end = Math.max(
                snapshot.streamTimeMillis() + Math.max(1, rule.periodMillis()), snapshot.receivedAtMillis() + 1);
        // A block ends when there is room for one more, which is all that is known of how usage goes down.
        long used = snapshot.blockedUntilMillis() > snapshot.receivedAtMillis() && !rule.isUnlimited()
                ? Math.min(snapshot.used(), Math.max(0, rule.amount() - 1))
                : snapshot.used();
        return new Baseline(
                snapshot.streamTimeMillis(),
                end,
                used,
                settled,
                snapshot.blockedUntilMillis(),
                snapshot.receivedAtMillis(),
                all,
                0,
                0,
                0,
                contained - settled,
                0,
                0);
    }

    private static Baseline baselineOf(
            Snapshot snapshot,
            long admitted,
            long settled,
            long firstUsed,
            long firstSettled,
            long otherGatesShare,
            long unconfirmed,
            long unseen,
            long attributed) {
        return new Baseline(
                snapshot.startMillis(),
                snapshot.endMillis(),
                snapshot.used(),
                settled,
                snapshot.blockedUntilMillis(),
                snapshot.receivedAtMillis(),
                admitted,
                firstUsed,
                firstSettled,
                otherGatesShare,
                unconfirmed,
                unseen,
                attributed);
    }

    /** The most that the snapshot can contain of what this gate has admitted, besides what it is known to. */
    private long containedBy(long known, long grown, Snapshot snapshot, long closed, long horizonMillis) {
        boolean beyondHorizon = snapshot.asOfMillis() >= markMillis + horizonMillis;
        long contained = known + Math.max(0, grown);
        return Math.min(closed, beyondHorizon ? Math.max(contained, markClosed) : contained);
    }

    /**
     * Own cost that is probably too new for the snapshot: of its latency and the time that it takes to publish, taking
     * calls to be even over the time since the last one.
     */
    private static long recentlyAdmitted(Baseline before, Snapshot snapshot, long all) {
        long elapsed = Math.max(1, snapshot.receivedAtMillis() - before.madeAtMillis);
        long within = Math.min(elapsed, snapshot.latencyMillis() + PUBLISH_MILLIS);
        long since = Math.max(0, Math.min(all - before.admittedThen, Long.MAX_VALUE / 1_000));
        return (since * within + elapsed / 2) / elapsed;
    }

    /**
     * What others have admitted in the latency just observed and the time that it takes to publish, if they went on as
     * between the last two snapshots; rounded up.
     */
    private static long unseenOf(Baseline before, Snapshot snapshot, long byOthers) {
        long elapsed = Math.max(1, snapshot.receivedAtMillis() - before.madeAtMillis);
        long within = Math.min(elapsed, snapshot.latencyMillis() + PUBLISH_MILLIS);
        return (Math.min(byOthers, Long.MAX_VALUE / 2_000) * within + elapsed - 1) / elapsed;
    }

    private static long shareOf(long allUnits, long ownUnits, long carried) {
        if (ownUnits < LEAST_SAMPLE) {
            return carried;
        }
        return allUnits < ownUnits ? 0 : otherGatesShare(allUnits, ownUnits);
    }

    /** What each own unit stands for besides itself, in sixteenths, if it is one of so many of all. */
    static long otherGatesShare(long allUnits, long ownUnits) {
        long sixteenths = Math.min(allUnits, Long.MAX_VALUE / SHARE_ONE) * SHARE_ONE / ownUnits;
        long extra = sixteenths - SHARE_ONE;
        return extra <= SHARE_MARGIN ? 0 : Math.min(MAX_EXTRA_SHARE, extra + SHARE_MARGIN);
    }
}
