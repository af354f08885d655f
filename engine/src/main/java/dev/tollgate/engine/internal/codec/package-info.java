/** Numbers and texts as bytes, in few of them. */
@NullMarked
package dev.tollgate.engine.internal.codec;

import org.jspecify.annotations.NullMarked;
