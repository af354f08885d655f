package dev.tollgate.faults.guarantee;

/** Where a record stands in request-events. */
public record Position(int partition, long offset) implements Comparable<Position> {
    @Override
    public int compareTo(Position other) {
        int byPartition = Integer.compare(partition, other.partition);
        return byPartition != 0 ? byPartition : Long.compare(offset, other.offset);
    }

    @Override
    public String toString() {
        return partition + ":" + offset;
    }
}
