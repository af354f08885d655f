package dev.tollgate.notify.internal.alert;

import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.BucketState;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Scope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Snapshots for tests. */
public final class States {
    private States() {}

    /** An account on the plan {@code pro}. */
    public static LimitState account(String account, Instant asOf, BucketState... buckets) {
        LimitState state = new LimitState();
        state.setAccountId(account);
        state.setVersion(1);
        state.setStreamTime(asOf);
        state.setAsOf(asOf);
        state.setPlanId("pro");
        state.setPlanVersion(1);
        state.setBuckets(new ArrayList<>(List.of(buckets)));
        state.setOverrides(List.of());
        state.setMostConstrained(Map.of());
        state.setSourceOffset(1);
        state.setScopeKey("");
        return state;
    }

    /** A fixed window of 100 requests of which a threshold (basis points) or more are reached. */
    public static BucketState soft(String limit, long used, Instant windowEnd, Integer... thresholds) {
        BucketState bucket = bucket(limit, used, windowEnd);
        bucket.setSoftReached(true);
        bucket.setThresholdsReached(List.of(thresholds));
        return bucket;
    }

    /** The same with the full amount reached, and nothing else. */
    public static BucketState hard(String limit, Instant windowEnd, @Nullable Instant blockedUntil) {
        BucketState bucket = bucket(limit, 101, windowEnd);
        bucket.setHardReached(true);
        bucket.setBlockedUntil(blockedUntil);
        return bucket;
    }

    /** Nothing is reached. */
    public static BucketState bucket(String limit, long used, Instant windowEnd) {
        BucketState bucket = new BucketState();
        bucket.setLimitId(limit);
        bucket.setMeterId("requests");
        bucket.setAlgorithm(Algorithm.FIXED_WINDOW);
        bucket.setMode(Mode.ENFORCE);
        bucket.setScope(Scope.ACCOUNT);
        bucket.setScopeKey("");
        bucket.setAmount(100L);
        bucket.setUsed(used);
        bucket.setWindowStart(windowEnd.minusSeconds(3_600));
        bucket.setWindowEnd(windowEnd);
        bucket.setThresholdsReached(List.of());
        return bucket;
    }
}
