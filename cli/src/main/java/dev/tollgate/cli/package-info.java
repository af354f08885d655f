/**
 * The one launcher: every role and every operator's task is a subcommand of {@code tollgate}. Holds no rules; it reads
 * the configuration, wires the modules together and shows people and machines what came of it.
 */
@NullMarked
package dev.tollgate.cli;

import org.jspecify.annotations.NullMarked;
