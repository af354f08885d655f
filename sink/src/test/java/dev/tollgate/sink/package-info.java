@NullMarked
package dev.tollgate.sink;

import org.jspecify.annotations.NullMarked;
