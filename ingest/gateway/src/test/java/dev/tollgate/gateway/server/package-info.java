/** Tests of the HTTP server. */
@NullMarked
package dev.tollgate.gateway.server;

import org.jspecify.annotations.NullMarked;
