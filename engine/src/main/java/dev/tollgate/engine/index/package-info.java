/**
 * What the engine has to remember about single events: which ids were seen, and what was charged for them. Kept apart
 * from the account's state, because it grows with traffic.
 */
@NullMarked
package dev.tollgate.engine.index;

import org.jspecify.annotations.NullMarked;
