package dev.tollgate.plans;

import dev.tollgate.plans.Difference.Effect;
import dev.tollgate.plans.Difference.Kind;
import dev.tollgate.plans.Difference.Subject;
import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.EndpointCost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.PerCallCap;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.plan.WindowTranslator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Says in words what differs between two versions, two plans or two catalogs, in the order in which a plan file tells
 * things. What is the same is not mentioned; neither is order, nor anything else that a {@link PlanChecksum} leaves
 * out.
 *
 * <p>Example: {@code The limit requests-per-minute rises from 100 to 200 per minute and account.}
 */
public final class PlanDiff {
    private final List<Difference> found = new ArrayList<>();

    private PlanDiff() {}

    /** What the second version says differently than the first: schedule, meters, costs, limits, caps, outcomes. */
    public static List<Difference> ofVersions(PlanVersion before, PlanVersion after) {
        PlanDiff diff = new PlanDiff();
        diff.schedule(before, after);
        diff.content(before, after);
        return List.copyOf(diff.found);
    }

    /**
     * What the second plan says differently than the first: title, description, versions that came or went, and
     * versions of the same number with other content. A version that came is compared with the one before it.
     */
    public static List<Difference> ofPlans(Plan before, Plan after) {
        PlanDiff diff = new PlanDiff();
        diff.plan(before, after);
        return List.copyOf(diff.found);
    }

    /** What the second catalog says differently than the first, plan by plan. */
    public static List<Difference> ofCatalogs(Collection<Plan> before, Collection<Plan> after) {
        PlanDiff diff = new PlanDiff();
        diff.pairs(byId(before, Plan::getPlanId), byId(after, Plan::getPlanId), (id, earlier, later) -> {
            if (earlier == null && later != null) {
                diff.added(
                        Subject.PLAN,
                        id,
                        Effect.NEUTRAL,
                        "There is a new plan, " + id + " (" + later.getTitle() + ").");
            } else if (later == null) {
                diff.removed(Subject.PLAN, id, Effect.NEUTRAL, "The plan " + id + " is gone.");
            } else if (earlier != null) {
                diff.plan(earlier, later);
            }
        });
        return List.copyOf(diff.found);
    }

    private void plan(Plan before, Plan after) {
        String id = after.getPlanId();
        if (!before.getTitle().equals(after.getTitle())) {
            changed(
                    Subject.PLAN,
                    id,
                    "title",
                    before.getTitle(),
                    after.getTitle(),
                    Effect.NEUTRAL,
                    "The plan " + id + " is called " + after.getTitle() + " instead of " + before.getTitle() + ".");
        }
        if (!before.getDescription().equals(after.getDescription())) {
            changed(
                    Subject.PLAN,
                    id,
                    "description",
                    before.getDescription(),
                    after.getDescription(),
                    Effect.NEUTRAL,
                    "The plan " + id + " has another description.");
        }
        Function<PlanVersion, String> number = version -> Integer.toString(version.getVersion());
        pairs(byId(before.getVersions(), number), byId(after.getVersions(), number), (version, earlier, later) -> {
            if (earlier == null && later != null) {
                added(
                        Subject.VERSION,
                        version,
                        Effect.NEUTRAL,
                        "Version " + version + " of " + id + " takes effect on " + later.getEffectiveFrom() + ".");
                PlanVersion previous = previous(after, later);
                if (previous != null) {
                    content(previous, later);
                }
            } else if (later == null) {
                removed(Subject.VERSION, version, Effect.NEUTRAL, "Version " + version + " of " + id + " is gone.");
            } else if (earlier != null) {
                schedule(earlier, later);
                content(earlier, later);
            }
        });
    }

    private static @Nullable PlanVersion previous(Plan plan, PlanVersion version) {
        PlanVersion previous = null;
        for (PlanVersion candidate : plan.getVersions()) {
            if (candidate.getVersion() < version.getVersion()
                    && (previous == null || candidate.getVersion() > previous.getVersion())) {
                previous = candidate;
            }
        }
        return previous;
    }

    private void schedule(PlanVersion before, PlanVersion after) {
        String id = Integer.toString(after.getVersion());
        if (!before.getEffectiveFrom().equals(after.getEffectiveFrom())) {
            changed(
                    Subject.VERSION,
                    id,
                    "effective_from",
                    before.getEffectiveFrom().toString(),
                    after.getEffectiveFrom().toString(),
                    Effect.NEUTRAL,
                    "It takes effect on " + after.getEffectiveFrom() + " instead of " + before.getEffectiveFrom()
                            + ".");
        }
    }

