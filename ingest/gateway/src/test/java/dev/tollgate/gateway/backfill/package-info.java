/** Tests of the backfill. */
@NullMarked
package dev.tollgate.gateway.backfill;

import org.jspecify.annotations.NullMarked;
