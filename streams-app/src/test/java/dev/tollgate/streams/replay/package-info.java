@NullMarked
package dev.tollgate.streams.replay;

import org.jspecify.annotations.NullMarked;
