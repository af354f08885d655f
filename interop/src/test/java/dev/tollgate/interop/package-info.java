/** Other people's clients against our topics. */
@NullMarked
package dev.tollgate.interop;

import org.jspecify.annotations.NullMarked;
