package dev.tollgate.sink.internal.clickhouse;

/**
 * Offsets of one partition that belong together: the records of a batch, or what is lost.
 *
 * @param from first offset, inclusive, >= 0
 * @param to end, exclusive, > from. Offsets within may be missing (transaction markers, compaction).
 */
public record OffsetRange(long from, long to) {
    public OffsetRange {
        if (from < 0 || to <= from) {
            throw new IllegalArgumentException("a range needs 0 <= from < to, was " + from + " to " + to);
        }
    }

    @Override
    public String toString() {
        return from + " to " + (to - 1);
    }
}
