/** The metrics of a process: its registry, and the listener that shows it. */
@NullMarked
package dev.tollgate.cli.metrics;

import org.jspecify.annotations.NullMarked;
