@NullMarked
package dev.tollgate.streams.topology;

import org.jspecify.annotations.NullMarked;
