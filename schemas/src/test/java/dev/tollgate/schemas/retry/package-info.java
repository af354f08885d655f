@NullMarked
package dev.tollgate.schemas.retry;

import org.jspecify.annotations.NullMarked;
