package dev.tollgate.plans.catalog;

import dev.tollgate.plans.Counting;
import dev.tollgate.plans.Difference;
import dev.tollgate.plans.PlanDiff;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.plan.WindowTranslator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which plans enter a catalog. Pure: the catalog and the time are given, what would change is returned.
 *
 * <p>Versions are immutable: one that the catalog has, or had before it was removed, must come with the same checksum.
 * New versions follow the newest in number and date, and, unless forced, lie in the future by their notice period. Only
 * the versions of a plan that is new to the catalog may lie in the past: no account can have been on it. Versions that
 * the file leaves out stay.
 */
public final class PlanMerge {
    private PlanMerge() {}

    /**
     * Merges plans into a catalog.
     *
     * @param catalog what is there, and was
     * @param plans the plans to apply, each id once, versions ascending
     * @param now present time
     * @param mode how strictly dates are taken
     * @return one change for each plan, in the given order
     * @throws PlanRejectedException with every conflict, if there is any
     */
    public static List<PlanChange> merge(CatalogContent catalog, List<Plan> plans, Instant now, ApplyMode mode)
            throws PlanRejectedException {
        requireDistinct(plans);
        List<PlanChange> changes = new ArrayList<>();
        List<PlanRejection> rejections = new ArrayList<>();
        for (Plan plan : plans) {
            Plan existing = catalog.plans().get(plan.getPlanId());
            checkRetired(plan, catalog.retired().getOrDefault(plan.getPlanId(), List.of()), rejections);
            if (existing == null) {
                changes.add(new PlanChange(PlanChange.Kind.CREATED, plan, plan.getVersions(), List.of(), false));
            } else {
                changes.add(merge(existing, plan, now, mode, rejections));
            }
        }
        if (!rejections.isEmpty()) {
            throw new PlanRejectedException(rejections);
        }
        return changes;
    }

    private static void requireDistinct(List<Plan> plans) {
        List<String> ids = plans.stream().map(Plan::getPlanId).toList();
        if (ids.stream().distinct().count() < ids.size()) {
            throw new IllegalArgumentException("plans must have different ids, were " + ids);
        }
    }

    private static PlanChange merge(
            Plan existing, Plan plan, Instant now, ApplyMode mode, List<PlanRejection> rejections) {
        List<PlanVersion> added = new ArrayList<>();
        for (PlanVersion version : plan.getVersions()) {
            PlanVersion same = find(existing, version.getVersion());
            if (same == null) {
                added.add(version);
                checkOrder(plan.getPlanId(), existing, version, rejections);
                checkCounting(plan.getPlanId(), existing, version, rejections);
                checkCalendar(plan.getPlanId(), existing, version, rejections);
                if (mode == ApplyMode.STRICT) {
                    checkDate(plan.getPlanId(), version, now, rejections);
                }
            } else if (!same.getChecksum().equals(version.getChecksum())) {
                rejections.add(new PlanRejection(
                        plan.getPlanId(),
                        version.getVersion(),
                        PlanRejection.Reason.EDITED,
                        "is applied with other content, and a version never changes; give the new content a new"
                                + " version (applied: checksum " + same.getChecksum() + ", here: "
                                + version.getChecksum() + "). " + inWords(same, version)));
            }
        }
        List<PlanVersion> kept = existing.getVersions().stream()
                .filter(version -> find(plan, version.getVersion()) == null)
                .toList();
        boolean retitled = !existing.getTitle().equals(plan.getTitle())
                || !existing.getDescription().equals(plan.getDescription());
        List<PlanVersion> all = new ArrayList<>(existing.getVersions());
        all.addAll(added);
        all.sort(Comparator.comparingInt(PlanVersion::getVersion));
        Plan merged = new Plan(plan.getPlanId(), plan.getTitle(), plan.getDescription(), all);
        PlanChange.Kind kind = added.isEmpty() && !retitled ? PlanChange.Kind.UNCHANGED : PlanChange.Kind.CHANGED;
        return new PlanChange(kind, merged, added, kept, retitled);
    }

