/**
 * Plans as data: meters with their cost tables, limits, per-call caps, and the catalog that says which version of a
 * plan is in force at a moment. Everything here is immutable and checked when it is built. The accounting engine, the
 * gate and the plan files share it.
 */
@NullMarked
package dev.tollgate.planmodel;

import org.jspecify.annotations.NullMarked;
