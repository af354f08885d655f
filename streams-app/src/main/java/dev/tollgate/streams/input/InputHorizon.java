package dev.tollgate.streams.input;

/**
 * Says how far a task has read its two input partitions, as the log sees it. What the wall clock sets off is given to
 * accounts only up to there, so that no record is still to come that a replay would read before.
 */
@FunctionalInterface
public interface InputHorizon {
    /** Nothing has been read by this task yet. */
    long UNKNOWN_OFFSET = -1;

    /**
     * The newest moment known so that every record of both partitions with an append time up to it stands below the
     * given offsets. Does not wait; asking sets off that more becomes known.
     *
     * @param nextRequestOffset offset after the newest record of {@code request-events} that the task has processed, or
     *     {@link #UNKNOWN_OFFSET}
     * @param nextCommandOffset the same for {@code account-events}
     * @return milliseconds since the epoch; {@link Long#MIN_VALUE} while nothing is known
     */
    long readUpTo(long nextRequestOffset, long nextCommandOffset);

    /** Gives each task the horizon of its partition. */
    @FunctionalInterface
    interface Provider {
        /** The horizon of a task that begins. */
        InputHorizon of(int partition);
    }
}
