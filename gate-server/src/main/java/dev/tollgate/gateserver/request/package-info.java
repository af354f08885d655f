/** What a proxy sends, and what can be wrong with it. Knows no server. */
@NullMarked
package dev.tollgate.gateserver.request;

import org.jspecify.annotations.NullMarked;
