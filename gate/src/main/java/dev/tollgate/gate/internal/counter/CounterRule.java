package dev.tollgate.gate.internal.counter;

import dev.tollgate.planmodel.time.FixedWindows;
import dev.tollgate.planmodel.time.WindowCalendar;
import dev.tollgate.planmodel.time.WindowLength;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.plan.WindowTranslator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One limit with the amount that holds for an account.
 *
 * @param limitId the limit
 * @param meterId its meter
 * @param meterIndex place of the meter in the plan; -1 if the plan does not have it, and then nothing costs anything
 * @param algorithm how it counts
 * @param enforced whether it denies calls; advisory limits never do
 * @param scope whose usage it counts
 * @param amount how much, overrides included; {@link #UNLIMITED} for no bound
 * @param windows where the windows of a fixed window are; null if only its ends are known
 * @param periodMillis period of a leaky bucket, length of a sliding window, and of a fixed window whose unit is not
 *     known; 0 otherwise
 * @param leaseMillis how long a request may be in flight at most; 0 where that does not apply
 * @param bucketName what headers call it
 * @param closedWhenStale whether calls are denied once nothing is known for too long
 */
public record CounterRule(
        String limitId,
        String meterId,
        int meterIndex,
        Algorithm algorithm,
        boolean enforced,
        Scope scope,
        long amount,
        @Nullable FixedWindows windows,
        long periodMillis,
        long leaseMillis,
        String bucketName,
        boolean closedWhenStale) {
    public static final long UNLIMITED = Long.MAX_VALUE;

    private static final long DEFAULT_LEASE_MILLIS = 300_000;

    /** @param calendar what windows of a day and longer follow */
    public static CounterRule of(
            Limit limit, int meterIndex, @Nullable Long amount, WindowCalendar calendar, boolean closedWhenStale) {
        WindowLength length = WindowTranslator.length(limit);
        return new CounterRule(
                limit.getLimitId(),
                limit.getMeterId(),
                meterIndex,
                limit.getAlgorithm(),
                limit.getMode() == Mode.ENFORCE,
                limit.getScope(),
                amount == null ? UNLIMITED : Math.max(0, amount),
                length == null ? null : FixedWindows.of(length, calendar),
                positive(limit.getPeriodMs(), 0),
                positive(limit.getLeaseMs(), DEFAULT_LEASE_MILLIS),
                name(limit, length),
                closedWhenStale);
    }

    private static long positive(@Nullable Long value, long preset) {
        return value == null || value <= 0 ? preset : value;
    }

    private static String name(Limit limit, @Nullable WindowLength length) {
        if (limit.getBucketName() != null) {
            return limit.getBucketName();
        }
        return length == null ? limit.getLimitId() : length.label();
    }

    /** Whether a counter of another rule counts as one of this rule would, so that what it holds stays true. */
    public boolean countsLike(CounterRule other) {
        return switch (algorithm) {
            case LEAKY_BUCKET -> amount == other.amount && periodMillis == other.periodMillis;
            case FIXED_WINDOW, SLIDING_WINDOW, UNKNOWN ->
                Objects.equals(windows, other.windows) && periodMillis == other.periodMillis;
            case CONCURRENCY -> true;
        };
    }

    public boolean isUnlimited() {
        return amount == UNLIMITED;
    }

    /** Whether it takes part in decisions at all. */
    public boolean binds() {
        return enforced && !isUnlimited();
    }

    /** Whether it counts requests in flight. */
    public boolean isConcurrency() {
        return algorithm == Algorithm.CONCURRENCY;
    }

    /** Longest time for which usage counts, in milliseconds: tells which of two limits is the longer one. */
    public long spanMillis() {
        return windows != null ? windows.length().maxMillis() : periodMillis;
    }
}
