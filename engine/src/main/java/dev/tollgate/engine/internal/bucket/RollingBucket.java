package dev.tollgate.engine.internal.bucket;

import dev.tollgate.engine.internal.rule.Levels;
import dev.tollgate.engine.internal.rule.Rule;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Threshold;
import org.jspecify.annotations.Nullable;

/**
 * Usage that goes away bit by bit. There is one such bucket for each scope key; it goes when it is empty and no event
 * can come any more that would have found it full.
 */
public abstract sealed class RollingBucket extends Bucket permits LeakyBucket, SlidingBucket, ConcurrencyBucket {
    /** The amount by which usage was last judged. */
    Amount amount;

    /** Stream time up to which the content is worked out. */
    long asOfMillis;

    RollingBucket(BucketGroup group, String scopeKey, Amount amount, long asOfMillis) {
        super(group, scopeKey);
        this.amount = amount;
        this.asOfMillis = asOfMillis;
    }

    /** The amount by which usage was last judged. */
    public final Amount amount() {
        return amount;
    }

    /** Stream time up to which the content is worked out. */
    public final long asOfMillis() {
        return asOfMillis;
    }

    /** Earliest time, not before {@link #asOfMillis}, at which the level is below this one, which is above 0. */
    abstract long fallsBelow(long level);

    /** Works the content out up to a later time. */
    abstract void settle(long timeMillis);

    /** A plan change that does not keep usage: what counts afterwards for what counted before. */
    public abstract void carry(Amount from, Amount to, boolean reset, long streamTimeMillis);

    @Override
    public final boolean covers(long timeMillis) {
        return true;
    }

    @Override
    public final boolean isRunning(long judgementTimeMillis) {
        return true;
    }

    @Override
    public final long identity() {
        return -1;
    }

    @Override
    public final boolean rearmsByTime() {
        return true;
    }

    @Override
    public final long overAt(Alert alert) {
        return overAt(alert.threshold);
    }

    /** When what a threshold, or the full amount, has raised is over. */
    public final long overAt(@Nullable Threshold threshold) {
        return fallsBelow(Levels.holds(group.algorithm, amount, threshold));
    }

    @Override
    public void adopt(Rule rule, long streamTimeMillis, long judgementTimeMillis) {
        if (!amount.equals(rule.amount)) {
            settle(streamTimeMillis);
            amount = rule.amount;
            forgetQuiet();
        }
    }
}
