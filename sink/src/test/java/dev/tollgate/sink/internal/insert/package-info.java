@NullMarked
package dev.tollgate.sink.internal.insert;

import org.jspecify.annotations.NullMarked;
