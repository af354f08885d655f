/**
 * A plan version in the form in which the engine applies it: costs by endpoint, and the levels at which limits fire.
 */
@NullMarked
package dev.tollgate.engine.internal.rule;

import org.jspecify.annotations.NullMarked;