    private void content(PlanVersion before, PlanVersion after) {
        if (before.getNoticePeriodMs() != after.getNoticePeriodMs()) {
            String earlier = PlanFormatter.textDuration(before.getNoticePeriodMs());
            String later = PlanFormatter.textDuration(after.getNoticePeriodMs());
            changed(
                    Subject.VERSION,
                    Integer.toString(after.getVersion()),
                    "notice_period",
                    earlier,
                    later,
                    Effect.NEUTRAL,
                    "Accounts are told of it " + later + " ahead instead of " + earlier + ".");
        }
        calendar(before, after);
        pairs(byId(before.getMeters(), Meter::getMeterId), byId(after.getMeters(), Meter::getMeterId), this::meter);
        pairs(byId(before.getLimits(), Limit::getLimitId), byId(after.getLimits(), Limit::getLimitId), this::limit);
        pairs(byId(before.getPerCallCaps(), PlanDiff::capId), byId(after.getPerCallCaps(), PlanDiff::capId), this::cap);
        outcomes(before.getChargedOutcomes(), after.getChargedOutcomes());
    }

    private void calendar(PlanVersion before, PlanVersion after) {
        String earlier = WindowTranslator.calendar(before.getCalendar()).words();
        String later = WindowTranslator.calendar(after.getCalendar()).words();
        if (!earlier.equals(later)) {
            changed(
                    Subject.VERSION,
                    Integer.toString(after.getVersion()),
                    "calendar",
                    earlier,
                    later,
                    Effect.NEUTRAL,
                    "Windows of a day and longer follow " + later + " instead of " + earlier + ".");
        }
    }

    private void meter(String id, @Nullable Meter before, @Nullable Meter after) {
        if (before == null && after != null) {
            added(
                    Subject.METER,
                    id,
                    Effect.NEUTRAL,
                    "There is a new meter, " + id + "; a call costs " + PlanFormatter.phraseCost(after.getDefaultCost())
                            + exceptions(after) + ".");
        } else if (after == null) {
            removed(Subject.METER, id, Effect.NEUTRAL, "The meter " + id + " is gone.");
        } else if (before != null) {
            if (!before.getUnit().equals(after.getUnit())) {
                changed(
                        Subject.METER,
                        id,
                        "unit",
                        before.getUnit(),
                        after.getUnit(),
                        Effect.NEUTRAL,
                        "The meter " + id + " counts in " + after.getUnit() + " instead of " + before.getUnit() + ".");
            }
            costs(id, before, after);
        }
    }

    private static String exceptions(Meter meter) {
        int count = meter.getEndpointCosts().size();
        return count == 0 ? "" : ", with other costs for " + count + (count == 1 ? " endpoint" : " endpoints");
    }

    private void costs(String meterId, Meter before, Meter after) {
        cost(meterId, "default", "any other endpoint", before.getDefaultCost(), after.getDefaultCost());
        pairs(
                byId(before.getEndpointCosts(), EndpointCost::getEndpoint),
                byId(after.getEndpointCosts(), EndpointCost::getEndpoint),
                (endpoint, earlier, later) -> {
                    if (earlier != null && later != null) {
                        cost(meterId, endpoint, endpoint, earlier.getCost(), later.getCost());
                    } else if (later != null) {
                        found.add(new Difference(
                                Kind.ADDED,
                                Subject.COST,
                                meterId + " " + endpoint,
                                "",
                                null,
                                PlanFormatter.textCost(later.getCost()),
                                Effect.NEUTRAL,
                                "A call to " + endpoint + " has its own cost on the meter " + meterId + ", "
                                        + PlanFormatter.phraseCost(later.getCost()) + "."));
                    } else if (earlier != null) {
                        found.add(new Difference(
                                Kind.REMOVED,
                                Subject.COST,
                                meterId + " " + endpoint,
                                "",
                                PlanFormatter.textCost(earlier.getCost()),
                                null,
                                Effect.NEUTRAL,
                                "A call to " + endpoint + " has no cost of its own on the meter " + meterId
                                        + " any more; it was " + PlanFormatter.phraseCost(earlier.getCost()) + "."));
                    }
                });
    }

    private void cost(String meterId, String id, String endpoint, Cost before, Cost after) {
        if (before.equals(after)) {
            return;
        }
        boolean noLess = after.getBase() >= before.getBase()
                && after.getPerUnit() >= before.getPerUnit()
                && after.getUnitSize() <= before.getUnitSize();
        boolean noMore = after.getBase() <= before.getBase()
                && after.getPerUnit() <= before.getPerUnit()
                && after.getUnitSize() >= before.getUnitSize();
        changed(
                Subject.COST,
                meterId + " " + id,
                "",
                PlanFormatter.textCost(before),
                PlanFormatter.textCost(after),
                noLess ? Effect.STRICTER : noMore ? Effect.LOOSER : Effect.NEUTRAL,
                "A call to " + endpoint + " costs " + PlanFormatter.phraseCost(after) + " instead of "
                        + PlanFormatter.phraseCost(before) + " on the meter " + meterId + ".");
    }

