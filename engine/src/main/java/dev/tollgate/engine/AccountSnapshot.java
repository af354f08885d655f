package dev.tollgate.engine;

import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Mode;
import dev.tollgate.planmodel.Scope;
import dev.tollgate.planmodel.Threshold;
import dev.tollgate.planmodel.time.WindowCalendar;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An account as the gate and people see it at one moment.
 *
 * @param accountId whose
 * @param version of two snapshots of one account the one with the higher version is newer
 * @param streamTimeMillis highest event time accepted, or {@link AccountState#NO_TIME}
 * @param atMillis the moment that this is about: never before stream time
 * @param planId plan in force
 * @param planVersion version in force
 * @param exempt whether nothing is enforced
 * @param suspended whether everything is to be denied
 * @param suspendedUntilMillis exclusive end of a temporary suspension; null if there is none or it has no end
 * @param suspensionReason the reason that the suspension was given with; null if there is none
 * @param calendar what windows of a day and longer follow if the account has a calendar of its own; null if they follow
 *     the plan's
 * @param overrides amounts that hold for this account instead of the plan's, by limit id
 * @param buckets for each limit of scope {@code ACCOUNT} the current bucket, used or not; for each other limit the
 *     buckets of the keys that were used
 * @param mostConstrained by meter id the limit of scope {@code ACCOUNT} with the smallest remaining share, ties to the
 *     longer one; calls in flight are not compared; meters without a finite limit are missing
 */
public record AccountSnapshot(
        String accountId,
        long version,
        long streamTimeMillis,
        long atMillis,
        String planId,
        int planVersion,
        boolean exempt,
        boolean suspended,
        @Nullable Long suspendedUntilMillis,
        @Nullable String suspensionReason,
        @Nullable WindowCalendar calendar,
        Map<String, Amount> overrides,
        List<Bucket> buckets,
        Map<String, String> mostConstrained) {

    /**
     * Where one limit stands.
     *
     * @param limitId the limit
     * @param meterId its meter
     * @param algorithm how it counts
     * @param mode whether it blocks
     * @param scope whose usage counts together
     * @param scopeKey project or API key id; empty for the scope {@code ACCOUNT} and for calls that name none
     * @param amount what is allowed, overrides included
     * @param used what is used, rounded up
     * @param remaining what is left, never below 0; {@link Long#MAX_VALUE} if unlimited
     * @param windowStartMillis inclusive start of the time for which usage counts
     * @param windowEndMillis exclusive end of that time: when what is used now counts no more
     * @param thresholdsReached the thresholds that are reached, lowest first
     * @param hardReached whether the full amount is reached
     * @param blockedUntilMillis exclusive end of the block, {@link Long#MAX_VALUE} if time alone will not end it; null
     *     if nothing is blocked
     */
    public record Bucket(
            String limitId,
            String meterId,
            Algorithm algorithm,
            Mode mode,
            Scope scope,
            String scopeKey,
            Amount amount,
            long used,
            long remaining,
            long windowStartMillis,
            long windowEndMillis,
            List<Threshold> thresholdsReached,
            boolean hardReached,
            @Nullable Long blockedUntilMillis) {
        public Bucket {
            thresholdsReached = List.copyOf(thresholdsReached);
        }

        /** Whether a threshold is reached. */
        public boolean softReached() {
            return !thresholdsReached.isEmpty();
        }
    }
}
