/** Who calls, by files and headers that are right and wrong. */
@NullMarked
package dev.tollgate.gateserver.account;

import org.jspecify.annotations.NullMarked;
