/**
 * The processor topology: which topics feed what, under which names, and the per-task object that runs the engine over
 * its accounts and paces what it says.
 */
@NullMarked
package dev.tollgate.streams.topology;

import org.jspecify.annotations.NullMarked;
