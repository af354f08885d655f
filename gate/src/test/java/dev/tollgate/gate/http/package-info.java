/** Tests of the filters over real HTTP. */
@NullMarked
package dev.tollgate.gate.http;

import org.jspecify.annotations.NullMarked;
