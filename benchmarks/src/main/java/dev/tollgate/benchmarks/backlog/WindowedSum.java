package dev.tollgate.benchmarks.backlog;

import dev.tollgate.schemas.avro.WindowUnit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A sum of one account in windows that are aligned with UTC: what a limit of the plan is to Tollgate, and an
 * aggregation to the other jobs.
 *
 * @param id name of the limit or aggregation
 * @param quantity what is summed
 * @param unit length of the windows
 */
record WindowedSum(String id, Quantity quantity, WindowUnit unit) {
    /** What an event adds to a sum. */
    enum Quantity {
        /** 1 for each event. */
        REQUESTS("requests", 1, 0),
        /** {@code 2 + 3 * units}. */
        COMPLEXITY("complexity", 2, 3);

        private final String meter;
        private final long base;
        private final long perUnit;

        Quantity(String meter, long base, long perUnit) {
            this.meter = meter;
            this.base = base;
            this.perUnit = perUnit;
        }

        String meter() {
            return meter;
        }

        long base() {
            return base;
        }

        long perUnit() {
            return perUnit;
        }

        /** What an event of so many units adds. */
        long of(long units) {
            return base + perUnit * units;
        }
    }

    /** Two quantities by minute and day: the job of the comparison. */
    static final List<WindowedSum> FOUR = List.of(
            new WindowedSum("requests-per-minute", Quantity.REQUESTS, WindowUnit.MINUTE),
            new WindowedSum("requests-per-day", Quantity.REQUESTS, WindowUnit.DAY),
            new WindowedSum("complexity-per-minute", Quantity.COMPLEXITY, WindowUnit.MINUTE),
            new WindowedSum("complexity-per-day", Quantity.COMPLEXITY, WindowUnit.DAY));

    /**
     * Sums over hours beside the four, or a part of them.
     *
     * @param count how many, 1 or more
     */
    static List<WindowedSum> many(int count) {
        List<WindowedSum> sums = new ArrayList<>(FOUR.subList(0, Math.min(count, FOUR.size())));
        for (int i = sums.size(); i < count; i++) {
            Quantity quantity = i % 2 == 0 ? Quantity.REQUESTS : Quantity.COMPLEXITY;
            sums.add(new WindowedSum(quantity.meter() + "-per-hour-" + i, quantity, WindowUnit.HOUR));
        }
        return sums;
    }

    Duration size() {
        return switch (unit) {
            case MINUTE -> Duration.ofMinutes(1);
            case HOUR -> Duration.ofHours(1);
            case DAY -> Duration.ofDays(1);
            default -> throw new IllegalStateException("no fixed length: " + unit);
        };
    }
}
