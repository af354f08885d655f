/** How everything here tries again what has failed. */
@NullMarked
package dev.tollgate.schemas.retry;

import org.jspecify.annotations.NullMarked;
