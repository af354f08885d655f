/** What a person or a script sees of a command: progress, tables, JSON, and the one line of a failure. */
@NullMarked
package dev.tollgate.cli.terminal;

import org.jspecify.annotations.NullMarked;
