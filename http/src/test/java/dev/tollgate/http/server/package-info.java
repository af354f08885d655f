/** Tests of the server. */
@NullMarked
package dev.tollgate.http.server;

import org.jspecify.annotations.NullMarked;