    /** The number of a version that the catalog had once is taken: the journal refers to it. */
    private static void checkRetired(Plan plan, List<PlanVersion> retired, List<PlanRejection> rejections) {
        for (PlanVersion version : plan.getVersions()) {
            for (PlanVersion before : retired) {
                if (before.getVersion() == version.getVersion()
                        && !before.getChecksum().equals(version.getChecksum())) {
                    rejections.add(new PlanRejection(
                            plan.getPlanId(),
                            version.getVersion(),
                            PlanRejection.Reason.EDITED,
                            "was in the catalog with other content, and a version never changes, also after it was"
                                    + " removed; give the new content a new version (then: checksum "
                                    + before.getChecksum() + ", here: " + version.getChecksum() + "). "
                                    + inWords(before, version)));
                }
            }
        }
    }

    private static String inWords(PlanVersion applied, PlanVersion edited) {
        return PlanDiff.ofVersions(applied, edited).stream()
                .map(Difference::sentence)
                .collect(Collectors.joining(" "));
    }

    private static void checkOrder(String planId, Plan existing, PlanVersion version, List<PlanRejection> rejections) {
        PlanVersion newest = existing.getVersions().getLast();
        if (version.getVersion() < newest.getVersion()
                || !version.getEffectiveFrom().isAfter(newest.getEffectiveFrom())) {
            rejections.add(new PlanRejection(
                    planId,
                    version.getVersion(),
                    PlanRejection.Reason.OUT_OF_ORDER,
                    "is effective from " + version.getEffectiveFrom() + ", but must follow version "
                            + newest.getVersion() + ", effective from " + newest.getEffectiveFrom()
                            + ", in number and date"));
        }
    }

    private static void checkCounting(
            String planId, Plan existing, PlanVersion version, List<PlanRejection> rejections) {
        for (Limit limit : version.getLimits()) {
            existing.getVersions().stream()
                    .filter(before -> before.getLimits().stream()
                            .anyMatch(other -> other.getLimitId().equals(limit.getLimitId())
                                    && !Counting.of(other).equals(Counting.of(limit))))
                    .findFirst()
                    .ifPresent(before -> rejections.add(new PlanRejection(
                            planId,
                            version.getVersion(),
                            PlanRejection.Reason.COUNTS_DIFFERENTLY,
                            "counts limit '" + limit.getLimitId() + "' by another meter, algorithm, time or scope"
                                    + " than version " + before.getVersion() + "; give the new limit another id")));
        }
    }

    private static void checkCalendar(
            String planId, Plan existing, PlanVersion version, List<PlanRejection> rejections) {
        PlanVersion newest = existing.getVersions().getLast();
        if (!WindowTranslator.calendar(newest.getCalendar()).equals(WindowTranslator.calendar(version.getCalendar()))) {
            rejections.add(new PlanRejection(
                    planId,
                    version.getVersion(),
                    PlanRejection.Reason.MOVES_WINDOWS,
                    "has another time zone or anchor than version " + newest.getVersion()
                            + ", and windows that run cannot move; make another plan of it and assign the accounts. "
                            + inWords(newest, version)));
        }
    }

    private static void checkDate(String planId, PlanVersion version, Instant now, List<PlanRejection> rejections) {
        Instant effectiveFrom = version.getEffectiveFrom();
        Duration notice = Duration.ofMillis(version.getNoticePeriodMs());
        if (effectiveFrom.isBefore(now)) {
            rejections.add(new PlanRejection(
                    planId,
                    version.getVersion(),
                    PlanRejection.Reason.IN_THE_PAST,
                    "is effective from " + effectiveFrom + ", which has passed (now " + now
                            + "): calls since then were judged by the version before and stay so; choose a later date,"
                            + " or force it"));
        } else if (effectiveFrom.isBefore(now.plus(notice))) {
            rejections.add(new PlanRejection(
                    planId,
                    version.getVersion(),
                    PlanRejection.Reason.NOTICE_TOO_SHORT,
                    "is effective from " + effectiveFrom + ", but its notice period allows no earlier date than "
                            + now.plus(notice) + "; choose a later date, or force it"));
        }
    }

    private static @Nullable PlanVersion find(Plan plan, int version) {
        for (PlanVersion candidate : plan.getVersions()) {
            if (candidate.getVersion() == version) {
                return candidate;
            }
        }
        return null;
    }
}
