package dev.tollgate.engine.internal.apply;

import dev.tollgate.engine.internal.bucket.Bucket;
import dev.tollgate.engine.internal.rule.Rule;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Mode;
import org.jspecify.annotations.Nullable;

/** Buckets as others see them. */
final class BucketViews {
    private BucketViews() {}

    /**
     * A bucket as limit events show it.
     *
     * @param atMillis when
     * @param rule what it is judged by; null if the plan does not have the limit any more, which reads as unlimited
     */
    static LimitEvent.Bucket of(Bucket bucket, @Nullable Rule rule, long atMillis) {
        long used = bucket.used(atMillis);
        Amount amount = amountOf(rule);
        return new LimitEvent.Bucket(
                bucket.group.limitId,
                rule == null ? Mode.ENFORCE : rule.limit.mode(),
                bucket.group.meterId,
                bucket.group.scope,
                bucket.scopeKey,
                bucket.windowStart(),
                bucket.windowEnd(),
                used,
                amount,
                amount.isUnlimited() ? 0 : Math.max(0, used - amount.units()));
    }

    static Amount amountOf(@Nullable Rule rule) {
        return rule == null ? Amount.unlimited() : rule.amount;
    }
}
