package dev.tollgate.planmodel.input;

import dev.tollgate.planmodel.contract.Bounds;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The rules for times, in milliseconds since the epoch. */
public final class InputTime {
    private static final Instant LATEST = Instant.ofEpochMilli(Bounds.MAX_TIME_MILLIS);

    private InputTime() {}

    /** What is wrong with a time before 1970 or after the year 9999; null if it is neither. */
    public static @Nullable Violation range(String field, long timeMillis) {
        return timeMillis < 0 || timeMillis > Bounds.MAX_TIME_MILLIS
                ? outOfRange(field, Instant.ofEpochMilli(timeMillis))
                : null;
    }

    /** The same violation, of a time that may be beyond what milliseconds can say. */
    public static Violation outOfRange(String field, Instant time) {
        return new Violation(
                field, InputRule.TIME_RANGE, "must be from " + Instant.EPOCH + " to " + LATEST + ", was " + time);
    }

    /**
     * What is wrong with a time that lies too far ahead; null if it does not.
     *
     * @param timeMillis within the range
     * @param atMillis what it is held against: the clock of the way in, or the append time of the record
     * @param maxAheadMillis how far ahead it may lie, inclusive, at least 0
     */
    public static @Nullable Violation ahead(String field, long timeMillis, long atMillis, long maxAheadMillis) {
        // The time is within bounds, so the difference cannot overflow.
        if (timeMillis - maxAheadMillis <= atMillis) {
            return null;
        }
        return new Violation(
                field,
                InputRule.AHEAD,
                "must be at most " + maxAheadMillis + " ms after " + Instant.ofEpochMilli(atMillis) + ", was "
                        + Instant.ofEpochMilli(timeMillis));
    }
}