    private void limit(String id, @Nullable Limit before, @Nullable Limit after) {
        if (before == null && after != null) {
            added(
                    Subject.LIMIT,
                    id,
                    isEnforced(after) ? Effect.STRICTER : Effect.NEUTRAL,
                    "There is a new limit, " + id + ": " + PlanFormatter.phraseLimit(after) + ".");
        } else if (after == null && before != null) {
            removed(
                    Subject.LIMIT,
                    id,
                    isEnforced(before) ? Effect.LOOSER : Effect.NEUTRAL,
                    "The limit " + id + " is gone; it was " + PlanFormatter.phraseLimit(before) + ".");
        } else if (before != null && after != null) {
            amount(id, before, after);
            counting(id, before, after);
            mode(id, before, after);
            warnings(id, before, after);
        }
    }

    /** Whether anybody can be denied by it. */
    private static boolean isEnforced(Limit limit) {
        return limit.getAmount() != null && limit.getMode() != Mode.ADVISORY;
    }

    private void amount(String id, Limit before, Limit after) {
        Long earlier = before.getAmount();
        Long later = after.getAmount();
        if (Objects.equals(earlier, later)) {
            return;
        }
        boolean rises = later == null || (earlier != null && later > earlier);
        boolean enforced = isEnforced(before) || isEnforced(after);
        changed(
                Subject.LIMIT,
                id,
                "amount",
                PlanFormatter.textAmount(earlier),
                PlanFormatter.textAmount(later),
                !enforced ? Effect.NEUTRAL : rises ? Effect.LOOSER : Effect.STRICTER,
                "The limit " + id + (rises ? " rises" : " falls") + " from " + PlanFormatter.phraseAmount(earlier)
                        + " to "
                        + PlanFormatter.phraseAmount(later) + " " + PlanFormatter.phraseTime(after) + " and "
                        + PlanFormatter.phraseScope(after.getScope()) + ".");
    }

    private void counting(String id, Limit before, Limit after) {
        property(
                id,
                "meter",
                before.getMeterId(),
                after.getMeterId(),
                "The limit " + id + " counts the meter " + after.getMeterId() + " instead of " + before.getMeterId()
                        + ".");
        if (before.getAlgorithm() != after.getAlgorithm()
                || !Objects.equals(WindowTranslator.length(before), WindowTranslator.length(after))
                || !Objects.equals(before.getPeriodMs(), after.getPeriodMs())
                || !Objects.equals(before.getLeaseMs(), after.getLeaseMs())) {
            changed(
                    Subject.LIMIT,
                    id,
                    "algorithm",
                    textTime(before),
                    textTime(after),
                    Effect.NEUTRAL,
                    "The limit " + id + " counts " + PlanFormatter.phraseTime(after) + " instead of "
                            + PlanFormatter.phraseTime(before) + ".");
        }
        property(
                id,
                "scope",
                PlanFormatter.text(before.getScope()),
                PlanFormatter.text(after.getScope()),
                "The limit " + id + " holds for each " + PlanFormatter.phraseScope(after.getScope())
                        + " instead of each " + PlanFormatter.phraseScope(before.getScope()) + ".");
    }

    private static String textTime(Limit limit) {
        String time = limit.getWindow() != null
                ? PlanFormatter.textWindow(limit)
                : PlanFormatter.textDuration(limit.getPeriodMs() != null ? limit.getPeriodMs() : limit.getLeaseMs());
        return PlanFormatter.text(limit.getAlgorithm()) + " " + time;
    }

    private void mode(String id, Limit before, Limit after) {
        if (before.getMode() != after.getMode()) {
            boolean advisory = after.getMode() == Mode.ADVISORY;
            changed(
                    Subject.LIMIT,
                    id,
                    "mode",
                    PlanFormatter.text(before.getMode()),
                    PlanFormatter.text(after.getMode()),
                    advisory ? Effect.LOOSER : Effect.STRICTER,
                    "The limit " + id + (advisory ? " only advises and denies nothing." : " denies calls above it."));
        }
    }

