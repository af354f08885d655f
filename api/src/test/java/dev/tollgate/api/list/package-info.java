/** Tests of lists. */
@NullMarked
package dev.tollgate.api.list;

import org.jspecify.annotations.NullMarked;
