/** Tests of the API. */
@NullMarked
package dev.tollgate.api;

import org.jspecify.annotations.NullMarked;
