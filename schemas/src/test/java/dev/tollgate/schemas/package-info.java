@NullMarked
package dev.tollgate.schemas;

import org.jspecify.annotations.NullMarked;
