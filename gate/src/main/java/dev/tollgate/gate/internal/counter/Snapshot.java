package dev.tollgate.gate.internal.counter;

import dev.tollgate.schemas.avro.BucketState;
import dev.tollgate.schemas.avro.LimitState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a snapshot says about one bucket.
 *
 * @param used usage in units of the meter, 0 or more
 * @param startMillis start of the window, or the account's stream time where the bucket has none
 * @param endMillis end of the window, {@link Long#MAX_VALUE} where the bucket has none
 * @param blockedUntilMillis end of a block, 0 for none
 * @param streamTimeMillis event time of the snapshot
 * @param asOfMillis append time of the newest record in it
 * @param receivedAtMillis when this gate read it, by its own clock
 * @param sourcePartition partition of the account's request events
 * @param sourceOffset offset of the newest of them that is in it, -1 for none: it contains those up to there
 */
public record Snapshot(
        long used,
        long startMillis,
        long endMillis,
        long blockedUntilMillis,
        long streamTimeMillis,
        long asOfMillis,
        long receivedAtMillis,
        int sourcePartition,
        long sourceOffset) {

    public static Snapshot of(BucketState bucket, LimitState state, long receivedAtMillis) {
        long streamTimeMillis = state.getStreamTime().toEpochMilli();
        return new Snapshot(
                Math.max(0, bucket.getUsed()),
                millis(bucket.getWindowStart(), streamTimeMillis),
                millis(bucket.getWindowEnd(), Long.MAX_VALUE),
                millis(bucket.getBlockedUntil(), 0),
                streamTimeMillis,
                state.getAsOf().toEpochMilli(),
                receivedAtMillis,
                state.getSourcePartition(),
                state.getSourceOffset());
    }

    private static long millis(@Nullable Instant instant, long preset) {
        return instant == null ? preset : instant.toEpochMilli();
    }

    /** How long the newest record took to come back, at most a second: more is a clock that is off, or an outage. */
    long latencyMillis() {
        return Math.max(0, Math.min(1_000, receivedAtMillis - asOfMillis));
    }
}
