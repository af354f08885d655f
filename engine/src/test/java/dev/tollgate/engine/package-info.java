/** The rules, one by one, on single accounts. */
@NullMarked
package dev.tollgate.engine;

import org.jspecify.annotations.NullMarked;
