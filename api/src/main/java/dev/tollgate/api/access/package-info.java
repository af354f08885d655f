/** Who asks, and which accounts he may see. */
@NullMarked
package dev.tollgate.api.access;

import org.jspecify.annotations.NullMarked;
