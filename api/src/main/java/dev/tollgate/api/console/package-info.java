/** Serves the files of the console, which the module {@code console} builds. */
@NullMarked
package dev.tollgate.api.console;

import org.jspecify.annotations.NullMarked;
