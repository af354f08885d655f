@NullMarked
package dev.tollgate.schemas.serde;

import org.jspecify.annotations.NullMarked;
