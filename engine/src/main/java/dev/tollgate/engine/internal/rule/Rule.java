package dev.tollgate.engine.internal.rule;

import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Mode;
import dev.tollgate.planmodel.Threshold;
import java.util.List;

/**
 * One limit with the amount that holds for an account, and the levels at which something happens, worked out once.
 * Levels are in the native unit of the limit's buckets.
 */
public final class Rule {
    public final Limit limit;
    public final int meterIndex;
    public final Amount amount;

    /** Lowest level that fires, for each threshold of the limit and then for the full amount. */
    private final long[] levels;

    public Rule(Limit limit, int meterIndex, Amount amount) {
        this.limit = limit;
        this.meterIndex = meterIndex;
        // An override may name more than the algorithm of a later plan can keep exactly; nobody reaches that much.
        this.amount =
                amount.isUnlimited() || amount.units() <= limit.algorithm().maxAmount()
                        ? amount
                        : Amount.of(limit.algorithm().maxAmount());
        List<Threshold> thresholds = limit.thresholds();
        this.levels = new long[thresholds.size() + 1];
        for (int i = 0; i < thresholds.size(); i++) {
            levels[i] = Levels.fires(limit.algorithm(), this.amount, thresholds.get(i));
        }
        levels[thresholds.size()] = Levels.fires(limit.algorithm(), this.amount, null);
    }

    /** How many things can be reached: each threshold, lowest first, and then the full amount. */
    public int targets() {
        return levels.length;
    }

    /** Lowest level at which a target is reached; {@link Levels#NEVER} if the limit is unlimited. */
    public long levelOf(int target) {
        return levels[target];
    }

    public boolean enforced() {
        return limit.mode() == Mode.ENFORCE;
    }

    /** Whether the limit is about calls in flight and not about what calls cost. */
    public boolean countsStarts() {
        return limit.algorithm() instanceof Algorithm.Concurrency;
    }
}
