/**
 * Request events at the edges: the bounds that their contract states, for every place that takes them in, and how those
 * who wait for one learn what became of it.
 */
@NullMarked
package dev.tollgate.schemas.event;

import org.jspecify.annotations.NullMarked;
