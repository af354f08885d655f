package dev.tollgate.engine.internal.account;

import dev.tollgate.engine.internal.bucket.BucketGroup;
import dev.tollgate.engine.internal.rule.CompiledPlan;
import dev.tollgate.engine.internal.rule.Rule;
import dev.tollgate.planmodel.PlanCatalog;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Plans;
import org.jspecify.annotations.Nullable;

/** What applies to one account for a stretch of event time: plan, amounts, exemption. Worked out from the timeline. */
public final class Terms {
    /**
     * Inclusive start and exclusive end of the stretch, as far as the timeline goes; the plan version is asked anew.
     */
    public final long fromMillis;

    final long toMillis;

    /** The plan that the timeline names. */
    final String planId;

    public final CompiledPlan plan;
    public final boolean exempt;
    public final Rule[] rules;

    /** Where usage of each rule is kept. */
    public final BucketGroup[] groups;

    /** The catalog that was last asked whether {@link #plan} is in force; and from when to when it said so. */
    private @Nullable Plans askedPlans;

    private long inForceFromMillis;
    private long inForceUntilMillis;

    Terms(
            long fromMillis,
            long toMillis,
            String planId,
            CompiledPlan plan,
            boolean exempt,
            Rule[] rules,
            BucketGroup[] groups) {
        this.fromMillis = fromMillis;
        this.toMillis = toMillis;
        this.planId = planId;
        this.plan = plan;
        this.exempt = exempt;
        this.rules = rules;
        this.groups = groups;
    }

    boolean covers(long timeMillis) {
        return fromMillis <= timeMillis && timeMillis < toMillis;
    }

    /** Whether a catalog is known to have the plan version in force at a moment. */
    boolean isKnownCurrent(PlanCatalog plans, long timeMillis) {
        return plans == askedPlans && inForceFromMillis <= timeMillis && timeMillis < inForceUntilMillis;
    }

    /** Remembers that a catalog has the plan version in force at a moment. */
    void noteCurrent(Plans plans, long timeMillis) {
        PlanVersion next = plans.nextAfter(planId, timeMillis);
        askedPlans = plans;
        inForceFromMillis = plan.source.effectiveFromMillis();
        inForceUntilMillis = next == null ? Long.MAX_VALUE : next.effectiveFromMillis();
    }

    /** The rule that a group's buckets are judged by, or null if there is none. */
    @Nullable
    public Rule ruleOf(BucketGroup group) {
        for (int i = 0; i < groups.length; i++) {
            if (groups[i] == group) {
                return rules[i];
            }
        }
        return null;
    }
}
