/** Where windows begin and end, and how people write lengths of time. */
@NullMarked
package dev.tollgate.planmodel.time;

import org.jspecify.annotations.NullMarked;
