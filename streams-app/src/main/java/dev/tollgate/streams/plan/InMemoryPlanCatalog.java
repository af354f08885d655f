package dev.tollgate.streams.plan;

import dev.tollgate.planmodel.PlanHistory;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Plans;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.plan.PlanTranslator;
import dev.tollgate.streams.plan.CatalogView.LimitName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The history of the plan catalog, written by one reader, asked by all tasks. Thread-safe.
 *
 * <p><b>The rule.</b> A record of {@code plan-catalog}, a tombstone among them, counts for a record of another topic if
 * and only if it was appended at least the settle time before that one. Both times are append times of the log, so the
 * answer is the same in every replay. With a settle time of 5 s, a version appended at 12:00:00.000 counts for a
 * request appended at 12:00:05.000 and not for one at 12:00:04.999. Where append times go backwards, after a change of
 * leader, a catalog record counts no sooner than the one before it.
 *
 * <p><b>Read up to.</b> An answer is given only for moments up to which the catalog is known to be read
 * ({@link #markReadUpTo}); {@link #viewFor} waits for that. Each moment that is asked for moves
 * {@link #newestAskedMillis}, by which the reader knows how far it has to read.
 *
 * <p><b>Notices.</b> When the notice period of a version begins, or a version begins to count within its notice period,
 * accounts are to be told. These moments, too, follow from the log alone: see {@link #noticesBetween}.
 */
public final class InMemoryPlanCatalog {
    private static final Logger LOG = LoggerFactory.getLogger(InMemoryPlanCatalog.class);

    /** Most rejected records that are kept until a task has emitted them. */
    private static final int MAX_REJECTED = 256;

    /** How many contents are kept: steady state needs one, a replay goes through all, one after the other. */
    private static final int MAX_CONTENTS = 64;

    /**
     * One record of the catalog.
     *
     * @param countsFromMillis append time from which on records see it
     * @param versions those of the plan; empty if it was removed
     */
    private record Step(
            long countsFromMillis, String planId, List<PlanVersion> versions, Map<LimitName, String> bucketNames) {}

    private record Content(Plans plans, Map<LimitName, String> bucketNames) {}

    /**
     * A moment at which the accounts on a plan are to be told of a coming version.
     *
     * @param atMillis by append times, milliseconds since the epoch
     */
    public record Notice(long atMillis, String planId) {}

    private final long settleMillis;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Step> steps = new ArrayList<>();
    private final PlanHistory history = new PlanHistory();
    private final ArrayDeque<RejectedPlan> rejected = new ArrayDeque<>();
    private final Map<Integer, Content> contents = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Content> eldest) {
            return size() > MAX_CONTENTS;
        }
    };

    /** Ascending; null after a change. */
    private @Nullable List<Notice> notices;

    private long readUpToMillis = Long.MIN_VALUE;
    private long newestAskedMillis = Long.MIN_VALUE;
    private int waiting;
    private boolean closed;

    /** By {@link System#nanoTime}: when waits end; null while nobody is about to stop. */
    private @Nullable Long waitsEndNanos;

    private @Nullable Throwable failure;
    private Runnable onDemand = () -> {};

    /** An empty catalog that is read up to nowhere. */
    public InMemoryPlanCatalog(Duration settleTime) {
        this.settleMillis = settleTime.toMillis();
    }

    /**
     * The catalog as it counts for a record. Waits until the catalog is read that far.
     *
     * @param appendedAtMillis append time of the record, milliseconds since the epoch
     * @param waits is run once if the caller has to wait
     * @throws KafkaException if the catalog is closed meanwhile, or its reader has failed
     */
    public CatalogView viewFor(long appendedAtMillis, Runnable waits) {
        lock.lock();
        try {
            ask(appendedAtMillis);
            if (appendedAtMillis > readUpToMillis) {
                waits.run();
                awaitReadUpTo(appendedAtMillis);
            }
            int last = lastStepFor(appendedAtMillis);
            List<Notice> all = notices();
            int next = firstNoticeAfter(all, appendedAtMillis);
            long lastNotice = next == 0 ? Long.MIN_VALUE : all.get(next - 1).atMillis();
            long from = Math.max(
                    lastNotice, last < 0 ? Long.MIN_VALUE : steps.get(last).countsFromMillis());
            // Asked again well before the end, so that the reader is ahead of those that would have to wait.
            long until = Math.max(appendedAtMillis + 1, readUpToMillis - 3 * settleMillis / 8);
            if (last + 1 < steps.size()) {
                until = Math.min(until, steps.get(last + 1).countsFromMillis());
            }
            if (next < all.size()) {
                until = Math.min(until, all.get(next).atMillis());
            }
            Content content = content(last);
            return new CatalogView(content.plans(), content.bucketNames(), from, until, lastNotice);
        } finally {
            lock.unlock();
        }
    }

    /** Whether {@link #viewFor} answers at once. If not, the reader is told to read that far. */
    public boolean isReadUpTo(long appendedAtMillis) {
        lock.lock();
        try {
            ask(appendedAtMillis);
            return appendedAtMillis <= readUpToMillis;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The moments after one and up to another at which accounts are to be told of a coming version, ascending.
     *
     * @param afterMillis exclusive
     * @param upToMillis inclusive; the catalog is to be read up to there
     */
    public List<Notice> noticesBetween(long afterMillis, long upToMillis) {
        lock.lock();
        try {
            List<Notice> all = notices();
            int from = firstNoticeAfter(all, afterMillis);
            int to = firstNoticeAfter(all, upToMillis);
            return from < to ? all.subList(from, to) : List.of();
        } finally {
            lock.unlock();
        }
    }

    /** The newest append time that was asked for, or {@link Long#MIN_VALUE}. */
    public long newestAskedMillis() {
        lock.lock();
        try {
            return newestAskedMillis;
        } finally {
            lock.unlock();
        }
    }

    /** How many callers wait for the reader at this moment. */
    public long waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    /** Runs when somebody waits for the reader or is about to: it must be quick and must not call back. */
    public void onDemand(Runnable action) {
        lock.lock();
        try {
            onDemand = action;
        } finally {
            lock.unlock();
        }
    }

    /** Every version of every plan, by the newest record of each, whether it counts already or not. */
    public List<PlanVersion> all() {
        lock.lock();
        try {
            return content(steps.size() - 1).plans().all();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the next record of a plan.
     *
     * @throws IllegalArgumentException if it cannot be used, in particular if a version is not what it was, as
     *     {@link PlanHistory} says; the plan stays as it was
     */
    public void put(Plan plan, long appendedAtMillis) {
        lock.lock();
        try {
            String planId = plan.getPlanId();
            List<PlanVersion> versions = history.put(planId, PlanTranslator.versions(plan));
            Map<LimitName, String> bucketNames = new HashMap<>();
            plan.getVersions()
                    .forEach(version -> version.getLimits().forEach(limit -> {
                        String bucketName = limit.getBucketName();
                        if (bucketName != null) {
                            bucketNames.put(
                                    new LimitName(planId, version.getVersion(), limit.getLimitId()), bucketName);
                        }
                    }));
            append(planId, versions, bucketNames, appendedAtMillis);
            LOG.info("plan read: plan={} versions={}", planId, versions.size());
        } finally {
            lock.unlock();
        }
    }

    /** Takes the tombstone of a plan: its accounts are on no plan from then on. */
    public void remove(String planId, long appendedAtMillis) {
        lock.lock();
        try {
            if (history.remove(planId)) {
                append(planId, List.of(), Map.of(), appendedAtMillis);
                LOG.warn("plan removed; its accounts are on no plan: plan={}", planId);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Remembers a record that cannot be used. */
    public void reject(RejectedPlan record) {
        lock.lock();
        try {
            if (rejected.size() == MAX_REJECTED) {
                rejected.removeFirst();
            }
            rejected.addLast(record);
        } finally {
            lock.unlock();
        }
    }

    /** The newest records that cannot be used, in the order in which they were read. */
    public List<RejectedPlan> rejected() {
        lock.lock();
        try {
            return List.copyOf(rejected);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Every catalog record that counts for records with append times up to this one has been put. A moment before the
     * one that was marked last changes nothing.
     */
    public void markReadUpTo(long appendedAtMillis) {
        lock.lock();
        try {
            if (appendedAtMillis > readUpToMillis) {
                readUpToMillis = appendedAtMillis;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * The reader has come to a record with this append time: what comes now counts for no record before its settle
     * time.
     */
    void markReached(long appendedAtMillis) {
        markReadUpTo(appendedAtMillis + settleMillis - 1);
    }

    /** The reader cannot go on: whoever waits, or asks for more than was read, gets this as the cause. */
    void fail(Throwable cause) {
        lock.lock();
        try {
            failure = cause;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The instance is about to stop: a record that waits gets its answer if that comes within the grace. A wait that
     * fails costs more than its time: Kafka Streams closes the task dirty, and the instance that takes it over has to
     * make its state anew.
     */
    public void endWaitsAfter(Duration grace) {
        lock.lock();
        try {
            waitsEndNanos = System.nanoTime() + grace.toNanos();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends all waiting: the instance is stopping. */
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits a while, or until the instance stops.
     *
     * @return whether it goes on
     */
    boolean pause(long millis) {
        long rest = TimeUnit.MILLISECONDS.toNanos(millis);
        lock.lock();
        try {
            while (!closed && rest > 0) {
                rest = changed.awaitNanos(rest);
            }
            return !closed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void ask(long appendedAtMillis) {
        if (appendedAtMillis > newestAskedMillis) {
            newestAskedMillis = appendedAtMillis;
        }
        if (appendedAtMillis > readUpToMillis) {
            onDemand.run();
        }
    }

    private void awaitReadUpTo(long appendedAtMillis) {
        waiting++;
        try {
            while (appendedAtMillis > readUpToMillis) {
                Throwable cause = failure;
                if (cause != null) {
                    throw new KafkaException("the plan catalog cannot be read: " + cause.getMessage(), cause);
                }
                Long endNanos = waitsEndNanos;
                if (closed || (endNanos != null && endNanos - System.nanoTime() <= 0)) {
                    throw new KafkaException("the plan catalog was closed while a record waited for it");
                }
                if (endNanos == null) {
                    changed.await();
                } else {
                    changed.awaitNanos(endNanos - System.nanoTime());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while waiting for the plan catalog", e);
        } finally {
            waiting--;
        }
    }

    private void append(
            String planId, List<PlanVersion> versions, Map<LimitName, String> bucketNames, long appendedAtMillis) {
        long countsFrom = appendedAtMillis + settleMillis;
        if (!steps.isEmpty()) {
            countsFrom = Math.max(countsFrom, steps.getLast().countsFromMillis());
        }
        steps.add(new Step(countsFrom, planId, versions, bucketNames));
        notices = null;
    }

    /** Index of the last step that counts, or -1. */
    private int lastStepFor(long appendedAtMillis) {
        int low = 0;
        int high = steps.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (steps.get(middle).countsFromMillis() <= appendedAtMillis) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    private Content content(int lastStep) {
        Content known = contents.get(lastStep);
        if (known != null) {
            return known;
        }
        Map<String, Step> newest = new HashMap<>();
        List<PlanVersion> everKnown = new ArrayList<>();
        for (Step step : steps.subList(0, lastStep + 1)) {
            newest.put(step.planId(), step);
            everKnown.addAll(step.versions());
        }
        List<PlanVersion> versions = new ArrayList<>();
        Map<LimitName, String> bucketNames = new HashMap<>();
        newest.values().forEach(step -> {
            versions.addAll(step.versions());
            bucketNames.putAll(step.bucketNames());
        });
        Content built = new Content(Plans.of(versions).withRetired(everKnown), Map.copyOf(bucketNames));
        contents.put(lastStep, built);
        return built;
    }

    private List<Notice> notices() {
        List<Notice> known = notices;
        if (known != null) {
            return known;
        }
        List<Notice> all = new ArrayList<>();
        Map<String, Long> replacedAt = new HashMap<>();
        for (Step step : steps.reversed()) {
            long until = replacedAt.getOrDefault(step.planId(), Long.MAX_VALUE);
            List<PlanVersion> versions = new ArrayList<>(step.versions());
            versions.sort(Comparator.comparingLong(PlanVersion::effectiveFromMillis));
            for (int i = 1; i < versions.size(); i++) {
                PlanVersion version = versions.get(i);
                // Accounts are told of the version that comes next, so not before the one before it is in force.
                long at = Math.max(
                        Math.max(version.effectiveFromMillis() - version.noticePeriodMillis(), step.countsFromMillis()),
                        versions.get(i - 1).effectiveFromMillis());
                if (at < version.effectiveFromMillis() && at < until) {
                    all.add(new Notice(at, step.planId()));
                }
            }
            replacedAt.put(step.planId(), step.countsFromMillis());
        }
        all.sort((a, b) -> a.atMillis() != b.atMillis()
                ? Long.compare(a.atMillis(), b.atMillis())
                : a.planId().compareTo(b.planId()));
        known = List.copyOf(all);
        notices = known;
        return known;
    }

    private static int firstNoticeAfter(List<Notice> all, long millis) {
        int low = 0;
        int high = all.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (all.get(middle).atMillis() <= millis) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
