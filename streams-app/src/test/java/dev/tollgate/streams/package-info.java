@NullMarked
package dev.tollgate.streams;

import org.jspecify.annotations.NullMarked;
