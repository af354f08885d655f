/** Why a limit event was raised, out of the log alone, and whether the log, read again, says the same. */
@NullMarked
package dev.tollgate.streams.explain;

import org.jspecify.annotations.NullMarked;
