package dev.tollgate.streams.explain;

import java.util.List;

/**
 * What came of reading an account's log again.
 *
 * @param result whether it says the same
 * @param differences for people; empty if it is the same
 * @param records how many records of the account were applied
 */
public record ReplayOutcome(Result result, List<String> differences, long records) {
    /** Whether a replay says what was said before. */
    public enum Result {
        /** To the last field. */
        SAME,
        /** The event was raised with other contents. */
        DIFFERENT,
        /** The event was not raised. */
        NOT_RAISED,
        /** The log does not reach back to the account's beginning any more: nothing was replayed. */
        LOG_EXPIRED
    }

    public ReplayOutcome {
        differences = List.copyOf(differences);
    }

    /** Whether it is {@link Result#SAME}. */
    public boolean isSame() {
        return result == Result.SAME;
    }
}
