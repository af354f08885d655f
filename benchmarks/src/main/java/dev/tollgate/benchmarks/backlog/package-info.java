/**
 * How fast a backlog of events is worked off: by a bare consumer, a stock Kafka Streams job, Apache Flink and Tollgate,
 * one after the other in one process, with the totals of each compared with a sum that none of them made.
 */
@NullMarked
package dev.tollgate.benchmarks.backlog;

import org.jspecify.annotations.NullMarked;
