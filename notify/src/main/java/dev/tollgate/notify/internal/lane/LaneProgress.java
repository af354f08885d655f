package dev.tollgate.notify.internal.lane;

/**
 * How far an account has come, as it is stored.
 *
 * @param version nothing is left to do up to this one; -1 before the first event
 * @param retryVersion version of the event that is tried again; -1 for none
 * @param attempts attempts so far at that event
 * @param nextAttemptAtMillis when it is tried again
 */
public record LaneProgress(long version, long retryVersion, int attempts, long nextAttemptAtMillis) {
    private static final long NONE = -1;

    /** Nothing has been done yet. */
    public static final LaneProgress START = doneUpTo(NONE);

    /** Nothing is under way behind a version. */
    public static LaneProgress doneUpTo(long version) {
        return new LaneProgress(version, NONE, 0, 0);
    }
}
