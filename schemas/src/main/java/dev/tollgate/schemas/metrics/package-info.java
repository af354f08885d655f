/**
 * Meters as data: what each role and library counts, under which name, and what it means. The tables of
 * {@code docs/metrics.md} and the meters themselves come from the same declarations. Needs the JDK alone; what hands
 * meters to Micrometer is in {@link dev.tollgate.schemas.micrometer}.
 */
@NullMarked
package dev.tollgate.schemas.metrics;

import org.jspecify.annotations.NullMarked;
