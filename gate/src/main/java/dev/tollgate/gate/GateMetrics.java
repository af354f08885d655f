package dev.tollgate.gate;

import dev.tollgate.gate.internal.account.IntakeCounts;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a gate has done since it was built. Names here, and those that the Micrometer binder gives them, are public
 * contract.
 *
 * <p>Counters only grow. Thread-safe; figures read together may be a call apart.
 */
public final class GateMetrics {
    final LongAdder allowed = new LongAdder();
    final LongAdder allowedUnknown = new LongAdder();
    final LongAdder errors = new LongAdder();
    final IntakeCounts intake = new IntakeCounts();
    private final Map<Reason, LongAdder> denied = new EnumMap<>(Reason.class);

    GateMetrics() {
        for (Reason reason : Reason.values()) {
            denied.put(reason, new LongAdder());
        }
    }

    void denied(Reason reason) {
        deniedCounter(reason).increment();
    }

    private LongAdder deniedCounter(Reason reason) {
        LongAdder counter = denied.get(reason);
        if (counter == null) {
            throw new IllegalStateException("no counter for " + reason);
        }
        return counter;
    }

    /** Calls that may go ahead, {@link #allowedUnknown} included. */
    public long allowed() {
        return allowed.sum() + allowedUnknown.sum();
    }

    /** The part of them that was allowed by policy: the account, or anything at all, was not known. */
    public long allowedUnknown() {
        return allowedUnknown.sum();
    }

    /** Calls that were denied for a reason. */
    public long deniedBecause(Reason reason) {
        return deniedCounter(reason).sum();
    }

    /** Decisions that ended in an error inside the gate and were answered by policy; a bug, each of them. */
    public long errors() {
        return errors.sum();
    }

    /** Snapshots taken over. */
    public long snapshots() {
        return intake.snapshots.sum();
    }

    /** Snapshots left alone because a newer one was known. */
    public long outdatedSnapshots() {
        return intake.outdatedSnapshots.sum();
    }

    /** Records of the plan catalog taken over. */
    public long plans() {
        return intake.plans.sum();
    }

    /** Records that could not be read, or plans that could not be used, and were skipped. */
    public long malformed() {
        return intake.malformed.sum();
    }

    /** Accounts forgotten because there were more than {@code gate.max-accounts}. */
    public long evicted() {
        return intake.evicted.sum();
    }

    /**
     * Acknowledged calls that were put together with another because more than 1,024 of one limit of an account waited
     * for a snapshot: they count until a snapshot has the later one.
     */
    public long mergedCalls() {
        return intake.mergedCalls.sum();
    }

    /** Attempts to reach Kafka or the registry that failed. */
    public long feedFailures() {
        return intake.feedFailures.sum();
    }
}
