/** What an event costs in the engine. */
@NullMarked
package dev.tollgate.benchmarks.engine;

import org.jspecify.annotations.NullMarked;
