/** Tests of the gateway as a whole, over real HTTP and a real broker. */
@NullMarked
package dev.tollgate.gateway;

import org.jspecify.annotations.NullMarked;
