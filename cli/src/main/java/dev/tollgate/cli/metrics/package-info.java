/** What a process shows its operators: its metrics, the health of its roles, and the listener for both. */
@NullMarked
package dev.tollgate.cli.metrics;

import org.jspecify.annotations.NullMarked;
