/** What a decision of the gate costs, beside what others take for the like. */
@NullMarked
package dev.tollgate.benchmarks.gate;

import org.jspecify.annotations.NullMarked;