    private void warnings(String id, Limit before, Limit after) {
        property(
                id,
                "thresholds",
                PlanFormatter.textThresholds(before),
                PlanFormatter.textThresholds(after),
                "The limit " + id
                        + (after.getThresholds().isEmpty()
                                ? " gives no warning ahead"
                                : " warns at " + PlanFormatter.phraseThresholds(after))
                        + "; before it" + warning(before) + ".");
        String earlierGrace = PlanFormatter.textDuration(before.getGraceMs());
        String laterGrace = PlanFormatter.textDuration(after.getGraceMs());
        property(
                id,
                "grace",
                earlierGrace,
                laterGrace,
                "The limit " + id + " waits " + laterGrace + " instead of " + earlierGrace + " for late events.");
        String oldBucket = Objects.requireNonNullElse(before.getBucketName(), id);
        String youngBucket = Objects.requireNonNullElse(after.getBucketName(), id);
        property(
                id,
                "bucket",
                oldBucket,
                youngBucket,
                "Response headers call the limit " + id + " " + youngBucket + " instead of " + oldBucket + ".");
    }

    private static String warning(Limit limit) {
        return limit.getThresholds().isEmpty()
                ? " gave no warning ahead"
                : " warned at " + PlanFormatter.phraseThresholds(limit);
    }

    private void property(String limitId, String property, String before, String after, String sentence) {
        if (!before.equals(after)) {
            changed(Subject.LIMIT, limitId, property, before, after, Effect.NEUTRAL, sentence);
        }
    }

    private void cap(String id, @Nullable PerCallCap before, @Nullable PerCallCap after) {
        if (before == null && after != null) {
            added(
                    Subject.CAP,
                    id,
                    Effect.STRICTER,
                    "A single call to " + after.getEndpoint() + " may have at most " + phraseMax(after) + ".");
        } else if (after == null && before != null) {
            removed(
                    Subject.CAP,
                    id,
                    Effect.LOOSER,
                    "A single call to " + before.getEndpoint() + " is no longer bounded to " + phraseMax(before) + ".");
        } else if (before != null && after != null && before.getMax() != after.getMax()) {
            changed(
                    Subject.CAP,
                    id,
                    "max",
                    Long.toString(before.getMax()),
                    Long.toString(after.getMax()),
                    after.getMax() > before.getMax() ? Effect.LOOSER : Effect.STRICTER,
                    "A single call to " + after.getEndpoint() + " may have at most " + phraseMax(after) + " instead of "
                            + PlanFormatter.number(before.getMax()) + ".");
        }
    }

    private static String phraseMax(PerCallCap cap) {
        return PlanFormatter.number(cap.getMax()) + " " + PlanFormatter.phraseDimension(cap.getDimension());
    }

    private static String capId(PerCallCap cap) {
        return cap.getEndpoint() + " " + PlanFormatter.text(cap.getDimension());
    }

    private void outcomes(List<Outcome> before, List<Outcome> after) {
        String earlier = PlanFormatter.textOutcomes(before);
        String later = PlanFormatter.textOutcomes(after);
        if (!earlier.equals(later)) {
            boolean more = after.containsAll(before);
            boolean less = before.containsAll(after);
            changed(
                    Subject.OUTCOMES,
                    "charged_outcomes",
                    "",
                    earlier,
                    later,
                    more ? Effect.STRICTER : less ? Effect.LOOSER : Effect.NEUTRAL,
                    "Charged are calls with the outcomes " + later + " instead of " + earlier + ".");
        }
    }

    private void added(Subject subject, String id, Effect effect, String sentence) {
        found.add(new Difference(Kind.ADDED, subject, id, "", null, null, effect, sentence));
    }

    private void removed(Subject subject, String id, Effect effect, String sentence) {
        found.add(new Difference(Kind.REMOVED, subject, id, "", null, null, effect, sentence));
    }

    private void changed(
            Subject subject, String id, String property, String before, String after, Effect effect, String sentence) {
        found.add(new Difference(Kind.CHANGED, subject, id, property, before, after, effect, sentence));
    }

    private interface Pair<T> {
        void compare(String id, @Nullable T before, @Nullable T after);
    }

    /** Calls with each id of either side once: those of the second side in its order, then those that are gone. */
    private <T> void pairs(Map<String, T> before, Map<String, T> after, Pair<T> comparison) {
        Set<String> ids = new LinkedHashSet<>(after.keySet());
        ids.addAll(before.keySet());
        ids.forEach(id -> comparison.compare(id, before.get(id), after.get(id)));
    }

    private static <T> Map<String, T> byId(Collection<T> items, Function<T, String> id) {
        Map<String, T> byId = new LinkedHashMap<>();
        items.forEach(item -> byId.put(id.apply(item), item));
        return byId;
    }
}
