package dev.tollgate.cli.demo;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one party says of the same traffic. Two ledgers are reconciled when they are equal.
 *
 * @param party who says it, for the report
 * @param verdicts number of journal entries by verdict
 * @param deadLetters number of dead letters by reason
 * @param totals used by bucket; buckets that nothing was counted in are left out
 * @param alerts soft limits reached, once per limit, scope, window and threshold
 * @param blocks hard limits reached, once per limit, scope and window
 */
record Ledger(
        String party,
        Map<String, Long> verdicts,
        Map<String, Long> deadLetters,
        Map<Bucket, Long> totals,
        Set<Crossing> alerts,
        Set<Crossing> blocks) {

    Ledger {
        verdicts = new TreeMap<>(verdicts);
        deadLetters = new TreeMap<>(deadLetters);
        totals = new TreeMap<>(totals);
        totals.values().removeIf(used -> used == 0);
        alerts = new TreeSet<>(alerts);
        blocks = new TreeSet<>(blocks);
    }

    /** Journal entries in all. */
    long judged() {
        return verdicts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Dead letters in all. */
    long rejected() {
        return deadLetters.values().stream().mapToLong(Long::longValue).sum();
    }

    /** One window of one limit of one account. */
    record Bucket(String accountId, String limitId, String scopeKey, long windowStartMillis)
            implements Comparable<Bucket> {
        @Override
        public int compareTo(Bucket other) {
            int order = accountId.compareTo(other.accountId);
            order = order != 0 ? order : limitId.compareTo(other.limitId);
            order = order != 0 ? order : scopeKey.compareTo(other.scopeKey);
            return order != 0 ? order : Long.compare(windowStartMillis, other.windowStartMillis);
        }
    }

    /** A line that a bucket's total crossed. */
    record Crossing(Bucket bucket, int thresholdBasisPoints) implements Comparable<Crossing> {
        /** The amount itself, in the unit of thresholds. */
        static final int HARD = 10_000;

        @Override
        public int compareTo(Crossing other) {
            int order = bucket.compareTo(other.bucket);
            return order != 0 ? order : Integer.compare(thresholdBasisPoints, other.thresholdBasisPoints);
        }
    }
}
