package dev.tollgate.faults.guarantee;

/**
 * How far something has got in one partition.
 *
 * @param records how many there are
 * @param highestOffset of the last one
 */
record Reached(long records, long highestOffset) {
    Reached plus(long offset) {
        return new Reached(records + 1, Math.max(highestOffset, offset));
    }
}
