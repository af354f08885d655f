package dev.tollgate.gateway.backfill;

/**
 * What a backfill did.
 *
 * @param published events that Kafka confirmed
 * @param rejected records that were no events
 * @param passedOver records that the mapping skips, and blank lines
 * @param skippedBytes decompressed bytes that an earlier run had published already
 */
public record BackfillReport(End end, long published, long rejected, long passedOver, long skippedBytes) {

    /** Why it ended. */
    public enum End {
        /** All files were read. */
        COMPLETE,
        /** More records were rejected than allowed; what came before the last batch is published. */
        TOO_MANY_ERRORS,
        /** Kafka did not confirm within the patience; run it again with the same state file. */
        KAFKA_UNAVAILABLE
    }
}
