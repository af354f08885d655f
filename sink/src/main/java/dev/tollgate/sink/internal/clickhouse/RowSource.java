package dev.tollgate.sink.internal.clickhouse;

import org.apache.kafka.common.TopicPartition;

/**
 * Where the rows of a batch come from, by which ClickHouse can be asked which of them stand.
 *
 * @param partition of the topic that was read
 * @param topicId Kafka's id of the topic
 * @param range offsets of the batch
 */
public record RowSource(TopicPartition partition, String topicId, OffsetRange range) {
    @Override
    public String toString() {
        return partition + "@" + range.from() + " to " + (range.to() - 1);
    }
}
