package dev.tollgate.api.live;

import dev.tollgate.api.list.LiveRows;
import dev.tollgate.api.list.LiveSource;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.BucketState;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Scope;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The limits of an account as its newest snapshots have them: the rows that {@code account_state} would have. */
public final class LimitRows implements LiveSource {
    private final LimitStates states;

    /** @param states where the snapshots are */
    public LimitRows(LimitStates states) {
        this.states = states;
    }

    @Override
    public @Nullable LiveRows rows(String account, Instant now) {
        List<LimitState> found = states.of(account);
        return found == null ? null : rows(found, now, states.behindMillis());
    }

    static LiveRows rows(List<LimitState> states, Instant now, long behindMillis) {
        long asOf = 0;
        long stream = 0;
        List<LiveRows.Row> rows = new ArrayList<>();
        for (LimitState state : states) {
            asOf = Math.max(asOf, state.getAsOf().toEpochMilli());
            stream = Math.max(stream, state.getStreamTime().toEpochMilli());
            for (BucketState bucket : state.getBuckets()) {
                if (isInUse(state, bucket, now)) {
                    rows.add(row(state, bucket, now));
                }
            }
        }
        long lag = asOf == 0 ? 0 : Math.max(0, now.toEpochMilli() - asOf);
        return new LiveRows(LimitStates.SOURCE, asOf, stream, lag, behindMillis, rows);
    }

    /** The snapshot of a project or key stands until its tombstone, also when nothing of it is in use any more. */
    private static boolean isInUse(LimitState state, BucketState bucket, Instant now) {
        Instant end = bucket.getWindowEnd();
        return state.getScope() == null || end == null || end.isAfter(now);
    }

    private static LiveRows.Row row(LimitState state, BucketState bucket, Instant now) {
        String scope = bucket.getScope().name();
        String scopeKey = bucket.getScopeKey();
        boolean over = isOver(bucket, now);
        long usedNow = over ? 0 : usedNow(state, bucket, now);
        Long amount = bucket.getAmount();
        Map<String, @Nullable Object> values = new HashMap<>();
        values.put("limit", bucket.getLimitId());
        values.put("meter", bucket.getMeterId());
        values.put("scope", scope);
        values.put("scope_key", scopeKey);
        values.put("algorithm", bucket.getAlgorithm().name());
        values.put("mode", bucket.getMode().name());
        values.put("amount", amount);
        values.put("used", bucket.getUsed());
        values.put("used_now", usedNow);
        values.put("remaining", amount == null ? null : (Long) Math.max(0, amount - usedNow));
        values.put("window_start", bucket.getWindowStart());
        values.put("window_end", bucket.getWindowEnd());
        values.put("window_over", over);
        values.put("period_ms", bucket.getPeriodMs());
        values.put("soft_reached", bucket.getSoftReached());
        values.put("hard_reached", bucket.getHardReached());
        values.put("blocked_until", bucket.getBlockedUntil());
        values.put("blocked", isAfter(bucket.getBlockedUntil(), now, false));
        values.put("exempt", state.getExempt());
        values.put("suspended", state.getSuspended() && isAfter(state.getSuspendedUntil(), now, true));
        values.put("suspended_until", state.getSuspendedUntil());
        values.put("plan", state.getPlanId());
        values.put("plan_version", state.getPlanVersion());
        values.put("stream_time", state.getStreamTime());
        values.put("as_of", state.getAsOf());
        values.put("version", state.getVersion());
        return new LiveRows.Row(
                List.of(scope, scopeKey, bucket.getLimitId(), state.getAccountId()),
                Map.of(
                        "project", bucket.getScope() == Scope.PROJECT ? scopeKey : "",
                        "api_key", bucket.getScope() == Scope.API_KEY ? scopeKey : "",
                        "scope", scope,
                        "limit", bucket.getLimitId(),
                        "meter", bucket.getMeterId(),
                        "algorithm", bucket.getAlgorithm().name(),
                        "mode", bucket.getMode().name()),
                values);
    }

    private static boolean isOver(BucketState bucket, Instant now) {
        return bucket.getAlgorithm() == Algorithm.FIXED_WINDOW
                && bucket.getWindowEnd() != null
                && !bucket.getWindowEnd().isAfter(now);
    }

    /** A leaky bucket has drained since the snapshot; rounded as if it had drained less. */
    private static long usedNow(LimitState state, BucketState bucket, Instant now) {
        long used = bucket.getUsed();
        Long amount = bucket.getAmount();
        Long period = bucket.getPeriodMs();
        if (bucket.getAlgorithm() != Algorithm.LEAKY_BUCKET || amount == null || period == null || period <= 0) {
            return used;
        }
        long elapsed = Math.max(0, now.toEpochMilli() - state.getStreamTime().toEpochMilli());
        // Does not fit 64 bits: an amount of all of them, times days.
        BigInteger drained =
                BigInteger.valueOf(amount).multiply(BigInteger.valueOf(elapsed)).divide(BigInteger.valueOf(period));
        return BigInteger.valueOf(used).subtract(drained).max(BigInteger.ZERO).longValueExact();
    }

    private static boolean isAfter(@Nullable Instant time, Instant now, boolean ifMissing) {
        return time == null ? ifMissing : time.isAfter(now);
    }
}
