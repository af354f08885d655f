/** Tests of formats. */
@NullMarked
package dev.tollgate.api.format;

import org.jspecify.annotations.NullMarked;
