/**
 * The accounts of one partition: records become inputs of the engine, its outputs go to their topics at once or
 * throttled, and timers bring what comes without a record. {@link dev.tollgate.streams.task.AccountingTask} is where to
 * begin to read; {@link dev.tollgate.streams.task.AccountingProcessor} is the side of Kafka Streams.
 */
@NullMarked
package dev.tollgate.streams.task;

import org.jspecify.annotations.NullMarked;
