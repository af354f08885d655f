/** The routes, meters and connections of the gate as a process. */
@NullMarked
package dev.tollgate.gateserver.server;

import org.jspecify.annotations.NullMarked;
