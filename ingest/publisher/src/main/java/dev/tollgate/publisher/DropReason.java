package dev.tollgate.publisher;

/** Why a valid event was given up. Each drop is counted and reported; there is no other way to lose an event. */
public enum DropReason {
    /** Memory is full, because events come faster than they can be sent or spooled. */
    MEMORY_FULL,
    /** Memory and the spool are full; overflow policy {@code DROP_NEWEST}. */
    SPOOL_FULL,
    /** The spool was full and its oldest events made room; overflow policy {@code DROP_OLDEST}. */
    SPOOL_OVERWRITTEN,
    /** Records of the spool were damaged on disk. */
    SPOOL_DAMAGED,
    /** Published after {@code close}. */
    CLOSED,
    /** Still unacknowledged when {@code close} ran out of time, and there is no spool to keep it. */
    UNDELIVERED_AT_CLOSE,
    /** Kafka rejects the single event as too large; it could never be sent. */
    TOO_LARGE_FOR_KAFKA,
    /**
     * Kafka has rejected the single event (an invalid record or record time) for {@code publisher.reject-after};
     * nothing behind it could be sent meanwhile.
     */
    REJECTED_BY_KAFKA;

    /** Whether the event had been accepted by {@code publish} (or by an earlier process) before it was given up. */
    public boolean afterAcceptance() {
        return switch (this) {
            case MEMORY_FULL, SPOOL_FULL, CLOSED -> false;
            case SPOOL_OVERWRITTEN, SPOOL_DAMAGED, UNDELIVERED_AT_CLOSE, TOO_LARGE_FOR_KAFKA, REJECTED_BY_KAFKA -> true;
        };
    }
}
