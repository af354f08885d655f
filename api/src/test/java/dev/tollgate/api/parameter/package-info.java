/** Tests of parameters. */
@NullMarked
package dev.tollgate.api.parameter;

import org.jspecify.annotations.NullMarked;
