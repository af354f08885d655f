package dev.tollgate.notify.internal.lane;

import dev.tollgate.notify.internal.lane.Settlement.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All accounts of one endpoint. Invariants:
 *
 * <ul>
 *   <li>Of an account one event at most is between {@link #start} and {@link #stored}: its lowest version that is not
 *       done. The next one is started once it is stored what became of that one. So a crash repeats at most one event
 *       of an account, and never an older one.
 *   <li>An event is done when its version is at most the stored one of its account; such events are skipped when they
 *       are read again.
 *   <li>{@link #committable} is the lowest offset that is not done: what is read again after a crash holds all that is
 *       open.
 * </ul>
 *
 * <p>A lane that waits costs a few hundred bytes and its events; accounts without events cost an entry of the map that
 * was stored. Starting and settling take logarithmic time. Not thread-safe.
 *
 * @param <P> of what is sent
 */
public final class EndpointLanes<P> {
    private final LanePolicy policy;
    private final Map<Integer, PartitionProgress> partitions = new TreeMap<>();
    private final Map<Integer, Map<String, AccountLane<P>>> lanes = new HashMap<>();
    private final TreeSet<AccountLane<P>> waiting = new TreeSet<>(
            Comparator.<AccountLane<P>>comparingLong(AccountLane::dueMillis).thenComparingLong(AccountLane::sequence));
    private long sequences;
    private int inFlight;
    private long heldUntilMillis;
    private boolean disabled;

    public EndpointLanes(LanePolicy policy) {
        this.policy = policy;
    }

    /** An attempt that is to be made now. */
    public record Attempt<P>(PendingEvent<P> event, int number) {}

    /** What is to be done now. */
    public record Work<P>(List<Attempt<P>> attempts, List<Settlement<P>> superseded) {}

    /**
     * Takes a partition.
     *
     * @param position offset from which it is read
     * @param progress of its accounts, as it was stored
     */
    public void assign(int partition, long position, Map<String, LaneProgress> progress) {
        partitions.put(partition, new PartitionProgress(position, progress));
        lanes.put(partition, new HashMap<>());
    }

    /**
     * Gives a partition away. What is in flight of it is settled and stored before, or is sent again by its next owner.
     */
    public void revoke(int partition) {
        partitions.remove(partition);
        Map<String, AccountLane<P>> gone = lanes.remove(partition);
        if (gone != null) {
            for (AccountLane<P> lane : gone.values()) {
                waiting.remove(lane);
                inFlight -= lane.isBusy() ? 1 : 0;
            }
        }
    }

    /** Whether a partition is assigned. */
    public boolean has(int partition) {
        return partitions.containsKey(partition);
    }

    /**
     * Takes an event that was read, in the order of its partition.
     *
     * @return false if it is done already
     * @throws IllegalStateException if its partition is not assigned
     */
    public boolean add(PendingEvent<P> event) {
        PartitionProgress partition = partition(event.partition());
        partition.read(event.offset());
        Map<String, AccountLane<P>> accounts = accounts(event.partition());
        LaneProgress progress = partition.of(event.account());
        AccountLane<P> lane = accounts.get(event.account());
        long newest = lane == null ? progress.version() : lane.newestVersion();
        if (event.version() <= newest) {
            return false;
        }
        partition.open(event.offset());
        if (lane != null) {
            lane.add(event);
            return true;
        }
        AccountLane<P> opened = new AccountLane<>(sequences++);
        opened.add(event);
        if (event.version() == progress.retryVersion()) {
            opened.waitUntil(progress.nextAttemptAtMillis(), progress.attempts());
        }
        accounts.put(event.account(), opened);
        waiting.add(opened);
        return true;
    }

    /** An offset was read that holds nothing for this endpoint. */
    public void pass(int partition, long offset) {
        partition(partition).read(offset);
    }

    /** What is to be done now. Each attempt is to be {@link #settle settled}, each settlement to be {@link #stored}. */
    public Work<P> start(long nowMillis) {
        List<Attempt<P>> attempts = new ArrayList<>();
        List<Settlement<P>> superseded = new ArrayList<>();
        while (!disabled
                && nowMillis >= heldUntilMillis
                && inFlight < policy.parallel()
                && !waiting.isEmpty()
                && waiting.first().dueMillis() <= nowMillis) {
            AccountLane<P> lane = waiting.removeFirst();
            lane.setBusy(true);
            inFlight++;
            if (policy.dropSuperseded() && lane.isHeadSuperseded()) {
                superseded.add(ended(lane, Outcome.SUPERSEDED, lane.attempts()));
            } else {
                attempts.add(new Attempt<>(lane.head(), lane.attempts() + 1));
            }
        }
        return new Work<>(List.copyOf(attempts), List.copyOf(superseded));
    }

    /**
     * An attempt is over.
     *
     * @return what is to be stored before the lane goes on
     * @throws IllegalStateException if the event is not in flight
     */
    public Settlement<P> settle(PendingEvent<P> event, AttemptResult result, long nowMillis) {
        AccountLane<P> lane = busyLane(event);
        int attempts = lane.attempts() + 1;
        return switch (result) {
            case AttemptResult.Accepted accepted -> ended(lane, Outcome.DELIVERED, attempts);
            case AttemptResult.Gone gone -> {
                disabled = true;
                yield new Settlement<>(
                        event,
                        Outcome.DISABLED,
                        attempts,
                        0,
                        partition(event.partition()).of(event.account()));
            }
            case AttemptResult.Failed failed -> failed(lane, event, attempts, failed, nowMillis);
        };
    }

    private Settlement<P> failed(
            AccountLane<P> lane, PendingEvent<P> event, int attempts, AttemptResult.Failed failed, long nowMillis) {
        long leaveAloneUntil = nowMillis + failed.retryAfter().toMillis();
        if (failed.wholeEndpoint()) {
            heldUntilMillis = Math.max(heldUntilMillis, leaveAloneUntil);
        }
        long expiresAt = event.appendedAtMillis() + policy.maxAge().toMillis();
        if (nowMillis >= expiresAt) {
            return ended(lane, Outcome.EXPIRED, attempts);
        }
        long wanted = Math.max(nowMillis + policy.retries().waitMillis(event.id(), attempts), leaveAloneUntil);
        // The last attempt is made when the age is reached, however long the wait would be.
        long next = Math.min(wanted, expiresAt);
        long done = partition(event.partition()).of(event.account()).version();
        return new Settlement<>(
                event, Outcome.RETRYING, attempts, next, new LaneProgress(done, event.version(), attempts, next));
    }

    private Settlement<P> ended(AccountLane<P> lane, Outcome outcome, int attempts) {
        PendingEvent<P> event = lane.head();
        return new Settlement<>(event, outcome, attempts, 0, LaneProgress.doneUpTo(event.version()));
    }

    /** Whether an event is in flight or its settlement is to be stored: false once its partition was given away. */
    public boolean isBusyWith(PendingEvent<P> event) {
        Map<String, AccountLane<P>> accounts = lanes.get(event.partition());
        AccountLane<P> lane = accounts == null ? null : accounts.get(event.account());
        return lane != null && lane.isBusy() && lane.head() == event;
    }

    /** A settlement is stored: the lane goes on. */
    public void stored(Settlement<P> settlement) {
        PendingEvent<P> event = settlement.event();
        AccountLane<P> lane = busyLane(event);
        lane.setBusy(false);
        inFlight--;
        partition(event.partition()).put(event.account(), settlement.progress());
        if (settlement.outcome().endsEvent()) {
            partition(event.partition()).done(event.offset());
            lane.removeHead();
        } else {
            lane.waitUntil(settlement.nextAttemptAtMillis(), settlement.attempts());
        }
        if (lane.isEmpty()) {
            accounts(event.partition()).remove(event.account());
        } else {
            // An account with many events must not be served before all others again and again.
            lane.queueAs(sequences++);
            waiting.add(lane);
        }
    }

    /** What is before this offset of a partition is done and need not be read again. */
    public long committable(int partition) {
        return partition(partition).committable();
    }

    /** Whether no more of a partition is to be read for now. */
    public boolean isFull(int partition) {
        return partition(partition).pending() >= policy.maxPending();
    }

    /** Whether a partition that was full has room again. */
    public boolean hasRoom(int partition) {
        return partition(partition).pending() <= policy.maxPending() / 2;
    }

    /** Events that wait or are in flight. */
    public int pending() {
        return partitions.values().stream().mapToInt(PartitionProgress::pending).sum();
    }

    /** Requests in flight, and settlements that are not stored yet. */
    public int inFlight() {
        return inFlight;
    }

    /** Whether the endpoint wants nothing any more. */
    public boolean isDisabled() {
        return disabled;
    }

    /** When the next attempt is due; empty if none waits. May lie in the past where all requests are in use. */
    public OptionalLong nextDueMillis() {
        return waiting.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(waiting.first().dueMillis(), heldUntilMillis));
    }

    /** When the log took the oldest event that is not done; empty if all are. */
    public OptionalLong oldestAppendedAtMillis() {
        return lanes.values().stream()
                .flatMap(accounts -> accounts.values().stream())
                .mapToLong(lane -> lane.head().appendedAtMillis())
                .min();
    }

    private AccountLane<P> busyLane(PendingEvent<P> event) {
        AccountLane<P> lane = accounts(event.partition()).get(event.account());
        if (lane == null || !isBusyWith(event)) {
            throw new IllegalStateException(
                    "event " + event.id() + " of account " + event.account() + " is not in flight");
        }
        return lane;
    }

    private PartitionProgress partition(int partition) {
        PartitionProgress progress = partitions.get(partition);
        if (progress == null) {
            throw new IllegalStateException("partition " + partition + " is not assigned");
        }
        return progress;
    }

    private Map<String, AccountLane<P>> accounts(int partition) {
        Map<String, AccountLane<P>> accounts = lanes.get(partition);
        if (accounts == null) {
            throw new IllegalStateException("partition " + partition + " is not assigned");
        }
        return accounts;
    }
}
