@NullMarked
package dev.tollgate.streams.translate;

import org.jspecify.annotations.NullMarked;
