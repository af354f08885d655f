package dev.tollgate.sink.internal.clickhouse;

/**
 * An accounting application whose records stand in the table of the journal.
 *
 * @param partition of the topic
 * @param applicationId by the header of its records
 * @param maxOffset highest offset of them
 * @param newestMillis when the log took the newest of them
 */
public record StoredApplication(int partition, String applicationId, long maxOffset, long newestMillis) {}
