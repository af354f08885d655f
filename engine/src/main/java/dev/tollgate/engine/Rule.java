package dev.tollgate.engine;

import dev.tollgate.engine.plan.Amount;
import dev.tollgate.engine.plan.Limit;
import dev.tollgate.engine.plan.Mode;
import dev.tollgate.engine.plan.Threshold;
import java.util.List;

/**
 * One limit with the amount that holds for an account, and the levels at which something happens, worked out once. Levels
 * are in the native unit of the limit's buckets.
 */
final class Rule {
    static final long NEVER = Long.MAX_VALUE;

    final Limit limit;
    final int meterIndex;
    final Amount amount;

    /** Lowest level that fires, for each threshold of the limit. */
    private final long[] softLevels;

    /** Lowest level at which the full amount is reached. */
    private final long hardLevel;

    Rule(Limit limit, int meterIndex, Amount amount) {
        this.limit = limit;
        this.meterIndex = meterIndex;
        this.amount = amount;
        List<Threshold> thresholds = limit.thresholds();
        this.softLevels = new long[thresholds.size()];
        for (int i = 0; i < softLevels.length; i++) {
            softLevels[i] = amount.isUnlimited() ? NEVER : thresholds.get(i).firesAt(amount.units());
        }
        this.hardLevel = amount.isUnlimited() ? NEVER : amount.units();
    }

    /** How many things can be reached: each threshold, lowest first, and then the full amount. */
    int targets() {
        return softLevels.length + 1;
    }

    /** Lowest level at which a target is reached; {@link #NEVER} if the limit is unlimited. */
    long levelOf(int target) {
        return target < softLevels.length ? softLevels[target] : hardLevel;
    }

    boolean enforced() {
        return limit.mode() == Mode.ENFORCE;
    }
}
