package dev.tollgate.notify.internal.lane;

/**
 * What became of an event. The lane stands still until this is stored: who dies before has sent at most this one event
 * of the account again.
 *
 * @param event the event
 * @param outcome what became of it
 * @param attempts attempts at it so far
 * @param nextAttemptAtMillis when it is tried again; 0 if it is not
 * @param progress what is to be stored for the account
 * @param <P> of the payload
 */
public record Settlement<P>(
        PendingEvent<P> event, Outcome outcome, int attempts, long nextAttemptAtMillis, LaneProgress progress) {
    /** What became of an event. */
    public enum Outcome {
        DELIVERED,
        /** It is tried again. */
        RETRYING,
        /** It failed, and is too old to be tried again. */
        EXPIRED,
        /** It was not sent, because its end follows. */
        SUPERSEDED,
        /** The endpoint wants nothing any more; the event stays where it is. */
        DISABLED;

        boolean endsEvent() {
            return this == DELIVERED || this == EXPIRED || this == SUPERSEDED;
        }
    }
}
