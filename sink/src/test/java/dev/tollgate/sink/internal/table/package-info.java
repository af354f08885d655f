@NullMarked
package dev.tollgate.sink.internal.table;

import org.jspecify.annotations.NullMarked;
