/** What the accounting role counts: the declarations, and the meters. */
@NullMarked
package dev.tollgate.streams.metrics;

import org.jspecify.annotations.NullMarked;
