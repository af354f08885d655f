@NullMarked
package dev.tollgate.streams.metrics;

import org.jspecify.annotations.NullMarked;
