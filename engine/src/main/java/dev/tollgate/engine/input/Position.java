package dev.tollgate.engine.input;

/**
 * Where a record stands in the log.
 *
 * @param topic topic name
 * @param partition partition number, from 0
 * @param offset offset in the partition, from 0
 */
public record Position(String topic, int partition, long offset) {
    @Override
    public String toString() {
        return topic + "-" + partition + "@" + offset;
    }
}
