/**
 * Publishes what happened before there was a publisher: events out of JSON lines, CSV and access logs, in such a way
 * that running twice adds nothing. {@link dev.tollgate.gateway.backfill.Backfill} is the entry.
 */
@NullMarked
package dev.tollgate.gateway.backfill;

import org.jspecify.annotations.NullMarked;
