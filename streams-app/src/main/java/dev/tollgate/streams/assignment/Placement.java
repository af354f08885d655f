package dev.tollgate.streams.assignment;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/**
 * Places tasks on instances so that as few as possible change their place. A task that moves stands still for seconds:
 * its owner gives it up in one rebalance, and the next one begins with it after another.
 *
 * <ol>
 *   <li>A task stays with its owner.
 *   <li>A task without one goes to an instance whose copy of the state is complete or nearly so, rather to one that has
 *       run for a while than to one that has just started, and rather to one with a copy than to one that lacks little
 *       because there is little; of these to the one with the least to do. If there is none, it goes to the one whose
 *       copy lacks the least.
 *   <li>If an instance has at least two tasks more per thread than another would have, one moves to that, if it has a
 *       copy that is complete or nearly so. If it has not, the task stays, the other one gets a copy to warm up, and it
 *       is looked at again later. So it does if the other one has just started and the owner has not: it opens its
 *       stores and compiles its code before it takes a task from one that does its work.
 *   <li>Each task gets its standbys, where they are already if possible.
 * </ol>
 *
 * <p>Pure: the same instances and tasks lead to the same placement, in whatever order they are given.
 *
 * @param <T> names a task
 */
final class Placement<T extends Comparable<T>> {
    /** Lag of an instance that has no copy of a task. */
    static final long NO_COPY = Long.MAX_VALUE;

    /**
     * An instance as it is.
     *
     * @param id orders instances that are equal otherwise
     * @param threads 1 and up
     * @param active tasks that it owns
     * @param justStarted whether it has not run for a while
     * @param copies tasks of which it has a copy, running or on its disk
     * @param lag records of the changelogs that its copy of a task lacks, 0 for an owner; {@link #NO_COPY} or missing
     *     where it has none
     */
    record Instance<T extends Comparable<T>>(
            String id, int threads, boolean justStarted, SortedSet<T> active, SortedSet<T> copies, Map<T, Long> lag) {
        long lagOf(T task) {
            return active.contains(task) ? 0 : lag.getOrDefault(task, NO_COPY);
        }
    }

    /**
     * Rules.
     *
     * @param standbys copies of each task beside its owner's, 0 and up
     * @param acceptableLag up to so many records a copy is nearly complete
     * @param mostWarmUps tasks that may be warmed up at a time
     */
    record Rules(int standbys, long acceptableLag, int mostWarmUps) {}

    /** What an instance gets. */
    record Tasks<T extends Comparable<T>>(SortedSet<T> active, SortedSet<T> standby) {
        int count() {
            return active.size() + standby.size();
        }
    }

    /**
     * A placement.
     *
     * @param tasks by instance
     * @param isWarmingUp whether a task is to move when its copy is complete, so that this has to be looked at again
     */
    record Result<T extends Comparable<T>>(Map<String, Tasks<T>> tasks, boolean isWarmingUp) {
        /** What one of the instances gets. */
        Tasks<T> of(String instanceId) {
            Tasks<T> found = tasks.get(instanceId);
            if (found == null) {
                throw new IllegalArgumentException("unknown instance " + instanceId);
            }
            return found;
        }
    }

    private final List<Instance<T>> instances;
    private final SortedSet<T> all;
    private final Rules rules;
    private final Map<String, Tasks<T>> placed = new TreeMap<>();

    private Placement(Collection<Instance<T>> instances, Collection<T> tasks, Rules rules) {
        this.instances =
                instances.stream().sorted(Comparator.comparing(Instance::id)).toList();
        this.all = new TreeSet<>(tasks);
        this.rules = rules;
        this.instances.forEach(instance -> placed.put(instance.id(), new Tasks<T>(new TreeSet<>(), new TreeSet<>())));
    }

    /** Places tasks on instances; at least one. */
    static <T extends Comparable<T>> Result<T> of(Collection<Instance<T>> instances, Collection<T> tasks, Rules rules) {
        return new Placement<>(instances, tasks, rules).place();
    }

    private Result<T> place() {
        Map<T, Instance<T>> owners = new HashMap<>();
        for (Instance<T> instance : instances) {
            for (T task : instance.active()) {
                if (all.contains(task)) {
                    owners.putIfAbsent(task, instance);
                }
            }
        }
        owners.forEach((task, owner) -> of(owner).active().add(task));
        for (T task : all) {
            if (!owners.containsKey(task)) {
                of(heirOf(task)).active().add(task);
            }
        }
        boolean isWarmingUp = balance();
        all.forEach(this::placeStandbys);
        return new Result<>(placed, isWarmingUp);
    }

    private Tasks<T> of(Instance<T> instance) {
        Tasks<T> tasks = placed.get(instance.id());
        if (tasks == null) {
            throw new IllegalArgumentException("unknown instance " + instance.id());
        }
        return tasks;
    }

    private boolean isNearlyComplete(Instance<T> instance, T task) {
        return instance.lagOf(task) <= rules.acceptableLag();
    }

