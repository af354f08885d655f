package dev.tollgate.gate.internal.counter;

/**
 * What each call that this gate admits stands for besides itself, over all accounts: how calls are spread over the
 * gates. It is the prior for a window in which the gate's share is not known yet. A weighted ratio, not an average of
 * ratios: all units that snapshots have brought to accounts that call here, by the part of them that was admitted here,
 * the newest weighing most.
 *
 * <p>Until enough is known, calls are taken to be spread evenly over as many gates as the configuration says there are:
 * gates that have just started have not met, and each would give out the whole amount.
 *
 * <p>Written by one thread at a time, read by any.
 */
public final class FleetShare {
    /** Shares are in sixteenths. */
    static final int ONE = 16;

    /** Own units from which on the share is told. */
    private static final long LEAST_SAMPLE = 32;

    /** Own units after which older ones weigh half. */
    private static final long HALVED_AT = 1_024;

    /** Where others call and nothing else is known: as if there were seven of them. */
    private static final long FIRST_EXTRA = 7L * ONE;

    private long allUnits;
    private long ownUnits;
    private volatile long extra;
    private volatile boolean learned;

    /** @param gates how many there are, this one included; 1 or more */
    public FleetShare(int gates) {
        extra = WindowCounter.otherGatesShare(gates, 1);
    }

    /**
     * What a snapshot has brought to a window of an account that has called here. Own units may be told later than the
     * growth that they are part of.
     *
     * @param grown units by which usage has grown
     * @param own units of this gate that are known to be in usage now and were not before
     */
    void observe(long grown, long own) {
        if (grown < 0 || own < 0 || grown + own <= 0) {
            return;
        }
        // A single costly call does not outweigh all others.
        long scale = (Math.max(grown, own) - 1) / HALVED_AT + 1;
        allUnits += grown / scale;
        ownUnits += own / scale;
        if (ownUnits >= HALVED_AT) {
            allUnits /= 2;
            ownUnits /= 2;
        }
        if (ownUnits >= LEAST_SAMPLE) {
            extra = WindowCounter.otherGatesShare(allUnits, ownUnits);
            learned = true;
        }
    }

    /** In sixteenths, 0 if there are no others. */
    long extra() {
        return extra;
    }

    /** The same for a window in which others are known to call, though not how many: until more is known, several. */
    long extraAmongOthers() {
        return learned ? extra : Math.max(extra, FIRST_EXTRA);
    }
}
