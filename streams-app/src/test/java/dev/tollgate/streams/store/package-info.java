@NullMarked
package dev.tollgate.streams.store;

import org.jspecify.annotations.NullMarked;
