/** The golden scenarios through the engine, the topology, a replay and the gate, on the shipped plan catalogs. */
@NullMarked
package dev.tollgate.streams.scenario;

import org.jspecify.annotations.NullMarked;
