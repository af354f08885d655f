/** Tests of the console. */
@NullMarked
package dev.tollgate.api.console;

import org.jspecify.annotations.NullMarked;
