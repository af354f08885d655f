package dev.tollgate.streams.explain;

import java.util.List;

/**
 * All limit events of an account beside those of a replay.
 *
 * @param events how many topic {@code limit-events} has
 * @param same how many of them came again, equal to the last field
 * @param differences for people, at most {@value #MAX_DIFFERENCES}; empty if all are the same
 * @param records how many records of the account were applied
 */
public record ReplayCheck(long events, long same, List<String> differences, long records) {
    static final int MAX_DIFFERENCES = 20;

    public ReplayCheck {
        differences = List.copyOf(differences);
    }

    /** Whether all are the same, and the replay has raised no other. */
    public boolean isSame() {
        return events == same && differences.isEmpty();
    }
}
