@NullMarked
package dev.tollgate.schemas.micrometer;

import org.jspecify.annotations.NullMarked;
