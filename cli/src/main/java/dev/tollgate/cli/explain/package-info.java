/** {@code tollgate explain}: why a limit event was raised, and whether the log says so once more. */
@NullMarked
package dev.tollgate.cli.explain;

import org.jspecify.annotations.NullMarked;
