/** The server over HTTP, on a gate that follows no topic. */
@NullMarked
package dev.tollgate.gateserver;

import org.jspecify.annotations.NullMarked;
