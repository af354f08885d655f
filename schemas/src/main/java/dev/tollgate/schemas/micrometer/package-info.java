/**
 * Hands declared meters to Micrometer. Needs {@code micrometer-core}, which whoever uses it brings: nothing else in
 * this module loads these classes.
 */
@NullMarked
package dev.tollgate.schemas.micrometer;

import org.jspecify.annotations.NullMarked;
