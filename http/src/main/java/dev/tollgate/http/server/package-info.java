/** The server: Jetty without the servlet layer, and the bounds on what a client may cost. */
@NullMarked
package dev.tollgate.http.server;

import org.jspecify.annotations.NullMarked;
