/** Tests of tokens. */
@NullMarked
package dev.tollgate.gateway.token;

import org.jspecify.annotations.NullMarked;
