/** The problems that the API alone answers. */
@NullMarked
package dev.tollgate.api.problem;

import org.jspecify.annotations.NullMarked;
