package dev.tollgate.sink.reconcile;

/**
 * Records of one kind of drift that follow each other in a partition.
 *
 * @param from first offset concerned, inclusive
 * @param to last offset concerned, inclusive
 * @param records how many records of the log, or rows of the table where the log has none, are concerned, >= 1; offsets
 *     between that are not concerned (markers of transactions, other accounts) do not count
 */
public record PositionDrift(int partition, Kind kind, long from, long to, long records) {

    /** What is wrong. */
    public enum Kind {
        /** The log has the record, the table has no row of it. */
        MISSING,
        /** The table has the record more than once. */
        DOUBLED,
        /** The table has a row at a position where the log has no record. */
        FOREIGN,
        /** The table has one row, and it says something else than the record. */
        CHANGED
    }
}
