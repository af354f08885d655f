/** Requests without a server. */
@NullMarked
package dev.tollgate.gateserver.request;

import org.jspecify.annotations.NullMarked;
