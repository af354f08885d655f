/** What the accounts of a round do: random plans, plain traffic, and stories of calls and commands in a known order. */
@NullMarked
package dev.tollgate.faults.traffic;

import org.jspecify.annotations.NullMarked;
