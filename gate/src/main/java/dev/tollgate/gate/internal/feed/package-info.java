/** Keeps a gate current from Kafka, on a thread of its own: the only part of a gate that does I/O. */
@NullMarked
package dev.tollgate.gate.internal.feed;

import org.jspecify.annotations.NullMarked;
