package dev.tollgate.gate;

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
    final LongAdder snapshots = new LongAdder();
    final LongAdder outdatedSnapshots = new LongAdder();
    final LongAdder plans = new LongAdder();
    final LongAdder malformed = new LongAdder();
    final LongAdder evicted = new LongAdder();
    final LongAdder feedFailures = new LongAdder();
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
        return snapshots.sum();
    }

    /** Snapshots left alone because a newer one was known. */
    public long outdatedSnapshots() {
        return outdatedSnapshots.sum();
    }

    /** Records of the plan catalog taken over. */
    public long plans() {
        return plans.sum();
    }

    /** Records that could not be read, or plans that could not be used, and were skipped. */
    public long malformed() {
        return malformed.sum();
    }

    /** Accounts forgotten because there were more than {@code gate.max-accounts}. */
    public long evicted() {
        return evicted.sum();
    }

    /** Attempts to reach Kafka or the registry that failed. */
    public long feedFailures() {
        return feedFailures.sum();
    }
}
