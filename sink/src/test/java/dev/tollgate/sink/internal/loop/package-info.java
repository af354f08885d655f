@NullMarked
package dev.tollgate.sink.internal.loop;

import org.jspecify.annotations.NullMarked;
