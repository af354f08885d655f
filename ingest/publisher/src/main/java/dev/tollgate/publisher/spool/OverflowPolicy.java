package dev.tollgate.publisher.spool;

/** What gives way when the spool has reached its bound. Either way it is counted and reported. */
public enum OverflowPolicy {
    /** The spool takes no more; memory fills and then new events are dropped as they are published. */
    DROP_NEWEST,
    /** The oldest segment is deleted with what is unsent in it. */
    DROP_OLDEST
}
