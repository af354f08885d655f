@NullMarked
package dev.tollgate.schemas.metrics;

import org.jspecify.annotations.NullMarked;
