@NullMarked
package dev.tollgate.schemas.text;

import org.jspecify.annotations.NullMarked;
