/**
 * The accounting role: the engine run by Kafka Streams, exactly once, next to its state.
 * {@link dev.tollgate.streams.AccountingApp} is what a process starts; everything below it is wiring around the pure
 * engine.
 */
@NullMarked
package dev.tollgate.streams;

import org.jspecify.annotations.NullMarked;
