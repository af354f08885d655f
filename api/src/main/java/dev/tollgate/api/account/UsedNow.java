package dev.tollgate.api.account;

/**
 * What is used of a limit by the clock of ClickHouse, from what its newest snapshot says, as the view
 * {@code current_quota} tells it and gates go by it: nothing of a fixed window that has ended, and of a leaky bucket
 * what has not drained since. Sliding windows and calls in flight are those of the snapshot.
 */
final class UsedNow {
    private UsedNow() {}

    /** An expression over columns with the names of a bucket's members, and the snapshot's time. */
    static String sql(
            String algorithm, String amount, String used, String periodMs, String windowEnd, String streamTime) {
        String elapsedMs =
                "greatest(0, toUnixTimestamp64Milli(now64(3, 'UTC')) - toUnixTimestamp64Milli(" + streamTime + "))";
        // In 128 bits, and held to what there is: an amount of all 64 bits times days would not fit.
        String drained = "toInt64(least(toInt128(" + used + "), intDiv(toInt128(ifNull(" + amount + ", 0)) * "
                + elapsedMs + ", toInt128(greatest(1, ifNull(" + periodMs + ", 1))))))";
        return "multiIf(" + isOver(algorithm, windowEnd) + ", toInt64(0), " + algorithm + " = 'LEAKY_BUCKET' AND "
                + amount + " IS NOT NULL AND ifNull(" + periodMs + ", 0) > 0, greatest(0, " + used + " - " + drained
                + "), " + used + ")";
    }

    /** Whether a window has ended. */
    static String isOver(String algorithm, String windowEnd) {
        return "(" + algorithm + " = 'FIXED_WINDOW' AND coalesce(" + windowEnd + " <= now64(3, 'UTC'), false))";
    }
}
