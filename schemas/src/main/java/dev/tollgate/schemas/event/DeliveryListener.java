package dev.tollgate.schemas.event;

/**
 * Told what becomes of one published event: exactly one of its methods is called, once; whoever listens takes further
 * calls without harm. The publisher calls it, on whatever thread finds out, often the one of Kafka's client; it must be
 * quick and must not throw.
 *
 * <p>The gate has one for each call that it has let through, so that it knows which of its own calls a snapshot
 * contains. Publisher and gate know this type and not each other.
 */
public interface DeliveryListener {
    /** Does nothing. */
    DeliveryListener NONE = new DeliveryListener() {};

    /**
     * Kafka has the event.
     *
     * @param partition of {@code request-events}, 0 or more
     * @param offset in that partition, 0 or more
     */
    default void acknowledged(int partition, long offset) {}

    /** The event was rejected or given up and is in no log: nobody will ever count it. */
    default void dropped() {}

    /**
     * The event is, or may still get, in the log, and its offset will not be told: it waits on disk, or the publisher
     * was closed before Kafka acknowledged it.
     */
    default void unknown() {}
}
