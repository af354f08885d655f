package dev.tollgate.engine.output;

import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Mode;
import dev.tollgate.planmodel.Scope;
import dev.tollgate.planmodel.Threshold;
import dev.tollgate.planmodel.time.WindowCalendar;
import org.jspecify.annotations.Nullable;

/**
 * Something that alerting, the gate or a customer has to know, with everything needed to explain it. Each case has what
 * it alone has; what all have in common is their {@link Provenance}.
 */
public sealed interface LimitEvent {
    /** Where it comes from. */
    Provenance provenance();

    /** Which case it is, as the topics name it. */
    Kind kind();

    /** What is about a bucket: an alert or block, and the end of one. */
    sealed interface AboutBucket extends LimitEvent {
        @Override
        Bucket bucket();

        /** The threshold that was reached or fell away; null for the full amount. */
        @Override
        @Nullable
        Threshold threshold();
    }

    /** What is about the account as a whole. */
    sealed interface AboutAccount extends LimitEvent {
        /** From when on it holds, in event time; may lie ahead for what is scheduled. */
        long fromMillis();
    }

    /** A threshold below the full amount was reached: an alert begins. */
    record SoftLimitReached(Provenance provenance, Bucket bucket, Threshold threshold) implements AboutBucket {
        @Override
        public Kind kind() {
            return Kind.SOFT_LIMIT_REACHED;
        }
    }

    /**
     * The full amount was reached: a block begins.
     *
     * @param untilMillis exclusive end of the block, {@link Long#MAX_VALUE} if none is set
     */
    record HardLimitReached(Provenance provenance, Bucket bucket, long untilMillis) implements AboutBucket {
        @Override
        public Kind kind() {
            return Kind.HARD_LIMIT_REACHED;
        }

        @Override
        public @Nullable Threshold threshold() {
            return null;
        }
    }

    /** A threshold or the full amount of an advisory limit was reached. */
    record AdvisoryLimitReached(
            Provenance provenance, Bucket bucket, @Nullable Threshold threshold) implements AboutBucket {
        @Override
        public Kind kind() {
            return Kind.ADVISORY_LIMIT_REACHED;
        }
    }

    /**
     * An alert or block is over.
     *
     * @param clearedEventId id of the event that raised it
     */
    record LimitCleared(
            Provenance provenance, Bucket bucket, @Nullable Threshold threshold, String clearedEventId)
            implements AboutBucket {
        @Override
        public Kind kind() {
            return Kind.LIMIT_CLEARED;
        }
    }

    /**
     * Every call is to be denied.
     *
     * @param untilMillis exclusive end, {@link Long#MAX_VALUE} if none is set
     */
    record Suspended(Provenance provenance, long fromMillis, long untilMillis) implements AboutAccount {
        @Override
        public Kind kind() {
            return Kind.SUSPENDED;
        }
    }

    /** A suspension is over. */
    record Reinstated(Provenance provenance, long fromMillis) implements AboutAccount {
        @Override
        public Kind kind() {
            return Kind.REINSTATED;
        }
    }

    /** Nothing is enforced any more; usage is still counted. */
    record Exempted(Provenance provenance, long fromMillis) implements AboutAccount {
        @Override
        public Kind kind() {
            return Kind.EXEMPTED;
        }
    }

    /** Limits are enforced again. */
    record ExemptionEnded(Provenance provenance, long fromMillis) implements AboutAccount {
        @Override
        public Kind kind() {
            return Kind.EXEMPTION_ENDED;
        }
    }

    /**
     * The amount of one limit is another one for this account.
     *
     * @param bucket the limit with its amount, without window and usage; null if the plan in force does not have it
     */
    record OverrideChanged(
            Provenance provenance,
            long fromMillis,
            @Nullable Bucket bucket) implements AboutAccount {
        @Override
        public Kind kind() {
            return Kind.OVERRIDE_CHANGED;
        }
    }

    /**
     * Windows of a day and longer follow another calendar.
     *
     * @param calendar what they follow now: the account's own and the plan's
     */
    record CalendarChanged(Provenance provenance, long fromMillis, WindowCalendar calendar) implements AboutAccount {
        @Override
        public Kind kind() {
            return Kind.CALENDAR_CHANGED;
        }
    }

    /** Another plan or plan version is in force. */
    record PlanChanged(Provenance provenance, long fromMillis) implements AboutAccount {
        @Override
        public Kind kind() {
            return Kind.PLAN_CHANGED;
        }
    }

    /** Another plan or plan version will be in force. */
    record PlanChangeScheduled(Provenance provenance, long fromMillis) implements AboutAccount {
        @Override
        public Kind kind() {
            return Kind.PLAN_CHANGE_SCHEDULED;
        }
    }

    /** See {@link Provenance#id}. */
    default String id() {
        return provenance().id();
    }

    /** Whose. */
    default String accountId() {
        return provenance().accountId();
    }

    /** See {@link Provenance#version}. */
    default long version() {
        return provenance().version();
    }

    /** Why. */
    default Cause cause() {
        return provenance().cause();
    }

    /** The bucket, or the limit alone, that it is about; null for events about the account as a whole. */
    default @Nullable Bucket bucket() {
        return null;
    }

    /** The threshold that was reached or fell away; null for the full amount, and where no usage is involved. */
    default @Nullable Threshold threshold() {
        return null;
    }

    /** Exclusive end of a block or suspension, {@link Long#MAX_VALUE} if none is set; null where nothing is blocked. */
    default @Nullable Long blockedUntilMillis() {
        return switch (this) {
            case HardLimitReached hard -> hard.untilMillis();
            case Suspended suspended -> suspended.untilMillis();
            case SoftLimitReached _, AdvisoryLimitReached _, LimitCleared _ -> null;
            case Reinstated _, Exempted _, ExemptionEnded _ -> null;
            case OverrideChanged _, CalendarChanged _, PlanChanged _, PlanChangeScheduled _ -> null;
        };
    }

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
        /** Windows of a day and longer follow another calendar. */
        CALENDAR_CHANGED,
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
        /** Windows follow another calendar. */
        CALENDAR_CHANGED,
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
