/**
 * The comparison of the journal's log with the journal's table: which records are missing, doubled, foreign or changed,
 * what that means for the usage of accounts, and its repair. {@link dev.tollgate.sink.reconcile.Reconciler} reads both
 * sides; the rules beside it are pure, so that tests hold them against an independent recount.
 */
@NullMarked
package dev.tollgate.sink.reconcile;

import org.jspecify.annotations.NullMarked;
