/** Requests of proxies, with the tricks of their clients. */
@NullMarked
package dev.tollgate.gateserver.check;

import org.jspecify.annotations.NullMarked;
