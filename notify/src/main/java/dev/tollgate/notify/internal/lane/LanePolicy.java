package dev.tollgate.notify.internal.lane;

import java.time.Duration;

/**
 * How an endpoint is served.
 *
 * @param parallel requests in flight at most, all accounts together; >= 1
 * @param maxPending events of a partition that wait at most before no more of it are read; >= 1
 * @param maxAge how long after the log took it an event is tried again; > 0
 * @param retries waits between attempts
 * @param dropSuperseded whether an alert or block that has ended is left out, since its end says all of it
 */
public record LanePolicy(int parallel, int maxPending, Duration maxAge, RetryTable retries, boolean dropSuperseded) {
    public LanePolicy {
        if (parallel < 1 || maxPending < 1) {
            throw new IllegalArgumentException(
                    "parallel and maxPending must be >= 1, were " + parallel + " and " + maxPending);
        }
        if (maxAge.isNegative() || maxAge.isZero()) {
            throw new IllegalArgumentException("maxAge must be > 0, was " + maxAge);
        }
    }
}
