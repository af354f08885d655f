/**
 * Deterministic traffic for demos, tests and measurements: the same seed gives the same events in the same order, with
 * the duplicates, failures, stragglers and broken records that real services produce.
 */
@NullMarked
package dev.tollgate.testkit.traffic;

import org.jspecify.annotations.NullMarked;
