/**
 * The threads of the sink: {@link dev.tollgate.sink.internal.loop.SinkWorker} polls, and the classes beside it hold
 * partitions, write batches and hold the tables against the log.
 */
@NullMarked
package dev.tollgate.sink.internal.loop;

import org.jspecify.annotations.NullMarked;
