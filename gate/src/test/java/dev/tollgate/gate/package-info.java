/** Tests of the gate, with doubles that are told the time and what the topology says. */
@NullMarked
package dev.tollgate.gate;

import org.jspecify.annotations.NullMarked;
