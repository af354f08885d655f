/** Scenarios through the engine. */
@NullMarked
package dev.tollgate.testkit.scenario;

import org.jspecify.annotations.NullMarked;
