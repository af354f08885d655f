/** Limits as the topic {@code limit-state} has them, which is what gates decide from. */
@NullMarked
package dev.tollgate.api.live;

import org.jspecify.annotations.NullMarked;
