@NullMarked
package dev.tollgate.sink.status;

import org.jspecify.annotations.NullMarked;
