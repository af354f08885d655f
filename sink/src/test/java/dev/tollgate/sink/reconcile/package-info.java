/** Tests of the comparison. */
@NullMarked
package dev.tollgate.sink.reconcile;

import org.jspecify.annotations.NullMarked;
