/** Tests of usage. */
@NullMarked
package dev.tollgate.api.usage;

import org.jspecify.annotations.NullMarked;
