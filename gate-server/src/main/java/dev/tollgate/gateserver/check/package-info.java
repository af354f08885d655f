/** From the request of a proxy to the call that it asks about, and from the decision to an answer. Knows no server. */
@NullMarked
package dev.tollgate.gateserver.check;

import org.jspecify.annotations.NullMarked;
