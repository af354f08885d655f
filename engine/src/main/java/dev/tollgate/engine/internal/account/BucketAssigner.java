package dev.tollgate.engine.internal.account;

import dev.tollgate.engine.input.ValidRequest;
import dev.tollgate.engine.internal.bucket.Bucket;
import dev.tollgate.engine.internal.bucket.BucketGroup;
import dev.tollgate.engine.internal.bucket.ConcurrencyBucket;
import dev.tollgate.engine.internal.bucket.FixedBucket;
import dev.tollgate.engine.internal.bucket.LeakyBucket;
import dev.tollgate.engine.internal.bucket.SlidingBucket;
import dev.tollgate.engine.internal.rule.Rule;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Scope;
import org.jspecify.annotations.Nullable;

/** Finds the bucket that an event counts in. */
public final class BucketAssigner {
    private BucketAssigner() {}

    /** The bucket that takes an event of this time, opened if need be; null if its window has closed. */
    public static @Nullable Bucket openFor(
            Account state, BucketGroup group, Rule rule, ValidRequest request, int maxScopeKeys) {
        long time = request.occurredAtMillis();
        String scopeKey = scopeKey(rule.limit.scope(), request);
        if (isTooLate(state, rule, time)) {
            return null;
        }
        Bucket bucket = group.find(scopeKey, time);
        if (bucket != null) {
            return bucket;
        }
        if (group.scope != Scope.ACCOUNT) {
            // Once a window has an overflow bucket, new keys stay in it: a correction finds the event where it was
            // counted.
            Bucket overflow = group.find(Scope.OVERFLOW_KEY, time);
            if (overflow != null) {
                return overflow;
            }
            if (group.scopeKeys() >= maxScopeKeys && !group.hasScopeKey(scopeKey)) {
                scopeKey = Scope.OVERFLOW_KEY;
            }
        }
        return open(state, group, rule, scopeKey, time);
    }

    /** The bucket that an event was counted in, if it is still open. */
    public static @Nullable Bucket find(BucketGroup group, ValidRequest request) {
        Bucket bucket = group.find(scopeKey(group.scope, request), request.occurredAtMillis());
        return bucket == null && group.scope != Scope.ACCOUNT
                ? group.find(Scope.OVERFLOW_KEY, request.occurredAtMillis())
                : bucket;
    }

    /** Opens the bucket of the window that a moment is in. */
    public static Bucket open(Account state, BucketGroup group, Rule rule, String scopeKey, long timeMillis) {
        Bucket opened = rule.limit.algorithm() instanceof Algorithm.FixedWindow fixed
                ? openWindow(state, group, fixed, rule.limit.graceMillis(), scopeKey, timeMillis)
                : create(state, group, rule, scopeKey, timeMillis);
        group.add(opened);
        state.dueNoLaterThan(opened.closesAt());
        return opened;
    }

    /**
     * Windows that are open keep their bounds, and new ones keep clear of them: another release of the time zone
     * database may have moved the bounds since.
     */
    private static Bucket openWindow(
            Account state,
            BucketGroup group,
            Algorithm.FixedWindow fixed,
            long graceMillis,
            String scopeKey,
            long timeMillis) {
        long start = state.timeline().windowStart(fixed, timeMillis);
        long end = state.timeline().windowEnd(fixed, timeMillis);
        if (fixed.followsCalendar()) {
            start = Math.max(start, group.latestEnd(scopeKey, timeMillis));
            end = Math.min(end, group.earliestStart(scopeKey, timeMillis));
        }
        return new FixedBucket(group, scopeKey, start, end, graceMillis);
    }

    /** An empty bucket of the window that a moment is in, which is not part of the state. */
    public static Bucket create(Account state, BucketGroup group, Rule rule, String scopeKey, long timeMillis) {
        long asOf = Math.max(timeMillis, state.streamTimeMillis());
        return switch (rule.limit.algorithm()) {
            case Algorithm.FixedWindow fixed ->
                new FixedBucket(
                        group,
                        scopeKey,
                        state.timeline().windowStart(fixed, timeMillis),
                        state.timeline().windowEnd(fixed, timeMillis),
                        rule.limit.graceMillis());
            case Algorithm.LeakyBucket _ ->
                new LeakyBucket(group, scopeKey, rule.amount, rule.limit.graceMillis(), asOf);
            case Algorithm.SlidingWindow _ -> new SlidingBucket(group, scopeKey, rule.amount, asOf);
            case Algorithm.Concurrency _ -> new ConcurrencyBucket(group, scopeKey, rule.amount, asOf);
        };
    }

    /** Whether an event of this time cannot count any more. */
    private static boolean isTooLate(Account state, Rule rule, long timeMillis) {
        long streamTime = state.streamTimeMillis();
        return switch (rule.limit.algorithm()) {
            case Algorithm.FixedWindow fixed ->
                timeMillis < streamTime - rule.limit.graceMillis()
                        && state.timeline().windowEnd(fixed, timeMillis) + rule.limit.graceMillis() <= streamTime;
            case Algorithm.LeakyBucket _ -> timeMillis + rule.limit.graceMillis() < streamTime;
            case Algorithm.SlidingWindow sliding -> SlidingBucket.isGone(sliding, timeMillis, streamTime);
            case Algorithm.Concurrency concurrency -> timeMillis + concurrency.leaseMillis() <= streamTime;
        };
    }

    public static String scopeKey(Scope scope, ValidRequest request) {
        String key = switch (scope) {
            case ACCOUNT -> "";
            case PROJECT -> request.input().projectId();
            case API_KEY -> request.input().apiKeyId();
        };
        return key == null ? "" : key;
    }
}
