package dev.tollgate.engine.output;

import dev.tollgate.engine.input.Position;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Mode;
import dev.tollgate.planmodel.Scope;
import dev.tollgate.planmodel.Threshold;
import org.jspecify.annotations.Nullable;

/**
 * Something that alerting, the gate or a customer has to know, with everything needed to explain it.
 *
 * @param id the same on every replay: depends on what happened, never on version, partition or clock
 * @param accountId whose
 * @param version monotonic per account
 * @param kind what happened
 * @param cause why
 * @param bucket which bucket it is about; null for events about the account as a whole
 * @param threshold the threshold that was reached or fell away; null for the full amount
 * @param blockedUntilMillis for blocks and suspensions the exclusive end, {@link Long#MAX_VALUE} if none is set; null
 *     where nothing is blocked
 * @param planId plan in force
 * @param planVersion version in force
 * @param sourceId id of the event or command that caused this; null if time did
 * @param position where that record stands in the log; null if time did
 * @param eventTimeMillis when it happened, in event time
 * @param decidedAtMillis append time of the record that caused this, or the time of the tick
 * @param effectiveAtMillis for plan changes, suspensions and reinstatements: from when on; otherwise null
 * @param clearedEventId for {@code LIMIT_CLEARED} the id of the event that raised the alert or block; otherwise null
 * @param reason reason given with the command, or null
 * @param actor who gave the command, or null
 */
public record LimitEvent(
        String id,
        String accountId,
        long version,
        Kind kind,
        Cause cause,
        @Nullable Bucket bucket,
        @Nullable Threshold threshold,
        @Nullable Long blockedUntilMillis,
        String planId,
        int planVersion,
        @Nullable String sourceId,
        @Nullable Position position,
        long eventTimeMillis,
        long decidedAtMillis,
        @Nullable Long effectiveAtMillis,
        @Nullable String clearedEventId,
        @Nullable String reason,
        @Nullable String actor) {

    /** What happened. */
    public enum Kind {
        /** A threshold below the full amount was reached: an alert begins. */
        SOFT_LIMIT_REACHED,
        /** The full amount was reached: a block begins. */
        HARD_LIMIT_REACHED,
        /** A threshold or the full amount of an advisory limit was reached. */
        ADVISORY_LIMIT_REACHED,
        /** An alert or block is over. */
        LIMIT_CLEARED,
        /** Every call is to be denied. */
        SUSPENDED,
        /** A suspension is over. */
        REINSTATED,
        /** Nothing is enforced any more; usage is still counted. */
        EXEMPTED,
        /** Limits are enforced again. */
        EXEMPTION_ENDED,
        /** The amount of one limit is another one for this account. */
        OVERRIDE_CHANGED,
        /** Another plan or plan version is in force. */
        PLAN_CHANGED,
        /** Another plan or plan version will be in force. */
        PLAN_CHANGE_SCHEDULED
    }

    /** Why it happened. */
    public enum Cause {
        /** A request event was counted. */
        USAGE,
        /** The window is over. */
        WINDOW_ENDED,
        /** Enough has leaked out of the bucket, or left the sliding window. */
        BUCKET_DRAINED,
        /** Another plan or plan version holds. */
        PLAN_CHANGED,
        /** Another amount holds for this account. */
        OVERRIDE_CHANGED,
        /** The account is exempt. */
        EXEMPTED,
        /** A past event was voided or amended; {@code sourceId} is the correction. */
        CORRECTED,
        /** An operator asked for it. */
        COMMAND,
        /** Its time has come. */
        TIME
    }

    /**
     * The bucket that an event is about, as it stood then.
     *
     * @param limitId the limit
     * @param mode whether reaching the amount blocks
     * @param meterId the meter that is counted
     * @param scope whose usage counts together
     * @param scopeKey project or API key id; empty for the scope {@code ACCOUNT} and for calls that name none
     * @param windowStartMillis inclusive start of the time for which usage counts; null for overrides
     * @param windowEndMillis exclusive end of that time; null for overrides
     * @param used usage, the crossing event included; 0 for overrides
     * @param amount what the limit allows
     * @param overshoot how much {@code used} is above the amount; 0 if it is not
     */
    public record Bucket(
            String limitId,
            Mode mode,
            String meterId,
            Scope scope,
            String scopeKey,
            @Nullable Long windowStartMillis,
            @Nullable Long windowEndMillis,
            long used,
            Amount amount,
            long overshoot) {}
}
