@NullMarked
package dev.tollgate.streams.plan;

import org.jspecify.annotations.NullMarked;
