package dev.tollgate.notify.internal.lane;

import java.time.Duration;

/** What an attempt came to, as far as the lane is concerned. */
public sealed interface AttemptResult {
    /** The receiver has it. */
    record Accepted() implements AttemptResult {}

    /**
     * It may not have it.
     *
     * @param retryAfter how long the receiver wants to be left alone; zero if it did not say
     * @param wholeEndpoint whether that is about every account and not only this one
     */
    record Failed(Duration retryAfter, boolean wholeEndpoint) implements AttemptResult {}

    /** It wants nothing any more. */
    record Gone() implements AttemptResult {}
}
