/** Tests of live limits, and snapshots for them. */
@NullMarked
package dev.tollgate.api.live;

import org.jspecify.annotations.NullMarked;
