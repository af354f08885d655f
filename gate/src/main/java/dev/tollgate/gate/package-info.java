/**
 * Decides from memory whether a call may go ahead.
 *
 * <p>{@link dev.tollgate.gate.Gate} is the way in. Behind it, an {@code AccountRegistry} keeps for each account the
 * {@code Terms} (plan, amounts, suspension) and one {@code Counter} a bucket: what the newest snapshot says, and what
 * this gate has admitted since. A {@code Feed} keeps the book current from Kafka, on a thread of its own.
 */
@NullMarked
package dev.tollgate.gate;

import org.jspecify.annotations.NullMarked;