    /** Whether an instance can go on at once with a task that another one gives away. */
    private boolean isReady(Instance<T> from, Instance<T> to, T task) {
        // A group that has just started spreads its tasks while they are small.
        return isNearlyComplete(to, task)
                && (from.justStarted() || !to.justStarted() && (to.copies().contains(task) || to.lagOf(task) == 0));
    }

    private Instance<T> heirOf(T task) {
        ToLongFunction<Instance<T>> missing = instance -> isNearlyComplete(instance, task) ? 0 : instance.lagOf(task);
        return instances.stream()
                .min(Comparator.comparingLong(missing)
                        .thenComparing(Instance::justStarted)
                        .thenComparing(instance -> !instance.copies().contains(task))
                        .thenComparingDouble(this::activePerThread)
                        .thenComparingLong(instance -> instance.lagOf(task))
                        .thenComparing(Instance::id))
                .orElseThrow();
    }

    private double activePerThread(Instance<T> instance) {
        return (double) of(instance).active().size() / instance.threads();
    }

    /** Returns whether something is to move later. */
    private boolean balance() {
        int warmUps = 0;
        // What is warmed up counts as moved here, so that no second task is chosen for the same reason.
        Map<String, Integer> coming = new HashMap<>();
        // Each round moves a task from an instance with more to one with less, so it comes to an end.
        while (true) {
            Optional<Move<T>> move = nextMove(coming, warmUps < rules.mostWarmUps());
            if (move.isEmpty()) {
                return warmUps > 0;
            }
            Instance<T> from = move.get().from();
            Instance<T> to = move.get().to();
            T task = move.get().task();
            if (move.get().isWarmUp()) {
                of(to).standby().add(task);
                coming.merge(from.id(), -1, Integer::sum);
                coming.merge(to.id(), 1, Integer::sum);
                warmUps++;
            } else {
                of(from).active().remove(task);
                of(to).active().add(task);
            }
        }
    }

    private record Move<T extends Comparable<T>>(Instance<T> from, Instance<T> to, T task, boolean isWarmUp) {}

    /** The best move: at once rather than after a warm-up, then from the fullest instance to the emptiest. */
    private Optional<Move<T>> nextMove(Map<String, Integer> coming, boolean mayWarmUp) {
        List<Instance<T>> fullestFirst = instances.stream()
                .sorted(Comparator.<Instance<T>>comparingDouble(instance -> -load(instance, 0, coming))
                        .thenComparing(Instance::id))
                .toList();
        List<Instance<T>> emptiestFirst = instances.stream()
                .sorted(Comparator.<Instance<T>>comparingDouble(instance -> load(instance, 1, coming))
                        .thenComparing(Instance::id))
                .toList();
        Optional<Move<T>> warmUp = Optional.empty();
        for (Instance<T> from : fullestFirst) {
            for (Instance<T> to : emptiestFirst) {
                if (load(from, 0, coming) > load(to, 1, coming)) {
                    Optional<Move<T>> move = moveBetween(from, to);
                    if (move.isPresent() && !move.get().isWarmUp()) {
                        return move;
                    }
                    warmUp = warmUp.or(() -> move);
                }
            }
        }
        return mayWarmUp ? warmUp : Optional.empty();
    }

    private double load(Instance<T> instance, int more, Map<String, Integer> coming) {
        int tasks = of(instance).active().size() + coming.getOrDefault(instance.id(), 0) + more;
        return (double) tasks / instance.threads();
    }

    /** The task that the other instance lacks the least of; none that is being warmed up already. */
    private Optional<Move<T>> moveBetween(Instance<T> from, Instance<T> to) {
        return of(from).active().stream()
                .filter(task -> instances.stream()
                        .noneMatch(other -> of(other).standby().contains(task)))
                .min(Comparator.<T>comparingLong(to::lagOf).thenComparing(Comparator.naturalOrder()))
                .map(task -> new Move<>(from, to, task, !isReady(from, to, task)));
    }

    private void placeStandbys(T task) {
        List<Instance<T>> candidates = new ArrayList<>(instances.stream()
                .filter(instance -> !of(instance).active().contains(task))
                .filter(instance -> !of(instance).standby().contains(task))
                .toList());
        int copies = all.size() * (1 + rules.standbys());
        int threads = instances.stream().mapToInt(Instance::threads).sum();
        for (int i = 0; i < rules.standbys() && !candidates.isEmpty(); i++) {
            Instance<T> chosen = candidates.stream()
                    .min(Comparator.<Instance<T>, Boolean>comparing(
                                    instance -> !hasCopy(instance, task) || isFull(instance, copies, threads))
                            .thenComparingDouble(
                                    instance -> (double) of(instance).count() / instance.threads())
                            .thenComparingLong(instance -> instance.lagOf(task))
                            .thenComparing(Instance::id))
                    .orElseThrow();
            of(chosen).standby().add(task);
            candidates.remove(chosen);
        }
    }

    private boolean hasCopy(Instance<T> instance, T task) {
        return instance.lagOf(task) < NO_COPY;
    }

    /** Whether an instance has its share of all copies. */
    private boolean isFull(Instance<T> instance, int copies, int threads) {
        return (long) of(instance).count() * threads >= (long) copies * instance.threads() + threads - 1;
    }
}
