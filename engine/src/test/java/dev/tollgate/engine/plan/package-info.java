/** What plans accept and refuse, and how they are looked up. */
@NullMarked
package dev.tollgate.engine.plan;

import org.jspecify.annotations.NullMarked;
