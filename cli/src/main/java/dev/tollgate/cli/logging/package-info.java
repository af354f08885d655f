/** How the log of a process is written. */
@NullMarked
package dev.tollgate.cli.logging;

import org.jspecify.annotations.NullMarked;
