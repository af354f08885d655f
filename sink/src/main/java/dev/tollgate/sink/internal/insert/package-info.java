/**
 * From the records of a range to rows that stand once: encoding them into inserts, and repeating an insert until its
 * outcome is known. {@link dev.tollgate.sink.internal.insert.FencedInserts} has the protocol.
 */
@NullMarked
package dev.tollgate.sink.internal.insert;

import org.jspecify.annotations.NullMarked;
