/**
 * A second opinion on usage: recounts a whole history the slow, obvious way. Shares no code with the engine, so that a
 * mistake in one shows as a difference between the two.
 */
@NullMarked
package dev.tollgate.testkit.oracle;

import org.jspecify.annotations.NullMarked;
