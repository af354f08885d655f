package dev.tollgate.publisher.spool;

/**
 * A place between two records of a spool.
 *
 * @param segment number of the segment, ascending from 1 over the life of the folder
 * @param offset in bytes from the beginning of the segment's file
 */
public record SpoolPosition(long segment, long offset) implements Comparable<SpoolPosition> {
    @Override
    public int compareTo(SpoolPosition other) {
        int bySegment = Long.compare(segment, other.segment);
        return bySegment != 0 ? bySegment : Long.compare(offset, other.offset);
    }
}
