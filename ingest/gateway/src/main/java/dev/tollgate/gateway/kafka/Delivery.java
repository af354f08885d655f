package dev.tollgate.gateway.kafka;

/** What became of an event that was handed to Kafka. */
public enum Delivery {
    /** All in-sync replicas have it. */
    STORED,
    /**
     * Kafka, or the registry, did not confirm it in time. It may be there all the same: sending it again is harmless.
     */
    UNCONFIRMED
}
