package dev.tollgate.engine;

import org.jspecify.annotations.Nullable;

/** What applies to one account for a stretch of event time: plan, amounts, exemption. Worked out from the timeline. */
final class Terms {
    /** Inclusive start and exclusive end of the stretch, as far as the timeline goes; the plan version is asked anew. */
    final long fromMillis;

    final long toMillis;

    /** The plan that the timeline names. */
    final String planId;

    final CompiledPlan plan;
    final boolean exempt;
    final Rule[] rules;

    /** Where usage of each rule is kept. */
    final BucketGroup[] groups;

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

    /** The rule that a group's buckets are judged by, or null if there is none. */
    @Nullable
    Rule ruleOf(BucketGroup group) {
        for (int i = 0; i < groups.length; i++) {
            if (groups[i] == group) {
                return rules[i];
            }
        }
        return null;
    }
}
