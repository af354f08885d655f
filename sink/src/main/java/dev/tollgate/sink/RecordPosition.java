package dev.tollgate.sink;

/**
 * Where a record stands.
 *
 * @param topicId Kafka's id of the topic, which changes when a topic of the same name is made anew
 * @param partition its partition
 * @param offset its offset
 * @param timestampMillis when the log took it
 */
record RecordPosition(String topicId, int partition, long offset, long timestampMillis) {
    /** Writes the columns {@code record_topic_id, record_partition, record_offset}. */
    void write(RowWriter row) {
        row.string(topicId).int32(partition).int64(offset);
    }
}
