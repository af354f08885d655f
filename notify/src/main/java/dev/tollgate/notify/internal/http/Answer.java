package dev.tollgate.notify.internal.http;

import dev.tollgate.notify.internal.lane.AttemptResult;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt ended.
 *
 * @param status HTTP status; null where no answer came
 * @param failure null if the receiver answered 2xx
 * @param detail the failure in words; null for none; holds nothing of the answer's body
 * @param retryAfter how long the receiver wants to be left alone; zero if it did not say
 */
public record Answer(
        @Nullable Integer status,
        @Nullable FailureClass failure,
        @Nullable String detail,
        Duration retryAfter) {

    static Answer failed(FailureClass failure, String detail) {
        return new Answer(null, failure, detail, Duration.ZERO);
    }

    /** An answer with this status. Redirections are not followed: a signed message goes where it was addressed to. */
    static Answer of(int status, Duration retryAfter) {
        FailureClass failure = FailureClass.of(status);
        return new Answer(status, failure, failure == null ? null : "answered " + status, retryAfter);
    }

    /** What the lane makes of it. A receiver that is overloaded is left alone by all accounts. */
    public AttemptResult result() {
        if (failure == null) {
            return new AttemptResult.Accepted();
        }
        boolean overloaded = status != null && (status == 429 || status == 503);
        return failure == FailureClass.GONE
                ? new AttemptResult.Gone()
                : new AttemptResult.Failed(retryAfter, overloaded && !retryAfter.isZero());
    }
}
