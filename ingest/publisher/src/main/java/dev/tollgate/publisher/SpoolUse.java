package dev.tollgate.publisher;

/** When events go through the spool. */
public enum SpoolUse {
    /**
     * When Kafka does not acknowledge for {@code publisher.spool-after}, or memory is half full. A crash of the process
     * loses what was published within that time before it and not acknowledged yet.
     */
    OUTAGE,
    /**
     * Always, before they are handed to Kafka's client. A crash of the process loses only what it had in hand at that
     * moment, usually less than a millisecond's worth. Costs the disk what Kafka's network costs.
     */
    ALWAYS
}
