package dev.tollgate.publisher;

/** Why a valid event was given up. Each drop is counted and reported; there is no other way to lose an event. */
public enum DropReason {
    /** Memory is full, because events come faster than they can be sent or spooled. */
    MEMORY_FULL,
    /** Memory and the spool are full; overflow policy {@code DROP_NEWEST}. */
    SPOOL_FULL,
    /** The spool was full and its oldest events made room; overflow policy {@code DROP_OLDEST}. */
    SPOOL_OVERWRITTEN,
    /** Published after {@code close}. */
    CLOSED,
    /** Still unacknowledged when {@code close} ran out of time, and there is no spool to keep it. */
    UNDELIVERED_AT_CLOSE,
    /** Kafka refuses the single event as too large; it could never be sent. */
    TOO_LARGE_FOR_KAFKA
}
