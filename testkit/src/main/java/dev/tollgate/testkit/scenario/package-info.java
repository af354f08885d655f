/**
 * Golden scenarios: text that someone from billing can read, one line for each thing that happens and for each thing
 * that must follow. The same files run through the engine, the topology, a replay and the gate.
 * {@code docs/scenarios.md} describes the language.
 */
@NullMarked
package dev.tollgate.testkit.scenario;

import org.jspecify.annotations.NullMarked;
