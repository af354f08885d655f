/**
 * What the parts of the stack share as processes: loopback ports and who may use them, secrets, child JVMs that die
 * with their parent, their logs.
 */
@NullMarked
package dev.tollgate.embedded.process;

import org.jspecify.annotations.NullMarked;
