package dev.tollgate.engine.internal.account;

import dev.tollgate.engine.internal.bucket.BucketGroup;
import dev.tollgate.engine.internal.rule.CompiledPlan;
import dev.tollgate.engine.internal.rule.Rule;
import dev.tollgate.engine.internal.timeline.Timeline;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.PlanCatalog;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Plans;
import dev.tollgate.planmodel.time.WindowCalendar;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Works out which terms apply to an account at a moment, and remembers compiled plans. Not thread-safe. */
public final class TermsResolver {
    /** Plan versions in use at the same time are few; what is beyond this is compiled again. */
    private static final int MAX_COMPILED = 1_024;

    private final String defaultPlanId;
    private final Map<PlanVersion, CompiledPlan> compiled = new IdentityHashMap<>();

    /** @param defaultPlanId plan of accounts that were never assigned one; null for the built-in plan {@code none} */
    public TermsResolver(@Nullable String defaultPlanId) {
        this.defaultPlanId = defaultPlanId == null ? PlanVersion.NONE.planId() : defaultPlanId;
    }

    /** The terms by which running windows are judged: those at the state's {@link Account#judgementTime()}. */
    public Terms front(Account state, PlanCatalog plans) {
        long time = state.judgementTime();
        Terms front = state.terms();
        if (front != null && isCurrent(front, plans, time)) {
            return front;
        }
        // A group without buckets is only kept for the terms that refer to it, and those go now.
        state.groups().removeIf(BucketGroup::isEmpty);
        Terms built = build(state, plans, time);
        state.keepTerms(built);
        return built;
    }

    /** Whether the terms by which running windows are judged are known to hold at a later moment too. */
    public boolean isFrontGoodAt(Account state, PlanCatalog plans, long timeMillis) {
        Terms front = state.terms();
        return front != null && front.covers(timeMillis) && front.isKnownCurrent(plans, timeMillis);
    }

    /**
     * The terms at a moment. They refer to groups of the state and must not be kept beyond the next change of stream
     * time.
     */
    public Terms at(Account state, PlanCatalog plans, long timeMillis) {
        Terms front = state.terms();
        return front != null && isCurrent(front, plans, timeMillis) ? front : build(state, plans, timeMillis);
    }

    /**
     * What the windows of a plan follow, the same in all its versions; UTC if the catalog does not have the plan.
     *
     * @param planId any text
     */
    public static WindowCalendar calendarOf(PlanCatalog plans, String planId) {
        PlanVersion first = plans.nextAfter(planId, -1);
        return first == null ? WindowCalendar.UTC : first.calendar();
    }

    /** Tells the timeline what windows follow while the account was assigned no plan. */
    public void presetCalendar(Account state, PlanCatalog plans) {
        state.timeline()
                .presetCalendar(
                        defaultPlanId.equals(PlanVersion.NONE.planId()) ? null : calendarOf(plans, defaultPlanId));
    }

    /** Exclusive end of the stretch of time from a moment on in which the same terms hold. */
    public long endOf(Account state, PlanCatalog plans, long timeMillis) {
        PlanVersion next = plans.nextAfter(planIdAt(state, timeMillis), timeMillis);
        long end = state.timeline().stretchEnd(timeMillis);
        return next == null ? end : Math.min(end, next.effectiveFromMillis());
    }

    /** The plan that an account is on at a moment. */
    public String planIdAt(Account state, long timeMillis) {
        String assigned = state.timeline().planAt(timeMillis);
        return assigned == null ? defaultPlanId : assigned;
    }

    public CompiledPlan compile(PlanVersion version) {
        CompiledPlan known = compiled.get(version);
        if (known != null) {
            return known;
        }
        if (compiled.size() >= MAX_COMPILED) {
            compiled.clear();
        }
        CompiledPlan plan = new CompiledPlan(version);
        compiled.put(version, plan);
        return plan;
    }

    private static boolean isCurrent(Terms terms, PlanCatalog plans, long timeMillis) {
        if (!terms.covers(timeMillis)) {
            return false;
        }
        if (terms.isKnownCurrent(plans, timeMillis)) {
            return true;
        }
        if (terms.plan.source != versionAt(plans, terms.planId, timeMillis)) {
            return false;
        }
        if (plans instanceof Plans immutable) {
            // The answer stays the same until another version of the plan is in force, or another catalog asked.
            terms.noteCurrent(immutable, timeMillis);
        }
        return true;
    }

    private Terms build(Account state, PlanCatalog plans, long timeMillis) {
        Timeline timeline = state.timeline();
        presetCalendar(state, plans);
        String planId = planIdAt(state, timeMillis);
        CompiledPlan plan = compile(versionAt(plans, planId, timeMillis));
        Map<String, Amount> overrides = timeline.overridesAt(timeMillis);

        Rule[] rules = plan.rules;
        if (!overrides.isEmpty()) {
            rules = rules.clone();
            for (int i = 0; i < rules.length; i++) {
                Amount amount = overrides.get(rules[i].limit.id());
                if (amount != null) {
                    rules[i] = new Rule(rules[i].limit, rules[i].meterIndex, amount);
                }
            }
        }
        BucketGroup[] groups = new BucketGroup[rules.length];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = state.groupOf(rules[i].limit);
        }
        return new Terms(
                timeline.stretchStart(timeMillis),
                timeline.stretchEnd(timeMillis),
                planId,
                plan,
                timeline.exemptAt(timeMillis),
                rules,
                groups);
    }

    /** The version in force, or the built-in plan while there is none: usage is never lost because a plan came late. */
    private static PlanVersion versionAt(PlanCatalog plans, String planId, long timeMillis) {
        @Nullable PlanVersion version = plans.planAt(planId, timeMillis);
        return version == null ? PlanVersion.NONE : version;
    }
}
