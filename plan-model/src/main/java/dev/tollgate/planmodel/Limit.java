package dev.tollgate.planmodel;

import dev.tollgate.planmodel.contract.Identifiers;
import java.util.List;

/**
 * How much of one meter an account, project or key may use.
 *
 * @param id unique in the plan, for example {@code requests-per-minute}. Plans of one family use the same id for the
 *     same limit, so that usage can be kept when an account changes between them.
 * @param meterId the meter that is limited
 * @param amount how much
 * @param algorithm over what time
 * @param scope whose usage counts together
 * @param mode whether reaching the amount blocks
 * @param thresholds when to warn, at most {@link #MAX_THRESHOLDS}; kept lowest first
 * @param graceMillis how long after its end a window still takes events, 0 to 24 h
 */
public record Limit(
        String id,
        String meterId,
        Amount amount,
        Algorithm algorithm,
        Scope scope,
        Mode mode,
        List<Threshold> thresholds,
        long graceMillis) {

    /** Grace where a plan does not say: 60 s. */
    public static final long DEFAULT_GRACE_MILLIS = 60_000L;

    /** Longest grace: 24 h. */
    public static final long MAX_GRACE_MILLIS = 86_400_000L;

    /** Most thresholds of one limit. */
    public static final int MAX_THRESHOLDS = 8;

    /** Thresholds where a plan does not say: 90 % used. */
    public static final List<Threshold> DEFAULT_THRESHOLDS = List.of(Threshold.usedPercent(90));

    public Limit {
        Identifiers.require("limit id", id);
        Identifiers.require("meter id", meterId);
        if (graceMillis < 0 || graceMillis > MAX_GRACE_MILLIS) {
            throw new IllegalArgumentException(
                    "graceMillis of limit " + id + " must be 0 to " + MAX_GRACE_MILLIS + ", was " + graceMillis);
        }
        if (!amount.isUnlimited() && amount.units() > algorithm.maxAmount()) {
            throw new IllegalArgumentException("amount of limit " + id + " must be at most " + algorithm.maxAmount()
                    + " with " + algorithm + ", was " + amount);
        }
        if (thresholds.size() > MAX_THRESHOLDS) {
            throw new IllegalArgumentException(
                    "limit " + id + " must have at most " + MAX_THRESHOLDS + " thresholds, has " + thresholds.size());
        }
        if (thresholds.stream().distinct().count() < thresholds.size()) {
            throw new IllegalArgumentException("limit " + id + " has the same threshold twice: " + thresholds);
        }
        thresholds = thresholds.stream().sorted().toList();
    }

    /** An enforced limit of the whole account that warns at 90 % and has the default grace. */
    public static Limit enforced(String id, String meterId, long amount, Algorithm algorithm) {
        return new Limit(
                id,
                meterId,
                Amount.of(amount),
                algorithm,
                Scope.ACCOUNT,
                Mode.ENFORCE,
                DEFAULT_THRESHOLDS,
                DEFAULT_GRACE_MILLIS);
    }
}
