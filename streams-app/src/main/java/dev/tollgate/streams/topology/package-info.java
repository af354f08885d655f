/**
 * The topology of Kafka Streams: which topics feed the accounting, which stores it has and where its outputs go. What a
 * task does is in {@link dev.tollgate.streams.task}.
 */
@NullMarked
package dev.tollgate.streams.topology;

import org.jspecify.annotations.NullMarked;
