package dev.tollgate.planmodel;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the log of a catalog has said so far, record by record. Holds the rule that a version never changes: a number of
 * a plan means one content for good, also after the version was left out or its plan was removed, because what was
 * charged by a version is corrected by it. Only the title may change. Not safe for use by several threads.
 */
public final class PlanHistory {
    /** Every version that was ever part of its plan, by plan and number. */
    private final Map<String, Map<Integer, PlanVersion>> known = new HashMap<>();

    /** What the newest record of each plan says. */
    private final Map<String, List<PlanVersion>> newest = new HashMap<>();

    /** Thrown for a record that gives a known version another content. */
    public static final class ChangedVersionException extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        private ChangedVersionException(String message) {
            super(message);
        }
    }

    /**
     * Takes the next record of a plan: its versions are those of the plan from now on.
     *
     * @param versions all of one plan, one or more
     * @return the same versions; those that are known word for word are the objects that were taken first
     * @throws ChangedVersionException if a number is known with other content; nothing has changed
     * @throws IllegalArgumentException if the versions contradict each other, as {@link Plans} says; nothing has
     *     changed
     */
    public List<PlanVersion> put(String planId, Collection<PlanVersion> versions) {
        Map<Integer, PlanVersion> before = known.getOrDefault(planId, Map.of());
        List<PlanVersion> taken = new ArrayList<>();
        for (PlanVersion version : versions) {
            PlanVersion first = before.get(version.version());
            if (first != null && !first.hasContentOf(version)) {
                throw new ChangedVersionException("plan " + planId + ": version " + version.version()
                        + " was published with other content, and a version never changes, also after its plan was"
                        + " removed; give the new content the number "
                        + (Math.max(highest(before), highest(versions)) + 1));
            }
            taken.add(sameIfKnown(planId, first, version));
        }
        Plans.of(taken);
        Map<Integer, PlanVersion> after = known.computeIfAbsent(planId, id -> new TreeMap<>());
        taken.forEach(version -> after.putIfAbsent(version.version(), version));
        List<PlanVersion> current = List.copyOf(taken);
        newest.put(planId, current);
        return current;
    }

    /**
     * Takes the tombstone of a plan: it has no versions from now on. They stay known.
     *
     * @return whether there was such a plan
     */
    public boolean remove(String planId) {
        return newest.remove(planId) != null;
    }

    /** Compiled forms are kept by identity. */
    private PlanVersion sameIfKnown(String planId, @Nullable PlanVersion first, PlanVersion version) {
        if (first != null && first.equals(version)) {
            return first;
        }
        List<PlanVersion> current = newest.getOrDefault(planId, List.of());
        int index = current.indexOf(version);
        return index < 0 ? version : current.get(index);
    }

    private static int highest(Map<Integer, PlanVersion> versions) {
        return versions.keySet().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    private static int highest(Collection<PlanVersion> versions) {
        return versions.stream().mapToInt(PlanVersion::version).max().orElse(0);
    }
}
