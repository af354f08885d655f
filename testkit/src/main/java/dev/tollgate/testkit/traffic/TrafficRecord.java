package dev.tollgate.testkit.traffic;

import dev.tollgate.schemas.avro.RequestEvent;

/** One record to publish, in the order of publication. */
public sealed interface TrafficRecord {
    /** A well-formed event, published as a service would. */
    record Event(RequestEvent event) implements TrafficRecord {}

    /**
     * An event that every serializer takes and no account can be charged for, published past the publisher's own
     * checks, as a foreign client could.
     *
     * @param key record key; null where the account is missing
     * @param reason code with which it must end among the dead letters
     */
    record Impossible(@org.jspecify.annotations.Nullable String key, RequestEvent event, String reason)
            implements TrafficRecord {}

    /**
     * Bytes that are no event at all.
     *
     * @param key record key
     * @param reason code with which they must end among the dead letters
     */
    @SuppressWarnings("ArrayRecordComponent") // Handed to the producer and never compared.
    record Malformed(String key, byte[] value, String reason) implements TrafficRecord {}
}
