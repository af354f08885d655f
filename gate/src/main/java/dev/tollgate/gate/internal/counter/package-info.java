/**
 * How a gate counts: one counter a bucket, which adds up the newest snapshot and the calls that this gate has admitted
 * since. Nothing here locks, waits or reads a clock, and deciding on a call allocates nothing.
 */
@NullMarked
package dev.tollgate.gate.internal.counter;

import org.jspecify.annotations.NullMarked;
