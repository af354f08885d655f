/** The journal, entry by entry. */
@NullMarked
package dev.tollgate.api.event;

import org.jspecify.annotations.NullMarked;
