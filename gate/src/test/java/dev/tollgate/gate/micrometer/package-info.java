/** Tests of the binder. */
@NullMarked
package dev.tollgate.gate.micrometer;

import org.jspecify.annotations.NullMarked;
