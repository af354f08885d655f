package dev.tollgate.sink.internal.table;

/**
 * Where a record stands, and who wrote it.
 *
 * @param topicId Kafka's id of the topic, which changes when a topic of the same name is made anew
 * @param partition its partition
 * @param offset its offset
 * @param timestampMillis when the log took it
 * @param applicationId accounting application that wrote it, by the header of the journal's records; empty where there
 *     is none
 */
public record RecordPosition(String topicId, int partition, long offset, long timestampMillis, String applicationId) {}
