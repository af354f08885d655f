package dev.tollgate.planmodel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An immutable catalog. Safe for use by several threads. The built-in plan {@code none} is always in it.
 *
 * <p>Within one plan, versions are ordered by effective date and by number alike, and a limit keeps its meter,
 * algorithm and scope under the same id: usage that was counted one way cannot be kept as if it had been counted
 * another way. A plan keeps its calendar as well: its running windows cannot move.
 */
public final class Plans implements PlanCatalog {
    private static final Plans EMPTY =
            new Plans(Map.of(PlanVersion.NONE.planId(), new PlanVersion[] {PlanVersion.NONE}), Map.of(), 0);

    /** Versions by plan, ascending by effective date. */
    private final Map<String, PlanVersion[]> versionsByPlan;

    /** Versions that are not part of their plan any more, by plan and number. */
    private final Map<String, Map<Integer, PlanVersion>> retired;

    private final long longestWindowMillis;

    private Plans(
            Map<String, PlanVersion[]> versionsByPlan,
            Map<String, Map<Integer, PlanVersion>> retired,
            long longestWindowMillis) {
        this.versionsByPlan = versionsByPlan;
        this.retired = retired;
        this.longestWindowMillis = longestWindowMillis;
    }

    /** Only the built-in plan. */
    public static Plans empty() {
        return EMPTY;
    }

    /**
     * A catalog of these versions, in any order.
     *
     * @throws IllegalArgumentException if versions contradict each other
     */
    public static Plans of(Collection<PlanVersion> versions) {
        Plans plans = EMPTY;
        List<PlanVersion> ascending = new ArrayList<>(versions);
        ascending.sort(Comparator.comparing(PlanVersion::planId).thenComparingInt(PlanVersion::version));
        for (PlanVersion version : ascending) {
            plans = plans.with(version);
        }
        return plans;
    }

    public static Plans of(PlanVersion... versions) {
        return of(Arrays.asList(versions));
    }

    /**
     * This catalog, which also knows versions that were part of it before: {@link #version} gives them, nothing else
     * does.
     *
     * @param versions those that are part of the catalog may be among them
     */
    public Plans withRetired(Collection<PlanVersion> versions) {
        Map<String, Map<Integer, PlanVersion>> known = new HashMap<>();
        versions.forEach(version ->
                known.computeIfAbsent(version.planId(), id -> new HashMap<>()).put(version.version(), version));
        return new Plans(versionsByPlan, known, longestWindowMillis);
    }

    /**
     * This catalog and one more version. A version that is already there, word for word, changes nothing.
     *
     * @throws IllegalArgumentException if it contradicts the versions that are there; the message says how
     */
    public Plans with(PlanVersion added) {
        PlanVersion[] before = versionsByPlan.getOrDefault(added.planId(), new PlanVersion[0]);
        for (PlanVersion existing : before) {
            if (existing.equals(added)) {
                return this;
            }
            @Nullable String conflict = conflictBetween(existing, added);
            if (conflict != null) {
                throw new IllegalArgumentException("plan " + added.planId() + ": " + conflict);
            }
        }
        PlanVersion[] after = Arrays.copyOf(before, before.length + 1);
        after[before.length] = added;
        Arrays.sort(after, Comparator.comparingLong(PlanVersion::effectiveFromMillis));
        Map<String, PlanVersion[]> copy = new HashMap<>(versionsByPlan);
        copy.put(added.planId(), after);
        return new Plans(Map.copyOf(copy), retired, Math.max(longestWindowMillis, longestWindow(added)));
    }

    /** Every version, by plan id and then by effective date. */
    public List<PlanVersion> all() {
        List<PlanVersion> all = new ArrayList<>();
        versionsByPlan.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> all.addAll(Arrays.asList(entry.getValue())));
        return all;
    }

    @Override
    public @Nullable PlanVersion planAt(String planId, long eventTimeMillis) {
        PlanVersion[] versions = versionsByPlan.get(planId);
        if (versions == null) {
            return null;
        }
        for (int i = versions.length - 1; i >= 0; i--) {
            if (versions[i].effectiveFromMillis() <= eventTimeMillis) {
                return versions[i];
            }
        }
        return null;
    }

    @Override
    public @Nullable PlanVersion nextAfter(String planId, long eventTimeMillis) {
        PlanVersion[] versions = versionsByPlan.get(planId);
        if (versions == null) {
            return null;
        }
        for (PlanVersion version : versions) {
            if (version.effectiveFromMillis() > eventTimeMillis) {
                return version;
            }
        }
        return null;
    }

    @Override
    public @Nullable PlanVersion version(String planId, int version) {
        for (PlanVersion candidate : versionsByPlan.getOrDefault(planId, new PlanVersion[0])) {
            if (candidate.version() == version) {
                return candidate;
            }
        }
        return retired.getOrDefault(planId, Map.of()).get(version);
    }

    @Override
    public Plans snapshot() {
        return this;
    }

    /** Longest span of a fixed window in this catalog, in milliseconds; 0 if there is none. */
    public long longestWindowMillis() {
        return longestWindowMillis;
    }

    private static long longestWindow(PlanVersion version) {
        long longest = 0;
        for (Limit limit : version.limits()) {
            if (limit.algorithm() instanceof Algorithm.FixedWindow fixed) {
                longest = Math.max(longest, fixed.spanMillis());
            }
        }
        return longest;
    }

    private static @Nullable String conflictBetween(PlanVersion existing, PlanVersion added) {
        if (existing.version() == added.version()) {
            return "version " + added.version() + " exists with other content; versions are immutable";
        }
        if (existing.effectiveFromMillis() == added.effectiveFromMillis()) {
            return "versions " + existing.version() + " and " + added.version() + " have the same effective date";
        }
        if (existing.version() < added.version() != existing.effectiveFromMillis() < added.effectiveFromMillis()) {
            return "versions " + existing.version() + " and " + added.version()
                    + " must take effect in the order of their numbers";
        }
        if (!existing.calendar().equals(added.calendar())) {
            return "the time zone or anchor changes between versions " + existing.version() + " and " + added.version()
                    + "; make another plan of it and assign the accounts";
        }
        for (Limit before : existing.limits()) {
            for (Limit after : added.limits()) {
                if (before.id().equals(after.id())
                        && !(before.meterId().equals(after.meterId())
                                && before.algorithm().equals(after.algorithm())
                                && before.scope() == after.scope())) {
                    return "limit '" + after.id() + "' changes its meter, algorithm or scope between versions "
                            + existing.version() + " and " + added.version() + "; give the new limit another id";
                }
            }
        }
        return null;
    }
}
