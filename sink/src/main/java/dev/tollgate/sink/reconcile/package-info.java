/**
 * The comparison of the journal's log with the journal's table: which records are missing, doubled, foreign or changed,
 * and what that means for the usage of accounts. Pure: the log and the table are read by others, so that the same rules
 * serve {@code tollgate reconcile}, its repair and tests against an independent recount.
 */
@NullMarked
package dev.tollgate.sink.reconcile;

import org.jspecify.annotations.NullMarked;
