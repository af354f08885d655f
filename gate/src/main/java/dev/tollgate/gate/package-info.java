/**
 * Decides from memory whether a call may go ahead.
 *
 * <p>{@link dev.tollgate.gate.Gate} is the way in. The packages below {@code internal} are for this module alone:
 * {@code account} has what is known of each account, {@code counter} what it has used, {@code feed} reads both from
 * Kafka on a thread of its own.
 */
@NullMarked
package dev.tollgate.gate;

import org.jspecify.annotations.NullMarked;
