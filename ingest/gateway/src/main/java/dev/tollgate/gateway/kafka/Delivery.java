package dev.tollgate.gateway.kafka;

/** What became of an event that was handed to Kafka. */
public enum Delivery {
    /** All in-sync replicas have it. */
    STORED,
    /**
     * Kafka, or the registry, did not confirm it in time. It may be there all the same: sending it again is harmless.
     */
    UNCONFIRMED,
    /**
     * Kafka rejects the record itself, even sent alone: its content, size or time. It is not there, and sending it
     * again would not help before the topic or the broker is configured otherwise.
     */
    REJECTED;

    /** What a rejected event's sender is told. */
    public static final String REJECTED_BY_KAFKA =
            "Kafka rejects the record itself, its size or its time; the gateway's log has its words";
}
