package dev.tollgate.streams.translate;

/**
 * Why a record is rejected before the engine sees it. The name is the code of the dead letter, beside those of the
 * engine's own {@link dev.tollgate.engine.output.RejectionReason reasons}.
 */
public enum RecordRejectionReason implements DeadLetterReason {
    /** No value, too short, foreign magic byte, cut off, or bytes that are no record of the schema they name. */
    MALFORMED,
    /** The registry does not know the schema id. */
    UNKNOWN_SCHEMA,
    /** A well-formed record of another type. */
    WRONG_TYPE,
    /** Larger than any record of its topic can be. */
    TOO_LARGE,
    /** The record key is not the account id, so that the record may stand in another account's partition. */
    KEY_MISMATCH,
    /**
     * The record stands in another partition than its account: the publisher does not partition as Kafka's Java client
     * does.
     */
    WRONG_PARTITION,
    /** The event time lies further before the append time than {@code events.max-age}. */
    TOO_OLD,
    /** A command without a part that its type needs, or with an impossible value. */
    INVALID_COMMAND,
    /** A plan record that contradicts itself or what is known of its plan. The plan stays as it was. */
    INVALID_PLAN;

    @Override
    public String code() {
        return name();
    }
}
