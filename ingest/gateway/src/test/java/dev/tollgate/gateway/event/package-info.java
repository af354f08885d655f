/** Tests of the readers. */
@NullMarked
package dev.tollgate.gateway.event;

import org.jspecify.annotations.NullMarked;
