package dev.tollgate.sink.internal.clickhouse;

/**
 * How far a table has got with a topic partition.
 *
 * @param rows that stand
 * @param end highest offset among them + 1; 0 for none
 */
public record TablePosition(long rows, long end) {}
