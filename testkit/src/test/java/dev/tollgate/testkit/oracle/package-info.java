/** The oracle by itself, and the engine against it. */
@NullMarked
package dev.tollgate.testkit.oracle;

import org.jspecify.annotations.NullMarked;
