/** What plans accept and reject, and how they are looked up. */
@NullMarked
package dev.tollgate.planmodel;

import org.jspecify.annotations.NullMarked;
