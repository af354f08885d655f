package dev.tollgate.gateway.backfill;

/**
 * What a backfill did.
 *
 * @param published events that Kafka confirmed
 * @param rejected records that were no events
 * @param passedOver records that the mapping skips, comments and blank lines
 * @param unattributed records without an account that were passed over because the mapping says so
 * @param withoutDetails published events of which something for reports was left out (a duration that could not be
 *     read) or cut (a label that was too long)
 * @param skippedBytes decompressed bytes that an earlier run had published already
 */
public record BackfillReport(
        End end,
        long published,
        long rejected,
        long passedOver,
        long unattributed,
        long withoutDetails,
        long skippedBytes) {

    /** A run that met nothing unattributed and left out nothing. */
    public BackfillReport(End end, long published, long rejected, long passedOver, long skippedBytes) {
        this(end, published, rejected, passedOver, 0, 0, skippedBytes);
    }

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
