package dev.tollgate.streams.topology;

import dev.tollgate.engine.plan.PlanCatalog;
import dev.tollgate.engine.plan.PlanVersion;
import dev.tollgate.engine.plan.Plans;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.streams.translate.PlanTranslator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plans of this instance, as the catalogue topic has them: written by the global thread, read by all stream threads without
 * a lock.
 *
 * <p>The newest record of a plan holds, whole, since after compaction it is all that another instance would see. A record that
 * cannot be used leaves the plan as it was.
 */
public final class PlanCatalogue implements PlanCatalog {
    private static final Logger LOG = LoggerFactory.getLogger(PlanCatalogue.class);

    private record LimitName(String planId, int version, String limitId) {}

    /**
     * A version that follows another one of its plan.
     *
     * @param noticeFromMillis when accounts are to be told, milliseconds since the epoch
     */
    record Upcoming(String planId, int version, long noticeFromMillis, long effectiveFromMillis) {}

    /**
     * A plan record that cannot be used.
     *
     * @param reason a constant whose name travels with the dead letter
     */
    record Refused(InputRecord input, Enum<?> reason, String detail) {}

    /** Most refused records that are kept until a task has said them. */
    private static final int MAX_REFUSED = 256;

    /** What readers see: replaced as a whole. */
    private record Content(Plans plans, Map<LimitName, String> bucketNames, List<Upcoming> successors) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, List<PlanVersion>> versionsByPlan = new HashMap<>();
    private final Map<LimitName, String> bucketNames = new HashMap<>();
    private final ArrayDeque<Refused> refused = new ArrayDeque<>();
    private volatile boolean closed;
    private volatile Content content = new Content(Plans.empty(), Map.of(), List.of());

    @Override
    public @Nullable PlanVersion planAt(String planId, long eventTimeMillis) {
        return content.plans().planAt(planId, eventTimeMillis);
    }

    @Override
    public @Nullable PlanVersion nextAfter(String planId, long eventTimeMillis) {
        return content.plans().nextAfter(planId, eventTimeMillis);
    }

    @Override
    public @Nullable PlanVersion version(String planId, int version) {
        return content.plans().version(planId, version);
    }

    @Override
    public Plans snapshot() {
        return content.plans();
    }

    /** What response headers call a limit, or null where the plan does not say. */
    @Nullable
    String bucketName(String planId, int version, String limitId) {
        return content.bucketNames().get(new LimitName(planId, version, limitId));
    }

    /** The versions whose notice period has begun and that are not in force yet. */
    Set<Upcoming> upcoming(long nowMillis) {
        List<Upcoming> successors = content.successors();
        if (successors.isEmpty()) {
            return Set.of();
        }
        return successors.stream()
                .filter(version -> version.noticeFromMillis() <= nowMillis && nowMillis < version.effectiveFromMillis())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Every version of every plan. */
    public List<PlanVersion> all() {
        return content.plans().all();
    }

    /**
     * Takes the newest record of a plan.
     *
     * @throws IllegalArgumentException if it cannot be used; the plan stays as it was
     */
    void put(Plan plan) {
        lock.lock();
        try {
            List<PlanVersion> before = versionsByPlan.getOrDefault(plan.getPlanId(), List.of());
            List<PlanVersion> after = new ArrayList<>();
            for (PlanVersion version : PlanTranslator.versions(plan)) {
                after.add(sameIfKnown(before, version));
            }
            // Contradictions within the record show before anything has changed.
            Plans.of(after);
            if (!after.containsAll(before)) {
                LOG.warn(
                        "a version of a plan is no longer what it was; versions should be immutable: plan={}",
                        plan.getPlanId());
            }
            versionsByPlan.put(plan.getPlanId(), List.copyOf(after));
            bucketNames.keySet().removeIf(name -> name.planId().equals(plan.getPlanId()));
            plan.getVersions()
                    .forEach(version -> version.getLimits().forEach(limit -> {
                        String bucketName = limit.getBucketName();
                        if (bucketName != null) {
                            bucketNames.put(
                                    new LimitName(plan.getPlanId(), version.getVersion(), limit.getLimitId()),
                                    bucketName);
                        }
                    }));
            publish();
            LOG.info("plan read: plan={} versions={}", plan.getPlanId(), after.size());
        } finally {
            lock.unlock();
        }
    }

    /** Forgets a plan: its tombstone was read. */
    void remove(String planId) {
        lock.lock();
        try {
            if (versionsByPlan.remove(planId) != null) {
                bucketNames.keySet().removeIf(name -> name.planId().equals(planId));
                publish();
                LOG.warn("plan removed; its accounts are on no plan: plan={}", planId);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Remembers a record that cannot be used. */
    void refuse(Refused record) {
        lock.lock();
        try {
            if (refused.size() == MAX_REFUSED) {
                refused.removeFirst();
            }
            refused.addLast(record);
        } finally {
            lock.unlock();
        }
    }

    /** The newest records that cannot be used, in the order in which they were read. */
    List<Refused> refused() {
        lock.lock();
        try {
            return List.copyOf(refused);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the catalogue has a plan at a moment.
     *
     * @param timeoutMillis how long at most; 0 or less only looks
     * @return whether it has
     */
    boolean await(String planId, long atMillis, long timeoutMillis) {
        long rest = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        lock.lock();
        try {
            while (planAt(planId, atMillis) == null) {
                if (rest <= 0) {
                    return false;
                }
                rest = changed.awaitNanos(rest);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return planAt(planId, atMillis) != null;
        } finally {
            lock.unlock();
        }
    }

    /** Ends all pauses: the instance is stopping. */
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

    private void publish() {
        List<PlanVersion> all = new ArrayList<>();
        versionsByPlan.values().forEach(all::addAll);
        content = new Content(Plans.of(all), Map.copyOf(bucketNames), successors());
        changed.signalAll();
    }

    private List<Upcoming> successors() {
        List<Upcoming> successors = new ArrayList<>();
        for (List<PlanVersion> versions : versionsByPlan.values()) {
            long first = versions.stream()
                    .mapToLong(PlanVersion::effectiveFromMillis)
                    .min()
                    .orElse(Long.MAX_VALUE);
            for (PlanVersion version : versions) {
                if (version.effectiveFromMillis() > first) {
                    successors.add(new Upcoming(
                            version.planId(),
                            version.version(),
                            version.effectiveFromMillis() - version.noticePeriodMillis(),
                            version.effectiveFromMillis()));
                }
            }
        }
        return List.copyOf(successors);
    }

    /** The engine keeps compiled plans by identity. */
    private static PlanVersion sameIfKnown(List<PlanVersion> known, PlanVersion version) {
        int index = known.indexOf(version);
        return index < 0 ? version : known.get(index);
    }
}
