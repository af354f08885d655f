/** HTTP: routes, admission, problems, and the limits on what a client may cost. */
@NullMarked
package dev.tollgate.gateway.server;

import org.jspecify.annotations.NullMarked;
