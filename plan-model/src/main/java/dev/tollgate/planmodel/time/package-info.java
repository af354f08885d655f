/** Lengths of windows, where they begin and end by a calendar, and how people write lengths of time. */
@NullMarked
package dev.tollgate.planmodel.time;

import org.jspecify.annotations.NullMarked;
