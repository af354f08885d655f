/** Tests of tokens. */
@NullMarked
package dev.tollgate.http.token;

import org.jspecify.annotations.NullMarked;
