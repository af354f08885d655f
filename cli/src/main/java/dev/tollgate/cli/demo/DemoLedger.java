package dev.tollgate.cli.demo;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one party says of the same traffic. Two ledgers are reconciled when they are equal.
 *
 * @param party who says it, for the report
 * @param verdicts number of journal entries by verdict
 * @param deadLetters number of dead letters by reason
 * @param totals used by fixed window; windows that nothing was counted in are left out
 * @param usage what counted calls cost in all, by account and meter with a blank between; without what is 0
 * @param alerts soft limits reached
 * @param blocks hard limits reached
 * @param advice thresholds and amounts of advisory limits reached
 * @param levels where each limit of each account stands in the end
 * @param streamTimes highest event time by account
 */
record DemoLedger(
        String party,
        Map<String, Long> verdicts,
        Map<String, Long> deadLetters,
        Map<Bucket, Long> totals,
        Map<String, Long> usage,
        Map<Crossing, Reached> alerts,
        Map<Crossing, Reached> blocks,
        Map<Crossing, Reached> advice,
        Map<LimitKey, Level> levels,
        Map<String, Long> streamTimes) {

    DemoLedger {
        verdicts = new TreeMap<>(verdicts);
        deadLetters = new TreeMap<>(deadLetters);
        totals = new TreeMap<>(totals);
        totals.values().removeIf(used -> used == 0);
        usage = new TreeMap<>(usage);
        usage.values().removeIf(used -> used == 0);
        alerts = new TreeMap<>(alerts);
        blocks = new TreeMap<>(blocks);
        advice = new TreeMap<>(advice);
        levels = new TreeMap<>(levels);
        streamTimes = new TreeMap<>(streamTimes);
    }

    /** Journal entries in all. */
    long judged() {
        return verdicts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Dead letters in all. */
    long rejected() {
        return deadLetters.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * What is left of each limit at a moment: of fixed windows the total of the one that is running, of other limits
     * the moment at which nothing will be left, which says the level to the millisecond whenever it was looked at.
     */
    Map<LimitKey, Long> leftAt(long timeMillis) {
        Map<LimitKey, Long> left = new TreeMap<>();
        levels.forEach((limitKey, level) -> {
            if (level.used() > 0 && level.untilMillis() > timeMillis) {
                left.put(limitKey, level.windowed() ? level.used() : level.untilMillis());
            }
        });
        return left;
    }

    /** One window of one limit of one account. */
    record Bucket(String accountId, String limitId, String scopeKey, long windowStartMillis)
            implements Comparable<Bucket> {
        private static final Comparator<Bucket> ORDER = Comparator.comparing(Bucket::accountId)
                .thenComparing(Bucket::limitId)
                .thenComparing(Bucket::scopeKey)
                .thenComparingLong(Bucket::windowStartMillis);

        @Override
        public int compareTo(Bucket other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * That usage reached a line.
     *
     * @param bucket where; the window start of limits without windows is {@link #NO_WINDOW}
     * @param eventId event that reached it; empty where a new version of the plan did
     * @param thresholdBasisPoints the line as a used share; {@link #FULL} for the amount itself
     */
    record Crossing(Bucket bucket, String eventId, int thresholdBasisPoints) implements Comparable<Crossing> {
        static final long NO_WINDOW = -1;
        static final int FULL = 0;

        private static final Comparator<Crossing> ORDER = Comparator.comparing(Crossing::bucket)
                .thenComparing(Crossing::eventId)
                .thenComparingInt(Crossing::thresholdBasisPoints);

        @Override
        public int compareTo(Crossing other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * How it was reached.
     *
     * @param used usage after the event that reached it
     * @param blockedUntilMillis end of the block; {@link #NO_BLOCK} where nothing is blocked, {@link Long#MAX_VALUE}
     *     without end
     */
    record Reached(long used, long blockedUntilMillis) {
        static final long NO_BLOCK = -1;
        /** Later than any block that time ends. */
        private static final long NEVER = 7_000_000_000_000L;

        static Reached of(long used, long blockedUntilMillis) {
            return new Reached(used, blockedUntilMillis > NEVER ? Long.MAX_VALUE : blockedUntilMillis);
        }
    }

    /** One limit of an account, project or key. */
    record LimitKey(String accountId, String limitId, String scopeKey) implements Comparable<LimitKey> {
        private static final Comparator<LimitKey> ORDER = Comparator.comparing(LimitKey::accountId)
                .thenComparing(LimitKey::limitId)
                .thenComparing(LimitKey::scopeKey);

        @Override
        public int compareTo(LimitKey other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * Where a limit stands.
     *
     * @param windowed whether its usage goes as a whole, at the end of a window
     * @param used usage when it was looked at
     * @param untilMillis when nothing is left
     */
    record Level(boolean windowed, long used, long untilMillis) {}
}
