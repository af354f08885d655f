/** The bounds that the contract of request events states, for every place that takes events in. */
@NullMarked
package dev.tollgate.schemas.event;

import org.jspecify.annotations.NullMarked;
