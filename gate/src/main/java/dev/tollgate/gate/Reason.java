package dev.tollgate.gate;

/** Why a call is denied. */
public enum Reason {
    /** A limit has no room for the call. */
    RATE_LIMITED,
    /** As many calls are in flight as are allowed. */
    CONCURRENCY,
    /** The call is larger than the plan allows a single call to be; repeating it does not help. */
    OVER_CALL_LIMIT,
    /** The call costs more than a limit holds when it is empty; waiting does not help. */
    NEVER_FITS,
    /** The account is suspended. */
    SUSPENDED,
    /** Nothing, or nothing recent enough, is known, and the policy for that is {@link Policy#CLOSED}. */
    STALE
}
